import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse, type DefaultTreeAdapterTypes } from 'parse5';
import { exporters } from '../../../../src/conversion/exporters/index.js';
import { renderExport } from '../../../../src/conversion/exporters/write-export.js';
import { documentOf, randomBlocks, type Block } from '../../../support/random-document.js';

type Node = DefaultTreeAdapterTypes.Node;
type Element = DefaultTreeAdapterTypes.Element;

/** Everything that the export writes; what loads, runs or submits is not among it. */
const ELEMENTS = new Set(
  (
    'html head meta title style body section p h1 h2 h3 h4 h5 h6 ul ol li pre code br a table caption thead tbody tr th ' +
    'td figure figcaption span u s em strong sub sup'
  ).split(' '),
);
const ATTRIBUTES = new Set(
  'charset http-equiv content name href rel class role aria-label scope rowspan colspan value'.split(' '),
);

const HOSTILE = [
  ...[
    'javascript:alert(1)',
    ' JavaScript:x',
    'java\tscript:x',
    '\u0001javascript:x',
    'data:text/html,<script>x</script>',
  ],
  ...['vbscript:x', 'file:///etc/passwd', 'blob:x', '"onmouseover="x', "'><img src=x onerror=x>", '//example.org/a'],
  ...['https://example.org/"><script>', 'mailto:a@b.c', '#a', 'javascript&colon;x', 'https:javascript:x'],
];
const hostileText = fc.constantFrom(
  ...['<script>x</script>', '<img src=x onerror=x>', '</title><svg onload=x>', '--><b>', '</style>', '&lt;script&gt;'],
);

describe('the HTML export, read by a browser', () => {
  test('when a document is hostile, then nothing in its page runs, loads or leads to a script', () => {
    fc.assert(
      fc.property(randomBlocks(HOSTILE), fc.array(hostileText), (content, texts) => {
        const spoilt: Block[] = [...content, ...texts.map((text): Block => ({ kind: 'paragraph', runs: [{ text }] }))];
        const document = documentOf(spoilt);
        document.name = texts.join('');
        for (const element of elementsOf(parse(renderExport(exporters.html, document)))) expectHarmless(element);
      }),
      { numRuns: 300 },
    );
  });

  test('when a document is exported, then all of its text is shown in order', () => {
    fc.assert(
      fc.property(randomBlocks(), (content) => {
        const page = parse(renderExport(exporters.html, documentOf(content)));
        const body = [...elementsOf(page)].find(({ tagName }) => tagName === 'body')!;
        expect(squeezed(textOf(body).replaceAll('[image]', ''))).toBe(squeezed(content.map(textOfBlock).join('')));
      }),
      { numRuns: 300 },
    );
  });
});

function expectHarmless(element: Element): void {
  expect(ELEMENTS).toContain(element.tagName);
  for (const { name, value } of element.attrs) {
    expect(ATTRIBUTES).toContain(name);
    if (name === 'href')
      expect(['http:', 'https:', 'mailto:']).toContain(new URL(value, 'https://page.invalid/').protocol);
  }
}

function* elementsOf(node: Node): Generator<Element> {
  if ('tagName' in node) yield node;
  if ('childNodes' in node) for (const child of node.childNodes) yield* elementsOf(child);
}

function textOf(node: Node): string {
  if ('childNodes' in node) return node.childNodes.map(textOf).join('');
  return 'value' in node ? node.value : '';
}

function textOfBlock(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
      return block.runs.map(({ text }) => text).join('');
    case 'picture':
      return block.caption;
    case 'table':
      return block.rows.flat().join('');
    case 'list':
      return block.items
        .map(({ runs, blocks }) => textOfBlock({ kind: 'paragraph', runs }) + blocks.map(textOfBlock).join(''))
        .join('');
    default:
      return block.text;
  }
}

function squeezed(text: string): string {
  return text.replaceAll(/\s/g, '');
}
