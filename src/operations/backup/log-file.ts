import { closeSync, openSync, writeSync } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';

const FOLDER = 'logs';
const DAY_MS = 24 * 60 * 60 * 1_000;

/** What one run told, line by line with its time, for its owner only. Lines are on disk when a call returns. */
export class LogFile {
  private constructor(
    readonly file: string,
    private readonly descriptor: number,
  ) {}

  static async open(directory: string, command: string, now: Date): Promise<LogFile> {
    const folder = path.join(directory, FOLDER);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = path.join(folder, `${now.toISOString().replace(/[-:]/g, '')}-${command}.log`);
    return new LogFile(file, openSync(file, 'a', 0o600));
  }

  /** A disk that is full must not keep a run from cleaning up after itself. */
  write(line: string): void {
    try {
      writeSync(this.descriptor, `${new Date().toISOString()} ${line}\n`);
    } catch {
      // the line was shown all the same
    }
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

/** Deletes the logs of runs that ended more than `days` ago. */
export async function removeOldLogs(directory: string, days: number, now: Date): Promise<void> {
  const folder = path.join(directory, FOLDER);
  for (const name of await readdir(folder).catch(() => [])) {
    const file = path.join(folder, name);
    const { mtimeMs } = await stat(file);
    if (name.endsWith('.log') && mtimeMs < now.getTime() - days * DAY_MS) await rm(file, { force: true });
  }
}
