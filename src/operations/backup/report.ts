import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { writeDurably } from '../../durable-file.js';

const REPORT = 'report.json';
const LAST_RUN = 'last-run.json';

const verificationSchema = z.object({
  verifiedAt: z.string(),
  restoreSeconds: z.number(),
  totalSeconds: z.number(),
  rtoSeconds: z.number(),
  /** Connections that restored at once. */
  jobs: z.number(),
});

const reportSchema = z.object({
  version: z.literal(1),
  name: z.string(),
  /** The dump: a file, or a folder. */
  path: z.string(),
  database: z.string(),
  format: z.enum(['custom', 'directory']),
  /** 0 to 9. */
  compression: z.number(),
  sizeBytes: z.number(),
  /** Of the dump; of a folder's list of checksums. */
  sha256: z.string(),
  snapshotAt: z.string(),
  finishedAt: z.string(),
  tables: z.number(),
  rows: z.number(),
  databaseBytes: z.number(),
  /** `dump` until all was on disk, `total` with the checks. */
  seconds: z.object({ dump: z.number(), total: z.number() }),
  serverVersion: z.string(),
  toolVersion: z.string(),
  /** Null: nobody has proven yet that it restores. */
  verification: verificationSchema.nullable(),
});

/** What is known of one backup; lies beside it. */
export type BackupReport = Readonly<z.infer<typeof reportSchema>>;
export type Verification = Readonly<z.infer<typeof verificationSchema>>;

/** How the last run went, whatever it was to do; lies in the folder of all backups. */
export interface RunReport {
  readonly version: 1;
  readonly command: 'backup' | 'verify';
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly success: boolean;
  /** Each a sentence; none when it succeeded. */
  readonly problems: readonly string[];
  /** The backup that was made or tried; null when it did not come to that. */
  readonly backup: BackupReport | null;
}

/** Undefined: there is none that can be read. */
export async function readReport(folder: string): Promise<BackupReport | undefined> {
  try {
    return reportSchema.parse(JSON.parse(await readFile(path.join(folder, REPORT), 'utf8')));
  } catch {
    return undefined;
  }
}

export async function writeReport(folder: string, report: BackupReport): Promise<void> {
  await writeDurably(path.join(folder, REPORT), toText(report));
}

export async function writeRunReport(directory: string, report: RunReport): Promise<void> {
  await writeDurably(path.join(directory, LAST_RUN), toText(report));
}

function toText(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
