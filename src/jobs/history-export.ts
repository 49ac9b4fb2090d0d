import { stringify } from 'csv-stringify/sync';
import type { ExportedJob } from './job-repository.js';
import { LISTED_FIELDS } from './job-view.js';

interface ExportWriter {
  /** With its character set. */
  readonly mediaType: string;
  /** The file in pieces, one for each batch. Ends `batches` when it is ended itself. */
  readonly write: (batches: AsyncIterable<readonly ExportedJob[]>) => AsyncGenerator<string, void, undefined>;
}

export const EXPORT_FORMATS: Readonly<Record<'ndjson' | 'csv', ExportWriter>> = Object.freeze({
  ndjson: { mediaType: 'application/x-ndjson; charset=utf-8', write: writeNdjson },
  csv: { mediaType: 'text/csv; charset=utf-8; header=present', write: writeCsv },
});

/** A name that no system objects to. */
export function exportFileName(sessionId: string, format: string): string {
  return `history-${sessionId.replace(/[^A-Za-z0-9._-]+/g, '_').slice(0, 100)}.${format}`;
}

/** One JSON object per line, with the fields of the history. */
async function* writeNdjson(batches: AsyncIterable<readonly ExportedJob[]>): AsyncGenerator<string, void, undefined> {
  for await (const batch of batches) yield batch.map((job) => `${JSON.stringify(job)}\n`).join('');
}

/** RFC 4180, with a header; the results as `html:1024 json:2048`. The header waits for the first batch. */
async function* writeCsv(batches: AsyncIterable<readonly ExportedJob[]>): AsyncGenerator<string, void, undefined> {
  let header = toCsv([[...LISTED_FIELDS, 'results']]);
  for await (const batch of batches) {
    yield header + toCsv(batch.map(toCells));
    header = '';
  }
  if (header !== '') yield header;
}

function toCells(job: ExportedJob): (string | number | null)[] {
  const results = job.results.map(({ formatType, sizeBytes }) => `${formatType}:${sizeBytes}`).join(' ');
  const cells = LISTED_FIELDS.map((field) => {
    const value = job[field];
    return value instanceof Date ? value.toISOString() : value;
  });
  return [...cells, results];
}

/** A cell that a spreadsheet would take for a formula gets an apostrophe before it. */
function toCsv(rows: readonly (string | number | null)[][]): string {
  return stringify([...rows], { record_delimiter: 'windows', escape_formulas: true });
}
