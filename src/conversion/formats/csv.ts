import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse, type Options } from 'csv-parse';
import { AppError } from '../../errors.js';
import { DocumentBuilder, type CellRows } from '../document/document-builder.js';
import { LIMITS } from '../limits.js';
import { detectDialect, type CsvDialect } from './csv-dialect.js';
import type { Format, FormatInput } from './format.js';
import { detectEncoding } from './text-decoding.js';

const ROWS_BETWEEN_CHECKS = 1_000;

/** Delimiter-separated values as one table, its first row the header. Rows may differ in length. */
export const csvFormat: Format = {
  name: 'csv',
  async read(input) {
    const encoding = await detectEncoding(input.path, input.signal);
    const dialect = await detectDialect(input, encoding);
    const [header = [], ...rows] = await readRows(input, encoding, dialect);
    const builder = new DocumentBuilder(input);
    const table: CellRows = [header.map((text) => ({ text, columnHeader: true })), ...rows];
    if (header.length > 0) builder.addTable(table);
    input.onProgress(1);
    return builder.document;
  },
};

async function readRows(input: FormatInput, encoding: string, dialect: CsvDialect): Promise<string[][]> {
  try {
    return await parseRows(input, encoding, dialect, '"');
  } catch (error) {
    // A quotation mark that nothing closes is one that means nothing.
    if (error instanceof CsvError && error.code === 'CSV_QUOTE_NOT_CLOSED') {
      return parseRows(input, encoding, dialect, false).catch(refuse);
    }
    return refuse(error);
  }
}

async function parseRows(
  input: FormatInput,
  encoding: string,
  dialect: CsvDialect,
  quote: '"' | false,
): Promise<string[][]> {
  const rows: string[][] = [];
  let cells = 0;
  const options: Options = {
    delimiter: dialect.delimiter,
    // Found out by the parser itself, it would be the first one only, and looked for at every character.
    record_delimiter: ['\r\n', '\n', '\r'],
    from_line: dialect.firstLine,
    quote,
    ltrim: dialect.spacedQuotes,
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: LIMITS.csvRecordCharacters,
  };
  await pipeline(
    decodedChunks(input, encoding),
    parse(options),
    async (records: AsyncIterable<string[]>) => {
      for await (const record of records) {
        cells += record.length;
        if (cells > LIMITS.cells) throw new AppError('E305', `The table has more than ${LIMITS.cells} cells.`);
        rows.push(record);
        if (rows.length % ROWS_BETWEEN_CHECKS === 0) input.signal.throwIfAborted();
      }
    },
    { signal: input.signal },
  );
  return rows;
}

/** The file as text, whatever its encoding, with the share read so far reported. */
async function* decodedChunks(input: FormatInput, encoding: string): AsyncGenerator<string> {
  const { size } = await stat(input.path);
  const decoder = new TextDecoder(encoding);
  let bytes = 0;
  for await (const chunk of createReadStream(input.path) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    const text = decoder.decode(chunk, { stream: true });
    if (text !== '') yield text;
    input.onProgress(Math.min(0.99, bytes / size));
  }
  const rest = decoder.decode();
  if (rest !== '') yield rest;
}

function refuse(error: unknown): never {
  if (error instanceof CsvError) {
    if (error.code === 'CSV_MAX_RECORD_SIZE') {
      throw new AppError('E305', `A row has more than ${LIMITS.csvRecordCharacters} characters.`, { cause: error });
    }
    throw new AppError('E004', 'The file is not valid CSV.', { cause: error });
  }
  throw error;
}
