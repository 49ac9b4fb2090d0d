import { rowsOf, withAlignedTables, type Row } from './aligned-tables.js';
import type { FurnitureLabel } from './furniture.js';
import { median, unionOf } from './geometry.js';
import { withFormulas } from './formulas.js';
import type { Formula, Line, PageItem, Picture, ReadPage, Table } from './model.js';
import { buildParagraphs, LETTER_WIDTH, type Paragraph } from './paragraphs.js';
import { inColumns } from './reading-order.js';

export interface FurnitureText {
  readonly kind: 'furniture';
  readonly label: FurnitureLabel;
  readonly line: Line;
}

export type Block = Paragraph | Table | Picture | Formula | FurnitureText;

/** The blocks of a page in reading order, one list for each column. */
export type PageBlocks = readonly (readonly Block[])[];

/** Turned text this near to the edge, as a part of the page's width, is a stamp on the margin. */
const MARGIN = 0.1;
const MOST_STAMPS = 2;

/** Puts the items of a page in reading order and groups them. */
export function toBlocks(page: ReadPage, furniture: ReadonlyMap<Line, FurnitureLabel>): PageBlocks {
  const body = page.items.filter((item) => item.kind !== 'line' || !furniture.has(item));
  const lines = body.flatMap((item) => (item.kind === 'line' ? [item] : []));
  const rightToLeft = lines.filter((line) => line.rightToLeft).length > lines.length / 2;
  const columns = inColumns(body, rightToLeft).map(blocksOfColumn);
  return [...furnitureOf(page, furniture), ...columns, ...blocksOfTurned(page)];
}

function furnitureOf(page: ReadPage, furniture: ReadonlyMap<Line, FurnitureLabel>): Block[][] {
  const blocks = page.items.flatMap((item): Block[] => {
    const label = item.kind === 'line' ? furniture.get(item) : undefined;
    return item.kind === 'line' && label ? [{ kind: 'furniture', label, line: item }] : [];
  });
  return blocks.length > 0 ? [blocks] : [];
}

/** Turned text on a margin is furniture; other turned text, such as a label of a figure, follows the page. */
function blocksOfTurned({ turned, width }: ReadPage): Block[][] {
  const blocks = turned.map((line): Block =>
    // Turned so that it runs to the right, text on a side margin stands at the top.
    line.box.y0 < MARGIN * width && turned.length <= MOST_STAMPS
      ? { kind: 'furniture', label: 'page_header', line }
      : { kind: 'paragraph', lines: [line], marker: undefined, left: line.box.x0, right: line.box.x1 },
  );
  return blocks.length > 0 ? [blocks] : [];
}

function blocksOfColumn(items: readonly PageItem[]): Block[] {
  const blocks: Block[] = [];
  let segments: Line[] = [];
  const finish = () => {
    blocks.push(
      ...withFormulas(rowsOf(segments)).flatMap((part) =>
        'kind' in part ? [part] : blocksOfRows(withAlignedTables(part)),
      ),
    );
    segments = [];
  };
  for (const item of items) {
    if (item.kind === 'line') segments.push(item);
    else {
      finish();
      blocks.push(item);
    }
  }
  finish();
  return blocks;
}

function blocksOfRows(rows: readonly (Row | Table)[]): Block[] {
  const blocks: Block[] = [];
  let lines: Line[] = [];
  const finish = () => {
    if (lines.length > 0) blocks.push(...buildParagraphs(lines));
    lines = [];
  };
  for (const row of rows) {
    if ('kind' in row) {
      finish();
      blocks.push(row);
    } else lines.push(...mergeRow(row));
  }
  finish();
  return blocks;
}

/** Segments of one line that no table claimed, as the line that they are. */
function mergeRow(row: Row): Line[] {
  const [first, ...rest] = row;
  if (!first || rest.length === 0) return [...row];
  const rightToLeft = row.filter((segment) => segment.rightToLeft).length > row.length / 2;
  const ordered = rightToLeft ? [...row].reverse() : row;
  const every = (test: (segment: Line) => boolean) => row.every(test);
  const monospaced = every((segment) => segment.monospaced);
  return [
    {
      kind: 'line',
      box: unionOf(row.map(({ box }) => box)),
      baseline: median(row.map(({ baseline }) => baseline)),
      size: median(row.map(({ size }) => size)),
      words: ordered.flatMap(({ words }) => words),
      text: monospaced ? spacedOut(row) : ordered.map(({ text }) => text).join(' '),
      bold: every(({ bold }) => bold),
      italic: every(({ italic }) => italic),
      monospaced,
      mathematical: median(row.map(({ mathematical }) => mathematical)),
      rightToLeft,
      artifact: every(({ artifact }) => artifact),
      startsRaised: ordered[0]?.startsRaised ?? false,
    },
  ];
}

/** Segments in monospaced type, as many letters apart as on the page. */
function spacedOut(row: Row): string {
  let right = row[0]?.box.x0 ?? 0;
  return row
    .map(({ box, size, text }) => {
      const gap = Math.round((box.x0 - right) / (LETTER_WIDTH * size));
      right = box.x1;
      return ' '.repeat(Math.max(0, gap)) + text;
    })
    .join('');
}
