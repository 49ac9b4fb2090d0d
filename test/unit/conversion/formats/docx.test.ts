import { docxFormat } from '../../../../src/conversion/formats/docx/index.js';
import { outline, readPackage } from '../../../support/office-package.js';
import { docx, numbered, p, part, PARTS, r, read, style } from '../../../support/word-package.js';

describe('docx: paragraphs', () => {
  it('when a paragraph is formatted alike throughout, then the text itself carries the formatting', async () => {
    expect(await read(p(r('All ', '<w:b/>') + r('bold', '<w:b/>')))).toEqual(['text: All bold {bold}']);
  });

  it('when formats mix, then an inline group holds the pieces with their spaces', async () => {
    const body = p(
      r('H') + r('2', '<w:vertAlign w:val="subscript"/>') + r('O is ') + r('wet', '<w:rStyle w:val="Strong"/>'),
    );
    expect(await read(body, PARTS)).toEqual([
      'inline group',
      '  text: H',
      '  text: 2 {sub}',
      '  text: O is ',
      '  text: wet {bold}',
    ]);
  });

  it('when text was tracked, then inserted text stays and deleted text goes', async () => {
    const body = p(
      `${r('a')}<w:ins>${r('b')}</w:ins><w:del><w:r><w:delText>c</w:delText></w:r></w:del><w:moveFrom>${r('d')}</w:moveFrom><w:moveTo>${r('e')}</w:moveTo>`,
    );
    expect(await read(body)).toEqual(['text: abe']);
  });

  it('when a run holds breaks, tabs, symbols and hyphens, then they become characters', async () => {
    const body = p(
      '<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/><w:sym w:font="Symbol" w:char="F061"/><w:br w:type="page"/></w:r>',
    );
    expect(await read(body)).toEqual(['text: a\tb\nc-α']);
  });

  it('when text is linked by element or by field, then it carries the address', async () => {
    const field = (type: string) => `<w:r><w:fldChar w:fldCharType="${type}"/></w:r>`;
    const body =
      p(`${r('See ')}<w:hyperlink r:id="rId9">${r('here')}</w:hyperlink>`) +
      p(
        `${field('begin')}<w:r><w:instrText> HYPERLINK "https://b.example/" </w:instrText></w:r>${field('separate')}${r('there')}${field('end')}`,
      ) +
      p(`${field('begin')}<w:r><w:instrText> PAGE </w:instrText></w:r>${field('separate')}${r('7')}${field('end')}`);
    expect(await read(body, {}, [['rId9', 'hyperlink', 'https://a.example/']])).toEqual([
      'inline group',
      '  text: See ',
      '  text: here -> https://a.example/',
      'text: there -> https://b.example/',
      'text: 7',
    ]);
  });

  it('when links stand side by side, then the space between them stays', async () => {
    const link = (text: string) => `<w:hyperlink r:id="rId9">${r(text)}</w:hyperlink>`;
    expect(
      await read(p(`${link('a')}${r(' ')}${link('b')}${r(' ')}`), {}, [['rId9', 'hyperlink', 'https://a.example/']]),
    ).toEqual(['inline group', '  text: a -> https://a.example/', '  text:  ', '  text: b -> https://a.example/']);
  });

  it('when content sits in controls, then it is read, and a check box tells its state', async () => {
    const box = (checked: number) =>
      `<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="${checked}"/></w14:checkbox></w:sdtPr><w:sdtContent>${r('☐')}</w:sdtContent></w:sdt>`;
    const body =
      `<w:sdt><w:sdtContent>${p('block')}</w:sdtContent></w:sdt>` +
      p(`${r('in ')}<w:sdt><w:sdtContent>${r('line')}</w:sdtContent></w:sdt>`) +
      p(box(1) + r(' done')) +
      p(box(0) + r(' open'));
    expect(await read(body)).toEqual([
      'text: block',
      'text: in line',
      'checkbox_selected: done',
      'checkbox_unselected: open',
    ]);
  });

  it('when a line has several check boxes, then each shows its state', async () => {
    const box = (checked: number) =>
      `<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="${checked}"/></w14:checkbox></w:sdtPr><w:sdtContent>${r('x')}</w:sdtContent></w:sdt>`;
    expect(await read(p(`${r('Paid: ')}${box(1)}${r(' yes ')}${box(0)}${r(' no')}`))).toEqual([
      'text: Paid: ☒ yes ☐ no',
    ]);
  });

  it('when a form has older fields, then ticks and choices are text', async () => {
    const field = (data: string) =>
      `<w:r><w:fldChar w:fldCharType="begin"><w:ffData>${data}</w:ffData></w:fldChar></w:r><w:r><w:instrText> FORM </w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>`;
    const list = '<w:ddList><w:result w:val="1"/><w:listEntry w:val="red"/><w:listEntry w:val="blue"/></w:ddList>';
    const body = p(
      field('<w:checkBox><w:default w:val="1"/></w:checkBox>') +
        field('<w:checkBox><w:default w:val="1"/><w:checked w:val="0"/></w:checkBox>') +
        field(list),
    );
    expect(await read(body)).toEqual(['text: ☒☐blue']);
  });

  it('when letters are set in a font of signs, then they become those signs', async () => {
    const font = (name: string) => `<w:rFonts w:ascii="${name}" w:hAnsi="${name}"/>`;
    const body = p(r('p\uf0b3', font('Symbol')) + r('\uf0fc', font('Wingdings')) + r('p', font('Symbola')));
    expect(await read(body)).toEqual(['text: π≥✓p']);
  });

  it('when paragraphs have a style for code, then they are one block with its blank lines and indentation', async () => {
    const code = (text: string) => p(text, style('SourceCode'));
    const styles = part(
      'styles',
      '<w:style w:type="paragraph" w:styleId="SourceCode"><w:name w:val="Source Code"/></w:style>',
    );
    const body = code('') + code('if (a) {') + code('') + code('  b();') + code('}') + code('') + p('text') + code('c');
    expect(await read(body, { 'styles.xml': styles })).toEqual([
      'code: if (a) {\n\n  b();\n}',
      'text: text',
      'code: c',
    ]);
  });

  it('when a typewriter font holds code, then it is code; prose in it is not', async () => {
    const mono = (text: string) => p(r(text, '<w:rFonts w:ascii="Courier New"/>'));
    const body = mono('Dear Sir,') + mono('x = f(1);') + mono('  indented') + p(r('y = 1'));
    expect(await read(body)).toEqual(['text: Dear Sir,', 'code: x = f(1);\n  indented', 'text: y = 1']);
  });

  it('when a style is bold, then its text is, but where a run says otherwise', async () => {
    const bold = '<w:style w:type="paragraph" w:styleId="Loud"><w:name w:val="Loud"/><w:rPr><w:b/></w:rPr></w:style>';
    const body = p(r('loud ') + r('quiet', '<w:b w:val="0"/>'), style('Loud'));
    expect(await read(body, { 'styles.xml': part('styles', bold) })).toEqual([
      'inline group',
      '  text: loud  {bold}',
      '  text: quiet',
    ]);
  });
});

