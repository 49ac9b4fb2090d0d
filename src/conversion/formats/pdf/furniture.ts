import { median } from './geometry.js';
import type { Line, ReadPage } from './model.js';

/** The parts of a page's height, at its top and bottom, that running heads and feet stand in. */
const ZONE = 0.2;
/** How many rows from the edge may be furniture. */
const ROWS = 3;
/** How many rows a running head of several parts has. */
const HEAD_ROWS = 2;
/** How far a running head may move from page to page, in points. */
const DRIFT = 6;
/** Distance of baselines, in ems, that sets a running head apart. */
const GAP = 1.6;
/** Larger type, against the page's text, is a heading that recurs, unless most pages have it. */
const LARGEST = 1.25;
const MOSTLY = 0.6;
const LEAST_RECURRING = 4;
const PAGE_NUMBER =
  /^(?:page|seite|p\.)?\s*[-\u2013\u2014|]?\s*(?:\d{1,4}|[ivxlc]{1,6})\s*[-\u2013\u2014|]?(?:\s*(?:of|\/|von)\s*\d{1,4})?$/i;

export type FurnitureLabel = 'page_header' | 'page_footer';

interface Candidate {
  readonly line: Line;
  readonly label: FurnitureLabel;
  /** The text with its numbers made equal, so that page numbers do not tell pages apart. */
  readonly key: string;
  /** Nothing of the page stands nearer to its edge. */
  readonly outermost: boolean;
  /** Nothing else stands in its row. */
  readonly alone: boolean;
  /** Between its row and the text of the page there is a gap. */
  readonly detached: boolean;
  /** Set in the type of a heading. */
  readonly isLarge: boolean;
}

/** The lines that are running heads, running feet or page numbers: what recurs at the edge of pages. */
export function findFurniture(pages: readonly ReadPage[]): Map<Line, FurnitureLabel> {
  const candidates = pages.map(candidatesOf);
  const byKey = new Map<string, Candidate[]>();
  for (const candidate of candidates.flat()) {
    const known = byKey.get(candidate.key);
    if (known) known.push(candidate);
    else byKey.set(candidate.key, [candidate]);
  }
  const found = new Map<Line, FurnitureLabel>();
  for (const page of candidates) {
    for (const { line, label, key, outermost, alone, detached, isLarge } of page) {
      const twins = (byKey.get(key) ?? []).filter((other) => Math.abs(other.line.baseline - line.baseline) <= DRIFT);
      const isNumber = PAGE_NUMBER.test(line.text);
      // Numbers recur in tables too: one that is a page's stands at the edge, by itself or in a running head.
      const hasWords = /\p{L}{2}/u.test(line.text);
      // The head of a table that goes on over pages recurs as well, but right above its rows.
      const recurs = hasWords && (alone || detached) && twins.length >= (outermost ? 2 : 3);
      if (
        line.artifact ||
        (recurs && (!isLarge || twins.length >= Math.max(LEAST_RECURRING, MOSTLY * pages.length))) ||
        (isNumber && outermost && alone)
      )
        found.set(line, label);
    }
    for (const { line, label, outermost } of page) {
      if (!outermost || !PAGE_NUMBER.test(line.text)) continue;
      if (page.some((other) => found.has(other.line) && other.line.baseline === line.baseline)) found.set(line, label);
    }
  }
  return found;
}

function candidatesOf(page: ReadPage): Candidate[] {
  const lines = page.items.flatMap((item) => (item.kind === 'line' ? [item] : []));
  const size = median(lines.map((line) => line.size));
  const rows = lines.map(({ baseline }) => Math.round(baseline));
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(row, (counts.get(row) ?? 0) + 1);
  const baselines = [...counts.keys()].sort((left, right) => left - right);
  const [headDetached, footDetached] = [isDetached(baselines, size), isDetached([...baselines].reverse(), size)];
  const highest = baselines[Math.min(ROWS, baselines.length) - 1] ?? 0;
  const lowest = baselines[Math.max(0, baselines.length - ROWS)] ?? 0;
  return lines.flatMap((line) => {
    const zone = ZONE * page.height;
    const row = Math.round(line.baseline);
    const isHead = line.box.y1 < zone && (row <= highest || line.artifact);
    const isFoot = line.box.y0 > page.height - zone && (row >= lowest || line.artifact);
    if (!isHead && !isFoot) return [];
    const label = isHead ? 'page_header' : 'page_footer';
    const edge = isHead ? baselines[0] : baselines.at(-1);
    return [
      {
        line,
        label,
        key: `${label} ${line.text.toLowerCase().replace(/\d+/g, '#')}`,
        outermost: row === edge,
        alone: counts.get(row) === 1,
        detached: isHead ? headDetached : footDetached,
        isLarge: line.size > LARGEST * size,
      },
    ];
  });
}

/** Whether the rows at the edge, the first ones given, are few and end in a gap. */
function isDetached(baselines: readonly number[], size: number): boolean {
  const gap = baselines.slice(1).findIndex((row, index) => Math.abs(row - (baselines[index] ?? row)) > GAP * size);
  return gap >= 0 && gap < HEAD_ROWS;
}
