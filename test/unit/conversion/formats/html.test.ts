import { describe, expect, test } from '@jest/globals';
import { htmlFormat } from '../../../../src/conversion/formats/html.js';
import { lines, read, readToMarkdown } from './text-input.js';

const markdown = (html: string | Buffer) => readToMarkdown(htmlFormat, html);

describe('the HTML reader', () => {
  test('when a page has headings, then the first level is the title and the others follow', async () => {
    const document = await read(htmlFormat, '<h1>One</h1><h2>Two</h2><h4>Four</h4>');
    expect(document.texts.map(({ label, text }) => [label, text])).toEqual([
      ['title', 'One'],
      ['section_header', 'Two'],
      ['section_header', 'Four'],
    ]);
    expect(document.texts[2]).toMatchObject({ level: 3 });
  });

  test('when a paragraph mixes styles, then its pieces are an inline group that keeps its spaces', async () => {
    const document = await read(htmlFormat, '<p>a <b>bold</b>, <i>x</i><code>y</code> <a href="/z">z</a></p>');
    expect(document.groups).toHaveLength(1);
    expect(document.texts.map(({ text }) => text)).toEqual(['a ', 'bold', ', ', 'x', 'y', ' ', 'z']);
    expect(await markdown('<p>a <b>bold</b>, <i>x</i><code>y</code> <a href="/z">z</a></p>')).toBe(
      'a **bold**, *x*`y` [z](/z)',
    );
  });

  test('when white space is scattered through the source, then it collapses as in a browser', async () => {
    expect(await markdown('<p>\n  one \t<b> two</b> \n three&nbsp; four </p>\n<div>five</div>')).toBe(
      'one **two** three four\n\nfive',
    );
  });

  test('when lists are nested, then items stand below the item that they belong to', async () => {
    const html = '<ul><li>a<ol start="3"><li>b</li><li value="7">c</li><li>d</li></ol></li><ul><li>e</li></ul></ul>';
    expect(await markdown(html)).toBe(lines('- a', '    3. b', '    7. c', '    8. d', '    - e'));
  });

  test('when an item holds more than text, then the rest is below it', async () => {
    expect(await markdown('<ul><li><p>one</p><p>two</p><pre>x\n y</pre></li><li><img alt="cat"></li></ul>')).toBe(
      lines(
        '- one',
        '',
        '    two',
        '',
        '    ```',
        '    x',
        '     y',
        '    ```',
        '',
        '-',
        '    cat',
        '',
        '    <!-- image -->',
      ),
    );
  });

  test('when a term is defined, then its definitions stand below it', async () => {
    expect(await markdown('<dl><dt>T</dt><dd>one</dd><dd>two</dd><div><dt>U</dt><dd>three</dd></div></dl>')).toBe(
      lines('- **T**', '    - one', '    - two', '- **U**', '    - three'),
    );
  });

  test('when cells span, then they cover the same places as in a browser', async () => {
    const html =
      '<table><caption>C</caption><thead><tr><th rowspan="2">a</th><th colspan="2">b</th></tr><tr><th>c</th><th>d</th></tr></thead>' +
      '<tr><th>e</th><td rowspan="0">f</td><td>g</td></tr><tr><td>h</td><td>i</td></tr><tr><td colspan="999">j</td></tr></table>';
    expect(await markdown(html)).toBe(
      lines(
        'C',
        '',
        '| a | b | b |',
        '| - | - | - |',
        '| a | c | d |',
        '| e | f | g |',
        '| h | f | i |',
        '| j | f | j |',
      ),
    );
    const [table] = (await read(htmlFormat, html)).tables;
    expect(table!.data.table_cells.filter((cell) => cell.column_header)).toHaveLength(4);
    expect(table!.data.table_cells.filter((cell) => cell.row_header).map(({ text }) => text)).toEqual(['e']);
  });

  test('when a cell holds links, lists or tables, then its text is whole and its content is kept', async () => {
    const html =
      '<table><tr><td><a href="/l">link</a> and <b>bold</b></td><td><ul><li>x<li>y</ul></td></tr>' +
      '<tr><td><table><tr><td>1</td><td>2</td></tr></table></td><td><h2>head</h2></td></tr></table>';
    const document = await read(htmlFormat, html);
    expect(document.tables[0]!.data.table_cells.map(({ text }) => text)).toEqual([
      'link and bold',
      'x y',
      '1 2',
      'head',
    ]);
    expect(await markdown(html)).toBe(lines('| [link](/l) and **bold** | - x - y |', '| - | - |', '| 1 2 | head |'));
  });

  test('when a cell holds a table with captions, links and pictures, then all are in its line', async () => {
    const nested =
      '<table><caption>C</caption><tr><td>1</td><td><a href="/l">l</a></td></tr></table><img alt="cat"><p>a</p><p>b</p>';
    expect(await markdown(`<table><tr><td>${nested}</td><td>x</td></tr></table>`)).toBe(
      lines('| C 1 [l](/l) cat <!-- image --> a b | x |', '| - | - |'),
    );
  });

  test('when a table only places its content, then the content stands by itself', async () => {
    expect(await markdown('<table><tr><td><h1>T</h1><ul><li>x</li></ul></td></tr></table>')).toBe('# T\n\n- x');
    expect(await markdown('<table role="presentation"><tr><td>a</td><td>b</td></tr></table>')).toBe('a\n\nb');
  });

  test('when a heading or caption is linked in part, then it is linked as a whole', async () => {
    expect(
      await markdown('<h2><a href="/l">Link</a> 1</h2><h3><b>x</b> <a href="/a">y</a> <a href="/b">z</a></h3>'),
    ).toBe('## [Link 1](/l)\n\n### x y z');
  });

  test('when code is preformatted, then it stays as it is and names its language', async () => {
    const document = await read(htmlFormat, '<pre><code class="hljs language-py">if a:\n    b &lt; c\n</code></pre>');
    expect(document.texts[0]).toMatchObject({ label: 'code', code_language: 'Python', text: 'if a:\n    b < c' });
  });

  test('when pictures have captions or alternative texts, then these are the captions', async () => {
    const document = await read(
      htmlFormat,
      '<p>t <img alt="one"></p><figure><img alt="two"><figcaption>the <i>caption</i></figcaption></figure>',
    );
    expect(document.texts.map(({ label, text }) => [label, text])).toEqual([
      ['text', 't'],
      ['caption', 'one'],
      ['caption', 'the caption'],
    ]);
    expect(document.pictures[1]!.annotations).toMatchObject([{ text: 'two' }]);
  });

  test('when something is not shown, then none of it is in the document', async () => {
    const hidden = ['script', 'style', 'template', 'noscript', 'iframe', 'canvas'];
    const html = `<head><title>no</title></head>${hidden.map((tag) => `<${tag}>no</${tag}>`).join('')}
      <p hidden>no</p><p style="display: none">no</p><i style="visibility:hidden">no</i><!-- no -->
      <p>yes<span aria-hidden="true">no</span></p>`;
    expect((await read(htmlFormat, html)).texts.filter(({ content_layer: layer }) => layer === 'body')).toHaveLength(1);
    expect(await markdown(html)).toBe('yes');
  });

  test('when something stands before the first heading, then it is furniture, and the title and footers are', async () => {
    const html =
      '<title>T - Site</title><nav><p>Menu</p></nav><table><tr><th><h2>Login</h2></table><img alt="logo"><p>Tag line.</p>' +
      '<header><h1>T</h1><p>By line</p></header><nav><a href="/x">x</a></nav><footer>(c)</footer>';
    expect(await markdown(html)).toBe(lines('# T', '', 'By line', '', '[x](/x)'));
    const furniture = (await read(htmlFormat, html)).texts.filter((text) => text.content_layer === 'furniture');
    expect(furniture.map(({ text }) => text)).toEqual(['T - Site', 'Menu', 'logo', 'Tag line.', '(c)']);
  });

  test('when most of a long page stands before its first heading, then that is its content', async () => {
    const prose = `<p>${'All of it. '.repeat(300)}</p>`;
    expect(await markdown(`${prose}<h2>References</h2><p>x</p>`)).toContain('All of it.');
    expect(await markdown(`<p><a href="/">${prose}</a></p><h2>News</h2><p>x</p>`)).toBe('## News\n\nx');
  });

  test('when a page has no heading, then nothing before is furniture', async () => {
    expect(await markdown('<nav><a href="/">Home</a></nav><p>x</p>')).toBe('[Home](/)\n\nx');
  });

  test('when an item begins with pictures, then its text comes first', async () => {
    const html = '<ul><li><div><img alt="cat"></div><p>A <i>cat</i></p><li><p><img></p><pre>x</pre></ul>';
    expect(await markdown(html)).toBe(
      lines(
        ...['- A *cat*', '', '    cat', '', '    <!-- image -->', '', '-'],
        ...['    <!-- image -->', '', '    ```', '    x', '    ```'],
      ),
    );
  });

  test('when a picture is linked, then its caption is', async () => {
    expect(await markdown('<p><a href="/big.png"><img alt="cat"></a></p>')).toBe('[cat](/big.png)\n\n<!-- image -->');
  });

  test('when a form has fields, then what they show is text', async () => {
    const html =
      '<form><label>Name: <input name="n" value="Ann"></label><p><input type="checkbox" checked> yes <input type="radio"> no</p>' +
      '<input placeholder="Search"><input type="hidden" value="no"><input type="password" name="key" value="secret">' +
      '<select><option>one<option>two</select><textarea>free</textarea><button>Send</button></form>';
    expect(await markdown(html)).toBe(
      lines('Name: Ann', '', '[x] yes [ ] no', '', 'Search key', '', 'one two', '', 'free', '', 'Send'),
    );
  });

  test('when a drawing holds text, then its labels are lines', async () => {
    const svg =
      '<svg><title>no</title><desc>no</desc><style>no</style><defs><text>no</text></defs><g><text>A <tspan>b</tspan></text><text>C</text></g></svg>';
    expect(await markdown(`<p>before</p>${svg}`)).toBe('before\n\nA b\n\nC');
  });

  test('when XHTML closes an empty element at once, then what follows is not in it', async () => {
    const page = (prolog: string) =>
      `${prolog}<html><head><script src="a.js"/><title/></head><body><a id="a"/><p>x<br/>y</p></body></html>`;
    expect(await markdown(page('<?xml version="1.0"?>'))).toBe('x  \ny');
    const typed = await read(htmlFormat, page(''), { mimeType: 'application/xhtml+xml' });
    expect(typed.texts.map(({ text }) => text)).toEqual(['x\ny']);
  });

  test('when a formula brings its LaTeX, then it is a formula', async () => {
    const math = '<math><mi>E</mi><annotation encoding="application/x-tex">E=mc^2</annotation></math>';
    expect(await markdown(`<p>so ${math} holds</p><p>${math}</p>`)).toBe('so $E=mc^2$ holds\n\n$$E=mc^2$$');
    const symbols = '<math><mfrac><mi>a</mi><mn>2</mn></mfrac><annotation encoding="x">no</annotation></math>';
    expect(await markdown(`<p>x${symbols}y</p>`)).toBe('x a 2 y');
  });

  test.each([
    ['a byte order mark', Buffer.from('\uFEFF<meta charset="latin1"><p>grün</p>')],
    ['a declaration', Buffer.from('<meta http-equiv=x content="text/html; charset=iso-8859-15"><p>grün</p>', 'latin1')],
    ['nothing but UTF-8', Buffer.from('<p>grün</p>')],
    ['nothing, in windows-1252', Buffer.from('<p>grün</p>', 'latin1')],
    ['a wrong declaration of UTF-8', Buffer.from('<meta charset=utf-8><p>grün</p>', 'latin1')],
    ['UTF-16 with a mark', Buffer.from('\uFEFF<p>grün</p>', 'utf16le')],
    ['UTF-16 without one', Buffer.from('<p>grün</p>', 'utf16le')],
    ['an encoding that there is not', Buffer.from('<meta charset=klingon><p>grün</p>')],
  ])('when the encoding is told by %s, then the letters are right', async (_case, bytes) => {
    expect(await markdown(bytes)).toBe('grün');
  });

  test('when elements are nested deeper than a limit, then their text is kept', async () => {
    expect(await markdown(`${'<div>'.repeat(3000)}deep <b>text</b>`)).toBe('deep **text**');
    expect(await markdown(`${'<ul><li>'.repeat(400)}item`)).toContain('item');
    expect(await markdown(`${'<table><tr><td>cell '.repeat(100)}`)).toContain('cell');
  });

  test.each([
    ['50,000 elements are nested', '<div>'.repeat(50_000)],
    ['50,000 formats are nested', '<b>'.repeat(50_000)],
    ['there are millions of elements', '<br>'.repeat(600_000)],
    ['spans ask for a huge grid', `<table>${'<tr><td colspan="1000" rowspan="60000">x'.repeat(3000)}</table>`],
  ])('when %s, then it ends with E305', async (_case, html) => {
    await expect(markdown(html)).rejects.toMatchObject({ code: 'E305' });
  });

  test('when there is no file, then it ends with E003', async () => {
    const input = {
      path: '/nowhere',
      fileName: 'x',
      mimeType: 'text/html',
      binaryHash: 1,
      onProgress: () => undefined,
    };
    await expect(htmlFormat.read({ ...input, signal: new AbortController().signal })).rejects.toMatchObject({
      code: 'E003',
    });
  });
});
