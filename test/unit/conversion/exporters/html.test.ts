import { beforeEach, describe, expect, test } from '@jest/globals';
import { parse, type DefaultTreeAdapterTypes } from 'parse5';
import { DocumentBuilder } from '../../../../src/conversion/document/document-builder.js';
import type { DocumentNode } from '../../../../src/conversion/document/docling-document.js';
import { exporters } from '../../../../src/conversion/exporters/index.js';
import { renderExport } from '../../../../src/conversion/exporters/write-export.js';

/** All elements of a page as a browser would see them. */
function elementsOf(html: string): DefaultTreeAdapterTypes.Element[] {
  const found: DefaultTreeAdapterTypes.Element[] = [];
  const visit = (node: DefaultTreeAdapterTypes.ParentNode): void => {
    for (const child of node.childNodes) {
      if (!('tagName' in child)) continue;
      found.push(child);
      visit(child);
    }
  };
  visit(parse(html));
  return found;
}

describe('the HTML export', () => {
  let builder: DocumentBuilder;
  const render = () => renderExport(exporters.html, builder.document);
  const body = () => /<body>\n([\s\S]*)<\/body>/.exec(render())?.[1];

  beforeEach(() => {
    builder = new DocumentBuilder({ fileName: 'a <b> & "c".pdf', mimeType: 'application/pdf', binaryHash: 1 });
  });

  test('when a document is exported, then it is a whole page that forbids scripts and loads', () => {
    builder.addText('text', 'x');
    expect(render()).toContain('<!DOCTYPE html>');
    expect(render()).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(render()).toContain('<title>a &lt;b&gt; &amp; &quot;c&quot;</title>');
  });

  test('when text, links and descriptions try to break out, then no element or handler of theirs is left', () => {
    const evil = '"><script>alert(1)</script><img src=x onerror=alert(1)><a href="javascript:x">';
    builder.addText('text', evil, undefined, { hyperlink: `/${evil}` });
    builder.addText('text', 'x', undefined, { hyperlink: 'java\tscript:alert(1)' });
    builder.addCode(evil, 'js');
    builder.addFormula(evil);
    builder.addCaption(evil, builder.addPicture(undefined, evil));
    builder.addListItem(evil, builder.addGroup('list', evil), `${evil}1.`);
    builder.addTable([[evil]]);
    const elements = elementsOf(render());
    expect(elements.filter(({ tagName }) => ['script', 'img', 'iframe', 'object'].includes(tagName))).toEqual([]);
    expect(elements.flatMap(({ attrs }) => attrs).filter(({ name }) => /^on|^src$|^style$/.test(name))).toEqual([]);
    const links = elements.filter(({ tagName }) => tagName === 'a').map(({ attrs }) => attrs[0]!.value);
    expect(links).toEqual([`/${evil}`]);
  });

  test('when there are headings, texts and notes, then each has its element', () => {
    builder.addText('title', 'T');
    builder.addHeading(1, 'H');
    builder.addText('text', 'a\nb');
    builder.addText('footnote', 'f');
    builder.addText('checkbox_selected', 'c');
    builder.addText('text', 'no', undefined, { layer: 'furniture' });
    expect(body()).toBe('<h1>T</h1>\n<h2>H</h2>\n<p>a<br>\nb</p>\n<p class="footnote">f</p>\n<p>&#9745; c</p>\n');
  });

  test('when one line mixes formats, then each has its tag', () => {
    const group = builder.addGroup('inline', 'group');
    builder.addText('text', 'a ', group);
    builder.addText('text', 'b', group, {
      formatting: { bold: true, italic: true, underline: true, strikethrough: true, script: 'super' },
      hyperlink: '#b',
    });
    builder.addCode('c', undefined, group);
    expect(body()).toBe(
      '<p>a <a href="#b" rel="noopener noreferrer"><strong><em><s><u><sup>b</sup></u></s></em></strong></a><code>c</code></p>\n',
    );
  });

  test('when lists are nested, numbered and labelled, then they stay so', () => {
    const list = builder.addGroup('ordered_list', 'list');
    const item = builder.addListItem('one', list, '3.');
    builder.addListItem('sub', builder.addGroup('list', 'list', item), '-');
    builder.addListItem('two', list, '4.');
    builder.addListItem('three', list, 'a)');
    expect(body()).toBe(
      '<ol>\n<li value="3">one\n<ul>\n<li>sub</li>\n</ul>\n</li>\n<li>two</li>\n<li class="labelled">a) three</li>\n</ol>\n',
    );
  });

  test('when items and lists stand where no list expects them, then they are still shown as such', () => {
    const list = builder.addGroup('list', 'list');
    builder.addListItem('sub', builder.addGroup('list', 'list', list), '-');
    builder.addListItem('alone', builder.addGroup('section', 'section'), '-');
    expect(body()).toBe(
      '<ul>\n<li class="labelled">\n<ul>\n<li>sub</li>\n</ul>\n</li>\n</ul>\n<ul>\n<li>alone</li>\n</ul>\n',
    );
    expect(renderExport(exporters.markdown, builder.document)).toBe('- sub\n- alone\n');
  });

  test('when cells span, then each is written once with its spans', () => {
    const header = { columnHeader: true };
    const table = builder.addTable([
      [
        { text: 'a', ...header, colSpan: 2 },
        { text: 'b', ...header },
      ],
      [{ text: 'c', rowHeader: true, rowSpan: 2 }, 'd', 'e'],
      ['f', 'g'],
    ]);
    builder.addCaption('C', table);
    expect(body()).toBe(
      [
        '<table>',
        '<caption>C</caption>',
        '<thead>',
        '<tr><th scope="col" colspan="2">a</th><th scope="col">b</th></tr>',
        '</thead>',
        '<tbody>',
        '<tr><th scope="row" rowspan="2">c</th><td>d</td><td>e</td></tr>',
        '<tr><td>f</td><td>g</td></tr>',
        '</tbody>',
        '</table>',
        '',
      ].join('\n'),
    );
  });

  test('when a header spans rows of the body, then there is no head to cut it off', () => {
    builder.addTable([
      [
        { text: 'a', columnHeader: true, rowSpan: 2 },
        { text: 'b', columnHeader: true },
      ],
      ['c'],
    ]);
    expect(body()).toBe(
      '<table>\n<tbody>\n<tr><th scope="col" rowspan="2">a</th><th scope="col">b</th></tr>\n<tr><td>c</td></tr>\n</tbody>\n</table>\n',
    );
  });

  test('when a cell is rich, then its content stands in it', () => {
    const table = builder.addTable([['plain', 'rich']]);
    const content = builder.addGroup('unspecified', 'rich_cell_group', table);
    table.data.table_cells[1]!.ref = { $ref: content.self_ref };
    builder.addText('text', 'rich', content, { hyperlink: '/r' });
    expect(body()).toContain('<td>plain</td><td><p><a href="/r" rel="noopener noreferrer">rich</a></p>\n</td>');
    expect(renderExport(exporters.markdown, builder.document)).toBe('| plain | [rich](/r) |\n| - | - |\n');
  });

  test('when there are pictures, then they are figures without images', () => {
    builder.addCaption('Figure 1', builder.addPicture(undefined, 'A "cat"'));
    builder.addPicture();
    expect(body()).toBe(
      '<figure role="img" aria-label="A &quot;cat&quot;">\n<figcaption>Figure 1</figcaption>\n</figure>\n' +
        '<figure>\n<figcaption>[image]</figcaption>\n</figure>\n',
    );
  });

  test('when code and formulas are shown, then as they are written', () => {
    builder.addCode('a < b\n  c', 'ts');
    builder.addFormula('x_1 < y');
    expect(body()).toBe(
      '<pre><code class="language-typescript">a &lt; b\n  c</code></pre>\n<pre class="formula">x_1 &lt; y</pre>\n',
    );
  });

  test('when a presentation has slides, then each is a section', () => {
    builder.addText('text', 'x', builder.addGroup('slide', 'slide-1'));
    expect(body()).toBe('<section>\n<p>x</p>\n</section>\n');
  });

  test('when a document is nested without end, then it ends with E305', () => {
    let parent: DocumentNode | undefined;
    for (let level = 0; level < 20_000; level += 1) parent = builder.addGroup('section', 's', parent);
    expect(render).toThrow(expect.objectContaining({ code: 'E305' }));
  });
});