describe('docx: headings', () => {
  it('when styles are localised, then titles and headings are known by built-in name, outline level and base', async () => {
    const body =
      p('Name', style('Titel')) + p('One', style('berschrift1')) + p('Two', style('Own')) + p('Three', style('Loop'));
    expect(await read(body, PARTS)).toEqual(['title: Name', 'heading 1: One', 'heading 1: Two', 'text: Three']);
  });

  it('when a style of any name has an outline level, then it is a heading of that level', async () => {
    expect(await read(p('Three', style('Outlined')), PARTS)).toEqual(['heading 3: Three']);
  });

  it('when a heading style is kept out of the outline, then it is a heading all the same', async () => {
    expect(await read(p('Contents', style('TOCHeading')), PARTS)).toEqual(['heading 1: Contents']);
  });

  it('when a style is a heading without a number, then it is one of the first level; a subtitle is none', async () => {
    const styles =
      '<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/></w:style>' +
      '<w:style w:type="paragraph" w:styleId="Sub"><w:name w:val="Subtitle"/><w:basedOn w:val="Title"/></w:style>' +
      '<w:style w:type="paragraph" w:styleId="Register"><w:name w:val="Index Heading"/></w:style>';
    const body = p('a', style('Title')) + p('b', style('Sub')) + p('c', style('Register'));
    expect(await read(body, { 'styles.xml': part('styles', styles) })).toEqual(['title: a', 'text: b', 'heading 1: c']);
  });

  it('when a heading style is numbered, then its number stands in front', async () => {
    const chapter = style('berschrift1') + numbered(9, 0);
    const body =
      p('A', chapter) +
      p('B', style('berschrift2')) +
      p('C', style('berschrift2')) +
      p('D', chapter) +
      p('E', style('berschrift2'));
    expect(await read(body, PARTS)).toEqual([
      'heading 1: I A',
      'heading 2: I.1 B',
      'heading 2: I.2 C',
      'heading 1: II D',
      'heading 2: II.1 E',
    ]);
  });
});

