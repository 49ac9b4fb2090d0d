import { captionKindOf } from './captions.js';
import { runsOn } from './joins.js';
import { bodyTypeOf, isLoneSection, Labeller, type ParagraphLabel } from './labels.js';
import type { Picture, Table } from './model.js';
import type { Block, PageBlocks } from './page-blocks.js';
import type { Paragraph } from './paragraphs.js';

/** What follows from seeing all pages together. */
export interface Flow {
  readonly labels: ReadonlyMap<Paragraph, ParagraphLabel>;
  /** For a paragraph that runs over a column or page, its further parts. */
  readonly continuations: ReadonlyMap<Paragraph, readonly Continuation[]>;
  /** Paragraphs that are parts of others, or captions of tables and pictures: not to be shown by themselves. */
  readonly absorbed: ReadonlySet<Paragraph>;
  readonly captions: ReadonlyMap<Table | Picture, Paragraph>;
}

export interface Continuation {
  readonly paragraph: Paragraph;
  /** 1-based. */
  readonly pageNo: number;
}

interface PlacedColumn {
  readonly pageNo: number;
  readonly blocks: readonly Block[];
}

/** Labels the paragraphs of all pages, joins those that run on, and gives captions to what they describe. */
export function toFlow(pages: readonly { readonly height: number; readonly blocks: PageBlocks }[]): Flow {
  const all = pages.flatMap(({ blocks }) => blocks.flat());
  const labeller = new Labeller(bodyTypeOf(all), all, pages[0]?.blocks.flat() ?? []);
  const labels = new Map<Paragraph, ParagraphLabel>();
  for (const { blocks, height } of pages) {
    for (const column of blocks) labelColumn(column, labeller, height, labels);
  }
  const columns = pages.flatMap(({ blocks }, index) => blocks.map((column) => ({ pageNo: index + 1, blocks: column })));
  const captions = captionsOf(columns, labels);
  const continuations = joinColumns(columns, labels);
  const absorbed = new Set<Paragraph>(captions.values());
  for (const parts of continuations.values()) for (const { paragraph } of parts) absorbed.add(paragraph);
  return { labels, captions, continuations, absorbed };
}

function labelColumn(
  blocks: readonly Block[],
  labeller: Labeller,
  height: number,
  labels: Map<Paragraph, ParagraphLabel>,
): void {
  blocks.forEach((block, index) => {
    if (block.kind !== 'paragraph') return;
    const label = labeller.label(block, height);
    const isSection =
      (label.kind === 'item' || label.kind === 'text') && isLoneSection(block, blocks[index - 1], blocks[index + 1]);
    labels.set(block, isSection ? { kind: 'heading', level: labeller.levelOf(block) } : label);
  });
}

/** A caption belongs to the table or picture next to it in its column: a table's to what follows first. */
function captionsOf(
  columns: readonly PlacedColumn[],
  labels: ReadonlyMap<Paragraph, ParagraphLabel>,
): Map<Table | Picture, Paragraph> {
  const captions = new Map<Table | Picture, Paragraph>();
  for (const { blocks } of columns) {
    blocks.forEach((block, index) => {
      if (block.kind !== 'paragraph' || labels.get(block)?.kind !== 'caption') return;
      const isTable = captionKindOf(block.lines[0]?.text ?? '') === 'table';
      const neighbours = [blocks[index + 1], blocks[index - 1]];
      if (!isTable) neighbours.reverse();
      const kind = isTable ? 'table' : 'picture';
      const owner = neighbours.find((other) => other?.kind === kind);
      if (owner && (owner.kind === 'table' || owner.kind === 'picture') && !captions.has(owner))
        captions.set(owner, block);
    });
  }
  return captions;
}

/** Finds, for the last text of each column, the first text after it that goes on with its sentence. */
function joinColumns(
  columns: readonly PlacedColumn[],
  labels: ReadonlyMap<Paragraph, ParagraphLabel>,
): Map<Paragraph, Continuation[]> {
  const parts = new Map<Paragraph, Continuation[]>();
  let last: { head: Paragraph; tail: Paragraph } | undefined;
  for (const { blocks, pageNo } of columns) {
    const texts = blocks.filter((block) => block.kind === 'paragraph').filter((block) => isInFlow(labels.get(block)));
    const [first] = texts;
    if (!first) continue;
    const joins = last && labels.get(first)?.kind === 'text' && runsOn(last.tail, first);
    if (last && joins) {
      const head = last.head;
      parts.set(head, [...(parts.get(head) ?? []), { paragraph: first, pageNo }]);
      last = { head, tail: first };
    }
    const end = texts.at(-1);
    if (end && end !== first) last = { head: end, tail: end };
    else if (!joins) last = { head: first, tail: first };
    const kind = last && labels.get(last.tail)?.kind;
    if (kind !== 'text' && kind !== 'item') last = undefined;
  }
  return parts;
}

/** Captions and footnotes stand beside the flow of the text; it runs on past them. */
function isInFlow(label: ParagraphLabel | undefined): boolean {
  return label !== undefined && label.kind !== 'caption' && label.kind !== 'footnote';
}
