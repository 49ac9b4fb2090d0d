/** WAL segments of one timeline, by what pgBackRest lists of them. */
export interface Segment {
  readonly timeline: number;
  /** Counts the segments from the beginning of the cluster, whatever timeline they are on. */
  readonly number: number;
  readonly name: string;
}

/** Where a timeline left the one before it: the segment, numbered as above, that holds that place. */
export interface Fork {
  readonly parent: number;
  readonly number: number;
}

/** Segments of 16 MB, initdb's default, in each part of 4 GB. */
const SEGMENTS_PER_PART = 0x100;
const SEGMENT_BYTES = 16 * 1024 * 1024;
const NAME = /^([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})$/;
const MISSING_SHOWN = 5;

/** @throws RangeError when it is not the name of a segment of 16 MB */
export function parseSegment(name: string): Segment {
  const [timeline, part, place] = (NAME.exec(name) ?? []).slice(1).map((digits) => parseInt(digits, 16));
  if (timeline === undefined || part === undefined || place === undefined || place >= SEGMENTS_PER_PART) {
    throw new RangeError(`"${name}" is not the name of a WAL segment of 16 MB.`);
  }
  return { timeline, number: part * SEGMENTS_PER_PART + place, name };
}

/** The name that the segment `number` has on a timeline. */
export function segmentName(timeline: number, number: number): string {
  const parts = [timeline, Math.floor(number / SEGMENTS_PER_PART), number % SEGMENTS_PER_PART];
  return parts.map((part) => part.toString(16).toUpperCase().padStart(8, '0')).join('');
}

/**
 * The last fork that a timeline's history file tells of; its lines are `parent LSN reason`.
 * https://www.postgresql.org/docs/15/continuous-archiving.html#BACKUP-TIMELINES
 */
export function readFork(history: string): Fork | undefined {
  const forks = Array.from(history.matchAll(/^(\d+)\t([0-9A-F]+)\/([0-9A-F]+)/gim));
  const [, parent, high, low] = forks.at(-1) ?? [];
  if (parent === undefined || high === undefined || low === undefined) return undefined;
  const number = parseInt(high, 16) * SEGMENTS_PER_PART + Math.floor(parseInt(low, 16) / SEGMENT_BYTES);
  return { parent: Number(parent), number };
}

/**
 * The gaps in an archive, each as a sentence: none when everything from the first of `needed`, the segments that
 * backups begin and end with, can be replayed up to the end of each timeline.
 *
 * @param archived names of all segments that are there
 * @param needed   names of the first and last segments of all backups
 * @param forks    where each timeline but the first left another
 */
export function findGaps(
  archived: readonly string[],
  needed: readonly string[],
  forks: ReadonlyMap<number, Fork> = new Map(),
): string[] {
  const byTimeline = new Map<number, Set<number>>();
  for (const { timeline, number } of archived.map(parseSegment)) {
    byTimeline.set(timeline, (byTimeline.get(timeline) ?? new Set()).add(number));
  }
  const wanted = needed.map(parseSegment);
  const oldest = Math.min(...wanted.map(({ number }) => number));
  const gaps: string[] = [];
  for (const [timeline, present] of byTimeline) {
    const own = wanted.filter((segment) => segment.timeline === timeline).map(({ number }) => number);
    const fork = forks.get(timeline);
    // A timeline begins with its fork; what lies before the oldest backup may have expired.
    const first = fork && fork.number >= oldest ? fork.number : Math.min(...present, ...own);
    const missing = missingBetween(Math.max(first, oldest), Math.max(...present, ...own), present);
    if (missing.length > 0) gaps.push(describe(timeline, missing));
  }
  const empty = wanted.filter(({ timeline }) => !byTimeline.has(timeline)).map(({ name }) => name);
  if (empty.length > 0) gaps.push(`no segment of the timeline of ${empty.join(', ')} is in the archive`);
  return gaps;
}

function missingBetween(first: number, last: number, present: ReadonlySet<number>): number[] {
  const missing: number[] = [];
  for (let number = first; number <= last; number += 1) if (!present.has(number)) missing.push(number);
  return missing;
}

function describe(timeline: number, missing: readonly number[]): string {
  const names = missing.slice(0, MISSING_SHOWN).map((number) => segmentName(timeline, number));
  const more = missing.length > MISSING_SHOWN ? ` and ${missing.length - MISSING_SHOWN} more` : '';
  return `${missing.length} of the WAL segments of timeline ${timeline} are missing: ${names.join(', ')}${more}`;
}
