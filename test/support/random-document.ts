import fc from 'fast-check';
import { DocumentBuilder, type TextOptions } from '../../src/conversion/document/document-builder.js';
import type { DoclingDocument, DocumentNode, Formatting } from '../../src/conversion/document/docling-document.js';

/** A stretch of text that looks the same throughout. */
export interface Run {
  readonly text: string;
  readonly formatting?: Formatting;
  readonly link?: string;
  readonly code?: boolean;
}

export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly text: string }
  | { readonly kind: 'paragraph'; readonly runs: readonly Run[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'picture'; readonly caption: string }
  | { readonly kind: 'table'; readonly rows: readonly (readonly string[])[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly Item[] };

export interface Item {
  readonly runs: readonly Run[];
  readonly blocks: readonly Block[];
}

/** Letters and digits among all that Markdown and HTML give a meaning to. */
const text = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('a', 'Bc', 'ü', '水', '1', '42', '😀') },
      { weight: 3, arbitrary: fc.constantFrom(' ', ' ', '\n', '\t') },
      { weight: 2, arbitrary: fc.constantFrom(...'*_~`#+-.!|\\&;:=()[]<>"\'$^/,') },
      {
        weight: 1,
        arbitrary: fc.constantFrom(...['&amp;', '1. ', '- ', '# ', '> ', '```', '---', '[x](y)', '<b>', '</p>', '**']),
      },
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((pieces) => pieces.join(''))
  .filter((joined) => /[\p{L}\p{N}]/u.test(joined));

const formatting: fc.Arbitrary<Formatting> = fc.record(
  {
    bold: fc.boolean(),
    italic: fc.boolean(),
    underline: fc.boolean(),
    strikethrough: fc.boolean(),
    script: fc.constantFrom('baseline', 'sub', 'super'),
  },
  { noNullPrototype: true },
);
const SAFE_LINKS = ['https://example.org/', '/a(b)c', '#f', 'mailto:a@b.c', 'https://example.org/?a=1&b=*_*'];

/** Blocks of a document, nested lists among them; links go to `links`. */
export function randomBlocks(links: readonly string[] = SAFE_LINKS): fc.Arbitrary<Block[]> {
  const link = fc.constantFrom(...links);
  const run: fc.Arbitrary<Run> = fc.oneof(
    text.map((words) => ({ text: words })),
    fc.record({ text, formatting }),
    fc.record({ text, link }),
    fc.record({ text, link, formatting }),
    fc.record({ text, link, code: fc.constant(true) }),
    fc.record({ text, code: fc.constant(true) }),
  );
  const runs = fc.array(run, { minLength: 1, maxLength: 4 });
  const cells = fc.array(fc.oneof(text, fc.constant('')), { minLength: 1, maxLength: 3 });
  const { block } = fc.letrec<{ block: Block; item: Item }>((tie) => ({
    block: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.record({ kind: fc.constant('paragraph' as const), runs }),
      fc.record({ kind: fc.constant('heading' as const), level: fc.integer({ min: 0, max: 7 }), text }),
      fc.record({ kind: fc.constant('code' as const), text }),
      fc.record({ kind: fc.constant('picture' as const), caption: fc.oneof(text, fc.constant('')) }),
      fc.record({ kind: fc.constant('table' as const), rows: fc.array(cells, { minLength: 1, maxLength: 3 }) }),
      fc.record({
        kind: fc.constant('list' as const),
        ordered: fc.boolean(),
        items: fc.array(tie('item'), { minLength: 1, maxLength: 3 }),
      }),
    ),
    item: fc.record({ runs, blocks: fc.array(tie('block'), { maxLength: 2 }) }),
  }));
  return fc.array(block, { maxLength: 5 });
}

export function documentOf(content: readonly Block[]): DoclingDocument {
  const builder = new DocumentBuilder({ fileName: 'a.html', mimeType: 'text/html', binaryHash: 1 });
  for (const one of content) addBlock(builder, one);
  return builder.document;
}

function addBlock(builder: DocumentBuilder, content: Block, parent?: DocumentNode): void {
  switch (content.kind) {
    case 'heading':
      if (content.level === 0) builder.addText('title', content.text, parent);
      else builder.addHeading(content.level, content.text, parent);
      break;
    case 'paragraph':
      addRuns(builder, content.runs, parent);
      break;
    case 'code':
      builder.addCode(content.text, 'Python', parent);
      break;
    case 'picture':
      addPicture(builder, content.caption, parent);
      break;
    case 'table':
      builder.addTable(content.rows, parent);
      break;
    case 'list':
      addList(builder, content, parent);
  }
}

function addPicture(builder: DocumentBuilder, caption: string, parent?: DocumentNode): void {
  const picture = builder.addPicture(parent);
  if (caption !== '') builder.addCaption(caption, picture);
}

function addList(builder: DocumentBuilder, content: Extract<Block, { kind: 'list' }>, parent?: DocumentNode): void {
  const list = builder.addGroup(content.ordered ? 'ordered_list' : 'list', 'list', parent);
  content.items.forEach((item, index) => {
    const added = builder.addListItem('', list, content.ordered ? `${index + 1}.` : '-');
    addRuns(builder, item.runs, added);
    for (const inner of item.blocks) addBlock(builder, inner, added);
  });
}

function addRuns(builder: DocumentBuilder, content: readonly Run[], parent?: DocumentNode): void {
  const group = builder.addGroup('inline', 'group', parent);
  for (const { text: words, formatting: look, link: hyperlink, code } of content) {
    const options: TextOptions = { ...(look && { formatting: look }), ...(hyperlink && { hyperlink }) };
    if (code) builder.addCode(words, undefined, group, options);
    else builder.addText('text', words, group, options);
  }
}
