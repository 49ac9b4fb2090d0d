import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { EXPORT_FORMATS, type ConversionSession, type ExportFormat } from '../../conversion/client/converter.js';
import { AppError } from '../../errors.js';
import type { Failure, StoredExport } from '../../jobs/job-repository.js';
import { isRetryable, toFailure } from '../failure.js';

/** Largest result that is stored: PostgreSQL would take 1 GB, but it passes through memory whole. */
const MAX_RESULT_BYTES = 64 * 1024 * 1024;

const FILE_NAMES: Readonly<Record<ExportFormat, string>> = {
  markdown: 'result.md',
  html: 'result.html',
  json: 'result.json',
};

export interface ExportOptions {
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Milliseconds for each export. */
  readonly timeoutMs: number;
  /** Whether a failed export may be tried again, and so is no reason to store the others yet. */
  readonly mayRetry: boolean;
  readonly onProgress: (fraction: number) => void;
}

export interface Exports {
  readonly exports: readonly StoredExport[];
  /** Why some are missing; null when none is. */
  readonly failure: Failure | null;
}

/** Makes every export. Throws when none succeeded, or when one failed that another attempt may make. */
export async function exportResults(session: ConversionSession, options: ExportOptions): Promise<Exports> {
  const exports: StoredExport[] = [];
  const failures: { format: ExportFormat; code: string; message: string; error: unknown }[] = [];
  for (const [index, format] of EXPORT_FORMATS.entries()) {
    try {
      exports.push({ format, content: await exportOne(session, format, options) });
    } catch (error) {
      options.signal.throwIfAborted();
      const failure = toFailure(error);
      if (options.mayRetry && isRetryable(failure)) throw error;
      failures.push({ format, code: failure.code, message: failure.message, error });
    }
    options.onProgress((index + 1) / EXPORT_FORMATS.length);
  }
  if (exports.length === 0) throw failures[0]?.error;
  return { exports, failure: failures.length === 0 ? null : partly(failures) };
}

async function exportOne(session: ConversionSession, format: ExportFormat, options: ExportOptions): Promise<string> {
  const { folder, signal, timeoutMs } = options;
  const file = path.join(folder, FILE_NAMES[format]);
  const { sizeBytes } = await session.export(format, file, { signal, timeoutMs });
  if (sizeBytes > MAX_RESULT_BYTES) {
    throw new AppError('E305', `The ${format} result has ${sizeBytes} bytes; at most ${MAX_RESULT_BYTES} are stored.`);
  }
  // PostgreSQL's text holds every character but NUL.
  return (await readFile(file, 'utf8')).replaceAll('\0', '');
}

function partly(failures: readonly { format: ExportFormat; code: string; message: string }[]): Failure {
  return {
    code: 'E304',
    message: `These results could not be made: ${failures.map(({ format }) => format).join(', ')}.`,
    details: { missing: failures.map(({ format, code, message }) => ({ format, code, message })) },
  };
}
