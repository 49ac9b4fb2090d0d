import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { BackupError } from './backup-error.js';

export const MANIFEST = 'manifest.json';

const schemaObject = z.object({
  kind: z.string(),
  name: z.string(),
  definition: z.string(),
  owner: z.string().nullable(),
  rights: z.string().nullable(),
  comment: z.string().nullable(),
});

const manifestSchema = z.object({
  version: z.literal(1),
  database: z.string(),
  format: z.enum(['custom', 'directory']),
  serverVersion: z.string(),
  systemIdentifier: z.string(),
  toolVersion: z.string(),
  /** Everything that was committed by then is in the backup. ISO 8601. */
  snapshotAt: z.string(),
  /** Place in the WAL. */
  position: z.string(),
  properties: z.object({
    encoding: z.string(),
    localeProvider: z.string(),
    collation: z.string(),
    characterType: z.string(),
    icuLocale: z.string().nullable(),
    owner: z.string(),
    connectionLimit: z.number(),
    rights: z.array(z.string()),
    settings: z.array(z.string()),
  }),
  schema: z.array(schemaObject),
  contents: z.object({
    tables: z.array(z.object({ name: z.string(), rows: z.number(), hash: z.string() })),
    sequences: z.array(z.object({ name: z.string(), value: z.number() })),
  }),
});

/** What a backup holds, read in the snapshot that it was dumped from: what a restored copy is held against. */
export type Manifest = Readonly<z.infer<typeof manifestSchema>>;
export type BackupFormat = Manifest['format'];

/** @throws BackupError when it is missing or damaged */
export async function readManifest(folder: string): Promise<Manifest> {
  const file = path.join(folder, MANIFEST);
  try {
    return manifestSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw new BackupError(
      `${file} cannot be read: without it nobody knows what the backup holds. Use another backup.`,
      error,
    );
  }
}

/** Where the dump is in the folder of a backup: a file, or a folder of files. */
export function dumpPath(folder: string, { database, format }: Pick<Manifest, 'database' | 'format'>): string {
  return path.join(folder, format === 'custom' ? `${database}.dump` : `${database}.dir`);
}
