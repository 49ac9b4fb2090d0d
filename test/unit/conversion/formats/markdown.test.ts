import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DocumentBuilder } from '../../../../src/conversion/document/document-builder.js';
import { exporters } from '../../../../src/conversion/exporters/index.js';
import { renderExport } from '../../../../src/conversion/exporters/write-export.js';
import { markdownFormat } from '../../../../src/conversion/formats/markdown.js';
import { lines, read, readToMarkdown } from './text-input.js';

const again = (markdown: string) => readToMarkdown(markdownFormat, markdown);

describe('the Markdown reader', () => {
  test('when a document is in the dialect of the exports, then it comes out as it went in', async () => {
    const source = lines(
      '# Title',
      '',
      'Text with **bold**, *italic*, ~~gone~~, `code` and [a link](http://example.org/a_(b)).  ',
      'Next line',
      '',
      '### Section',
      '',
      '- one',
      '    1. first',
      '    2. second',
      '',
      '        A paragraph of the second.',
      '',
      '- two',
      '',
      '```python',
      'if a < b:',
      '    pass',
      '```',
      '',
      '| a | b\\|c |',
      '| - | - |',
      '| 1 | **2** |',
      '',
      'A picture',
      '',
      '<!-- image -->',
    ).replace('<!-- image -->', '![A picture](x.png)');
    expect(await again(source)).toBe(
      source.replace('A picture\n\n![A picture](x.png)', 'A picture\n\nA picture\n\n<!-- image -->'),
    );
  });

  test('when it begins with front matter, then that is left out, and a rule is not front matter', async () => {
    expect(await again('---\ntitle: x\ntags: [a]\n---\n# T')).toBe('# T');
    expect(await again('---\n\ntext\n\n---\n\nmore')).toBe('text\n\nmore');
  });

  test('when it holds HTML, then that is read too, and no script of it', async () => {
    expect(await again('a <b>b</b>\n\n<ul>\n<li>x</li>\n</ul>\n\n<script>alert(1)</script>\n\n<!-- c -->')).toBe(
      'a **b**\n\n- x',
    );
  });

  test('when text stands before the first heading, then it is part of the body', async () => {
    expect(await again('[link](/l)\n\n# T')).toBe('[link](/l)\n\n# T');
  });

  test.each([
    ['quotes', '>'.repeat(50_000)],
    ['quotes with spaces', '> '.repeat(50_000)],
    ['lists', Array.from({ length: 1_000 }, (_, level) => `${'  '.repeat(level)}- x`).join('\n')],
  ])('when %s are nested without end, then it ends with E305', async (_case, markdown) => {
    await expect(again(markdown)).rejects.toMatchObject({ code: 'E305' });
  });

  test('when any text is exported and read again, then it is the same text', async () => {
    const characters = fc.constantFrom(...'ab1 *_`~[]()<>!#+-.=|\\&;:/"\'$\n');
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: characters, maxLength: 40 }), fc.boolean(), async (source, asItem) => {
        const text = source
          .replace(/\s*\n\s*/g, '\n')
          .replace(/ +/g, ' ')
          .trim();
        const builder = new DocumentBuilder({ fileName: 'x', mimeType: 'text/plain', binaryHash: 1 });
        if (asItem) builder.addListItem(text, builder.addGroup('list', 'list'), '-');
        else builder.addText('text', text);
        const document = await read(markdownFormat, renderExport(exporters.markdown, builder.document));
        expect(document.texts.map((item) => item.text).filter(Boolean)).toEqual(text === '' ? [] : [text]);
      }),
      { numRuns: 500 },
    );
  });

  test('when formatted pieces are exported and read again, then their words and formats are the same', async () => {
    const letters = fc.string({ unit: fc.constantFrom(...'ab.,:! ('), maxLength: 6 });
    const piece = fc.record({
      // Markdown has no marks for some changes of format within a word.
      text: fc.tuple(letters, fc.constantFrom(' ', '.', ' (')).map((parts) => parts.join('')),
      bold: fc.boolean(),
      italic: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 5 }), async (pieces) => {
        const build = () => new DocumentBuilder({ fileName: 'x', mimeType: 'text/plain', binaryHash: 1 });
        const builder = build();
        const group = builder.addGroup('inline', 'group');
        for (const { text, ...formatting } of pieces) builder.addText('text', text, group, { formatting });
        const document = await read(markdownFormat, renderExport(exporters.markdown, builder.document));
        const perLetter = (items: readonly { text: string; formatting?: { bold: boolean; italic: boolean } }[]) =>
          items.flatMap(({ text, formatting }) =>
            [...text].filter((c) => c !== ' ').map((c) => [c, formatting?.bold ?? false, formatting?.italic ?? false]),
          );
        expect(perLetter(document.texts)).toEqual(perLetter(builder.document.texts));
      }),
      { numRuns: 300 },
    );
  });
});
