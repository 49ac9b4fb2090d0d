import { open } from 'node:fs/promises';
import type { FormatInput } from './format.js';

const SAMPLE_BYTES = 64 * 1024;
const DELIMITERS = [',', ';', '\t', '|'] as const;

export interface CsvDialect {
  readonly delimiter: string;
  /** From 1; past a line that only declares the delimiter. */
  readonly firstLine: number;
}

/** Finds the delimiter from what the file declares, or from its beginning. */
export async function detectDialect(input: FormatInput, encoding: string): Promise<CsvDialect> {
  const file = await open(input.path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SAMPLE_BYTES), 0, SAMPLE_BYTES, 0);
    const sample = new TextDecoder(encoding).decode(buffer.subarray(0, bytesRead), { stream: true });
    // The first line that Excel writes when its delimiter is not the usual one.
    const declared = /^sep=([^\r\n])\r?\n/i.exec(sample)?.[1];
    if (declared !== undefined) return { delimiter: declared, firstLine: 2 };
    if (input.mimeType === 'text/tab-separated-values') return { delimiter: '\t', firstLine: 1 };
    return { delimiter: likeliestDelimiter(bytesRead < SAMPLE_BYTES ? `${sample}\n` : sample), firstLine: 1 };
  } finally {
    await file.close();
  }
}

/** The delimiter that splits most records like the first one, and the first one most. */
export function likeliestDelimiter(sample: string): string {
  const records = countByRecord(sample);
  const [first] = records;
  const score = (delimiter: (typeof DELIMITERS)[number]): [number, number] => {
    const expected = first?.[delimiter] ?? 0;
    if (expected === 0) return [0, 0];
    return [records.filter((record) => record[delimiter] === expected).length, expected];
  };
  return [...DELIMITERS].sort((one, other) => {
    const [likeOne, countOne] = score(one);
    const [likeOther, countOther] = score(other);
    return likeOther - likeOne || countOther - countOne;
  })[0] as string;
}

type Counts = Record<(typeof DELIMITERS)[number], number>;

/** How often each delimiter stands in each record, quoted places apart; blank lines left out. */
function countByRecord(sample: string): Counts[] {
  const records: Counts[] = [];
  let counts: Counts = { ',': 0, ';': 0, '\t': 0, '|': 0 };
  let quoted = false;
  let blank = true;
  const endRecord = (): void => {
    if (!blank) records.push(counts);
    counts = { ',': 0, ';': 0, '\t': 0, '|': 0 };
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
