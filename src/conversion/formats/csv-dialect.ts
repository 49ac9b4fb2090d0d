import { open } from 'node:fs/promises';
import type { FormatInput } from './format.js';

const SAMPLE_BYTES = 64 * 1024;
const DELIMITERS = [',', ';', '\t', '|'] as const;
const COLON = ':';

type Delimiter = (typeof DELIMITERS)[number];

export interface CsvDialect {
  readonly delimiter: string;
  /** From 1; past a line that only declares the delimiter. */
  readonly firstLine: number;
  /** Whether cells are quoted behind a space, which then counts for nothing. */
  readonly spacedQuotes: boolean;
}

/** Finds the delimiter from what the file declares, or from its beginning. */
export async function detectDialect(input: FormatInput, encoding: string): Promise<CsvDialect> {
  const file = await open(input.path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SAMPLE_BYTES), 0, SAMPLE_BYTES, 0);
    const sample = new TextDecoder(encoding).decode(buffer.subarray(0, bytesRead), { stream: true });
    // The first line that Excel writes when its delimiter is not the usual one.
    const declared = /^sep=([^\r\n])\r?\n/i.exec(sample)?.[1];
    const byType = input.mimeType === 'text/tab-separated-values' ? '\t' : undefined;
    const complete = bytesRead < SAMPLE_BYTES ? `${sample}\n` : sample;
    const delimiter = declared ?? byType ?? likeliestDelimiter(complete);
    const firstLine = declared === undefined ? 1 : 2;
    return { delimiter, firstLine, spacedQuotes: sample.includes(`${delimiter} "`) };
  } finally {
    await file.close();
  }
}

/**
 * The delimiter that divides most records like the first one. Where that are few, as below a line of
 * description, the one that divides most records alike.
 */
export function likeliestDelimiter(sample: string): string {
  const records = countByRecord(sample);
  const [first = noCounts()] = records;
  const byFirst = likeliest(records, (delimiter) => first[delimiter]);
  const byMost = likeliest(records, (delimiter) => mostCommon(records.map((record) => record[delimiter])));
  const dividesMost = ({ alike }: Candidate) => alike * 2 > records.length;
  if (!dividesMost(byFirst) && dividesMost(byMost)) return byMost.delimiter;
  return byFirst.alike === 0 && colonsDivide(records) ? COLON : byFirst.delimiter;
}

interface Candidate {
  readonly delimiter: string;
  /** How often it stands in a record, and in how many records it does so. */
  readonly expected: number;
  readonly alike: number;
}

/** The delimiter with most records alike, the more cells the better. */
function likeliest(records: readonly Counts[], expectedOf: (delimiter: Delimiter) => number): Candidate {
  return DELIMITERS.map((delimiter): Candidate => {
    const expected = expectedOf(delimiter);
    const alike = expected === 0 ? 0 : records.filter((record) => record[delimiter] === expected).length;
    return { delimiter, expected, alike };
  }).reduce((best, one) => ((one.alike - best.alike || one.expected - best.expected) > 0 ? one : best));
}

/** The most common number among those above 0, or 0. */
function mostCommon(numbers: readonly number[]): number {
  const times = new Map<number, number>();
  for (const number of numbers) if (number > 0) times.set(number, (times.get(number) ?? 0) + 1);
  return [...times].reduce((most, one) => (one[1] > most[1] ? one : most), [0, 0])[0];
}

/** Times and addresses hold colons too: they divide only where they are in every record, and equally many. */
function colonsDivide([first, ...others]: readonly Counts[]): boolean {
  const colons = first?.[COLON] ?? 0;
  return colons > 0 && others.length > 0 && others.every((record) => record[COLON] === colons);
}

type Counts = Record<Delimiter | typeof COLON, number>;

const noCounts = (): Counts => ({ ',': 0, ';': 0, '\t': 0, '|': 0, ':': 0 });

/** How often each delimiter stands in each record, quoted places apart; blank lines left out. */
function countByRecord(sample: string): Counts[] {
  const records: Counts[] = [];
  let counts = noCounts();
  let quoted = false;
  let blank = true;
  const endRecord = (): void => {
    if (!blank) records.push(counts);
    counts = noCounts();
    blank = true;
  };
  for (const character of sample) {
    if (character === '"') quoted = !quoted;
    if (!quoted && (character === '\n' || character === '\r')) endRecord();
    else {
      blank = false;
      if (!quoted && character in counts) counts[character as keyof Counts] += 1;
    }
  }
  // What the sample cuts off counts only if there is nothing else.
  if (records.length === 0) endRecord();
  return records;
}