describe('docx: what stands beside the text', () => {
  const boxed = (content: string) => `<w:txbxContent>${content}</w:txbxContent>`;

  it('when a text box comes with a fallback, then its text appears once', async () => {
    const body = p(
      `<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor><wps:txbx>${boxed(p('box'))}</wps:txbx></wp:anchor></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>${boxed(p('box'))}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>${r('around')}`,
    );
    expect(await read(body)).toEqual(['section group', '  text: box', 'text: around']);
  });

  it('when there are pictures, then each is kept with its alternative text', async () => {
    const drawing =
      '<w:r><w:drawing><wp:inline><wp:docPr descr="A cat"/><a:graphic><a:blip r:embed="x"/></a:graphic></wp:inline></w:drawing></w:r>';
    const legacy = '<w:r><w:pict><v:shape alt="A dog"><v:imagedata r:id="y"/></v:shape></w:pict></w:r>';
    expect(await read(p(drawing + r('text')) + p(legacy))).toEqual(['picture: A cat', 'text: text', 'picture: A dog']);
  });

  it('when a drawing groups pictures and text boxes, then all of them are read', async () => {
    const body = p(
      `<w:r><w:drawing><wp:anchor><a:blip/><wps:txbx>${boxed(p('box'))}</wps:txbx></wp:anchor></w:drawing></w:r>`,
    );
    expect(await read(body)).toEqual(['section group', '  text: box', 'picture: ']);
  });

  it('when a picture stands in a text box, then it is read there and nowhere else', async () => {
    const picture = '<w:r><w:drawing><wp:inline><wp:docPr descr="A cat"/><a:blip/></wp:inline></w:drawing></w:r>';
    const body = p(
      `<w:r><w:drawing><wp:anchor><wps:txbx>${boxed(p(picture))}</wps:txbx></wp:anchor></w:drawing></w:r>`,
    );
    expect(await read(body)).toEqual(['section group', '  picture: A cat']);
  });

  it('when shapes or a diagram carry text, then it follows the picture', async () => {
    const canvas =
      '<w:r><w:drawing><wp:inline><a:graphic><a:txBody><a:p><a:r><a:t>shape</a:t></a:r></a:p></a:txBody></a:graphic></wp:inline></w:drawing></w:r>';
    const diagram = '<w:r><w:drawing><wp:inline><dgm:relIds r:dm="rId9"/></wp:inline></w:drawing></w:r>';
    const data =
      '<d:dataModel xmlns:d="http://schemas.openxmlformats.org/drawingml/2006/diagram" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><d:ptLst><d:pt><d:t><a:p><a:r><a:t>Plan</a:t></a:r></a:p></d:t></d:pt><d:pt><d:t><a:p/></d:t></d:pt><d:pt><d:t><a:p><a:r><a:t>Do</a:t></a:r></a:p></d:t></d:pt></d:ptLst></d:dataModel>';
    const links: [string, string, string][] = [['rId9', 'diagramData', 'diagrams/data1.xml']];
    const entries = { ...docx(p(canvas) + p(diagram), {}, links), 'word/diagrams/data1.xml': data };
    expect(outline(await readPackage(docxFormat, entries))).toEqual([
      'picture: ',
      'section group',
      '  text: shape',
      'picture: ',
      'section group',
      '  text: Plan',
      '  text: Do',
    ]);
  });

  it('when a chart is embedded, then its title and data follow; one whose part is missing is a picture', async () => {
    const drawing = (id: string) => `<w:r><w:drawing><wp:inline><c:chart r:id="${id}"/></wp:inline></w:drawing></w:r>`;
    const points = (...values: string[]) =>
      values.map((value, index) => `<c:pt idx="${index}"><c:v>${value}</c:v></c:pt>`).join('');
    const chart =
      '<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><c:chart>' +
      '<c:title><c:tx><c:rich><a:p><a:r><a:t>Sales</a:t></a:r></a:p></c:rich></c:tx></c:title><c:plotArea><c:barChart><c:ser>' +
      `<c:tx><c:strRef><c:strCache>${points('EUR')}</c:strCache></c:strRef></c:tx><c:cat><c:strRef><c:strCache>${points('May', 'June')}</c:strCache></c:strRef></c:cat>` +
      `<c:val><c:numRef><c:numCache>${points('1.5', '2')}</c:numCache></c:numRef></c:val></c:ser></c:barChart></c:plotArea></c:chart></c:chartSpace>`;
    const links: [string, string, string][] = [['rId9', 'chart', 'charts/chart1.xml']];
    const entries = { ...docx(p(drawing('rId9')) + p(drawing('rId8')), {}, links), 'word/charts/chart1.xml': chart };
    expect(outline(await readPackage(docxFormat, entries))).toEqual([
      'chart: ',
      '  caption: Sales',
      'table: [|EUR][May|1.5][June|2]',
      '  caption: Bar chart',
      'picture: ',
    ]);
  });

  it('when notes are cited, then they follow the text behind their marks', async () => {
    const notes = (kind: string, text: string) =>
      part(
        `${kind}s`,
        `<w:${kind} w:type="separator" w:id="0">${p('---')}</w:${kind}><w:${kind} w:id="1">${p(text)}</w:${kind}>`,
      );
    const body = p(
      `${r('Foot')}<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteReference w:id="1"/></w:r>${r(' end')}<w:r><w:endnoteReference w:id="1"/></w:r>`,
    );
    const parts = { 'footnotes.xml': notes('footnote', 'below'), 'endnotes.xml': notes('endnote', 'last') };
    expect(await read(body, parts)).toEqual(['text: Foot[1] end[2]', 'footnote: [1] below', 'footnote: [2] last']);
  });

  it('when there are comments, headers and footers, then they go to their own layers', async () => {
    const parts = {
      'comments.xml': part(
        'comments',
        `<w:comment w:id="3" w:author="Ann" w:initials="A" w:date="2026-01-02T03:04:05Z">${p('Why?')}</w:comment>`,
      ),
      'header1.xml': part('hdr', p('Head')),
      'footer1.xml': part('ftr', p('Foot')),
    };
    const body = `${p('text')}<w:sectPr><w:headerReference r:id="part1"/><w:footerReference r:id="part2"/></w:sectPr>`;
    const document = await readPackage(docxFormat, docx(body, parts));
    expect(outline(document)).toEqual([
      'text: text',
      'comment_section group',
      '  text: [author: Ann (A), time: 2026-01-02T03:04:05Z]: Why?',
    ]);
    expect(document.groups[0]!.content_layer).toBe('notes');
    expect(outline(document, document.furniture)).toEqual(['page_header: Head', 'page_footer: Foot']);
  });
});

describe('docx: broken and foreign input', () => {
  it('when the package has no main document, then E004', async () => {
    await expect(readPackage(docxFormat, { 'word/document.xml': '<a/>' })).rejects.toMatchObject({ code: 'E004' });
  });

  it('when the file is strict OOXML, then it reads the same', async () => {
    const strict = Object.fromEntries(
      Object.entries(docx(p('Strict', style('berschrift1')), PARTS)).map(([name, content]) => [
        name,
        content
          .replaceAll(
            'http://schemas.openxmlformats.org/wordprocessingml/2006/main',
            'http://purl.oclc.org/ooxml/wordprocessingml/main',
          )
          .replaceAll(
            'http://schemas.openxmlformats.org/officeDocument/2006/relationships',
            'http://purl.oclc.org/ooxml/officeDocument/relationships',
          ),
      ]),
    );
    expect(outline(await readPackage(docxFormat, strict))).toEqual(['heading 1: Strict']);
  });

  it('when the caller aborts, then reading stops', async () => {
    const caller = new AbortController();
    const onProgress = () => caller.abort();
    const reading = readPackage(docxFormat, docx(p('text').repeat(2_000)), { signal: caller.signal, onProgress });
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
  });
});
