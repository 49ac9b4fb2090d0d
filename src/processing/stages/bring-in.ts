import { constants } from 'node:fs';
import { copyFile, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { detectFormat } from '../../conversion/detection/detect.js';
import type { ConversionSource } from '../../conversion/client/converter.js';
import { AppError, errorCodeOf } from '../../errors.js';
import { download } from '../../storage/download.js';
import { resolveInputPath } from '../../storage/input-paths.js';
import type { InputStorage } from '../../storage/input-storage.js';
import type { Attempt } from '../attempt.js';
import { linkOrCopy } from '../link-or-copy.js';
import { DOWNLOAD_LIMIT_MS } from '../time-limits.js';

export interface InputRules {
  readonly storage: InputStorage;
  readonly inputDirs: readonly string[];
  readonly maxFileBytes: number;
  readonly urlAllowPrivate: boolean;
}

/** An input in the attempt's own folder, of a known type. */
export interface BroughtIn {
  readonly source: ConversionSource;
  /** Bytes. */
  readonly size: number;
  readonly mimeType: string;
}

interface Arrival {
  readonly fileName: string;
  readonly declaredMimeType: string | undefined;
}

/**
 * Brings a job's input into `folder`, under a path of its own, and recognises its type by its content.
 * Throws AppError E001 to E005 and E101 to E104.
 */
export async function bringIn(attempt: Attempt, folder: string, rules: InputRules): Promise<BroughtIn> {
  const arrivalPath = path.join(folder, 'input');
  const arrival = await fetchInput(attempt, arrivalPath, rules);
  const { size } = await stat(arrivalPath);
  if (size > rules.maxFileBytes)
    throw new AppError('E001', `The input has ${size} bytes; at most ${rules.maxFileBytes} are taken.`);
  const { format, mimeType, extension } = await detectFormat(arrivalPath, arrival);
  const sourcePath = path.join(folder, `source${extension}`);
  await rename(arrivalPath, sourcePath);
  return { source: { path: sourcePath, fileName: arrival.fileName, format }, size, mimeType };
}

async function fetchInput({ job, signal }: Attempt, target: string, rules: InputRules): Promise<Arrival> {
  if (job.inputType === 'URL') {
    if (job.inputUrl === null) throw new AppError('E101', 'The job names no URL.');
    const timeoutMs = Math.min(job.timeoutMs ?? DOWNLOAD_LIMIT_MS, DOWNLOAD_LIMIT_MS);
    const limits = { maxBytes: rules.maxFileBytes, timeoutMs, signal, allowPrivate: rules.urlAllowPrivate };
    const { fileName, mimeType } = await download(job.inputUrl, target, limits);
    return { fileName: job.fileName ?? fileName ?? 'download', declaredMimeType: mimeType ?? undefined };
  }
  if (job.inputPath === null) throw new AppError('E003', 'The job names no file.');
  const fileName = job.fileName ?? path.basename(job.inputPath);
  if (path.isAbsolute(job.inputPath)) {
    await takeCopy(await resolveInputPath(job.inputPath, rules.inputDirs), target, rules.maxFileBytes);
  } else {
    await linkOrCopy(rules.storage.absolutePath(job.inputPath), target).catch(explainMissing);
  }
  return { fileName, declaredMimeType: job.fileMime ?? undefined };
}

/** The caller's file may change while it is read: work on a copy. */
async function takeCopy(file: string, target: string, maxBytes: number): Promise<void> {
  const { size } = await stat(file).catch(explainMissing);
  if (size > maxBytes) throw new AppError('E001', `The input has ${size} bytes; at most ${maxBytes} are taken.`);
  await copyFile(file, target, constants.COPYFILE_FICLONE).catch(explainMissing);
}

function explainMissing(error: unknown): never {
  const code = errorCodeOf(error);
  if (code === 'ENOENT') throw new AppError('E003', 'There is no file at the given path.', { cause: error });
  if (code === 'EACCES' || code === 'EPERM' || code === 'EISDIR') {
    throw new AppError('E003', 'The file cannot be read.', { cause: error });
  }
  throw error;
}
