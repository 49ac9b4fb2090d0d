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

/** JSON first: it is the document itself, from which another attempt can make the rest without converting again. */
const ORDER: readonly ExportFormat[] = ['json', 'markdown', 'html'];

export interface ExportOptions {
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Milliseconds for each export. */
  readonly timeoutMs: number;
  /** Whether a failed export may be tried again, and so is no reason to store the others yet. */
  readonly mayRetry: boolean;
  /** Those that an earlier attempt made. */
  readonly finished: readonly ExportedFile[];
  /** Awaited after each export, with all there are by then. */
  readonly onExported: (finished: readonly ExportedFile[]) => Promise<void>;
  readonly onProgress: (fraction: number) => void;
}

export interface ExportedFile {
  readonly format: ExportFormat;
  readonly path: string;
}

export interface Exports {
  readonly files: readonly ExportedFile[];
  /** Why some are missing; null when none is. */
  readonly failure: Failure | null;
}

/** Whether there is nothing left to export. */
export function areAllExported(files: readonly ExportedFile[]): boolean {
  return EXPORT_FORMATS.every((format) => isAmong(files, format));
}

/** Makes every export that is missing. Throws when none succeeded, or when one failed that another attempt may make. */
export async function exportResults(session: ConversionSession, options: ExportOptions): Promise<Exports> {
  let files = options.finished;
  const failures: { format: ExportFormat; code: string; message: string; error: unknown }[] = [];
  for (const [index, format] of ORDER.entries()) {
    if (isAmong(files, format)) continue;
    try {
      files = [...files, await exportOne(session, format, options)];
    } catch (error) {
      options.signal.throwIfAborted();
      const failure = toFailure(error);
      if (options.mayRetry && isRetryable(failure)) throw error;
      failures.push({ format, code: failure.code, message: failure.message, error });
      continue;
    }
    await options.onExported(files);
    options.onProgress((index + 1) / ORDER.length);
  }
  if (files.length === 0) throw failures[0]?.error;
  return { files, failure: failures.length === 0 ? null : partly(failures) };
}

/** What is stored of an export: PostgreSQL's text holds every character but NUL. */
export async function readExport({ format, path: file }: ExportedFile): Promise<StoredExport> {
  return { format, content: (await readFile(file, 'utf8')).replaceAll('\0', '') };
}

function isAmong(files: readonly ExportedFile[], format: ExportFormat): boolean {
  return files.some((file) => file.format === format);
}

async function exportOne(
  session: ConversionSession,
  format: ExportFormat,
  { folder, signal, timeoutMs }: ExportOptions,
): Promise<ExportedFile> {
  const file = path.join(folder, FILE_NAMES[format]);
  const { sizeBytes } = await session.export(format, file, { signal, timeoutMs });
  if (sizeBytes > MAX_RESULT_BYTES) {
    throw new AppError('E305', `The ${format} result has ${sizeBytes} bytes; at most ${MAX_RESULT_BYTES} are stored.`);
  }
  return { format, path: file };
}

function partly(failures: readonly { format: ExportFormat; code: string; message: string }[]): Failure {
  return {
    code: 'E304',
    message: `These results could not be made: ${failures.map(({ format }) => format).join(', ')}.`,
    details: { missing: failures.map(({ format, code, message }) => ({ format, code, message })) },
  };
}
