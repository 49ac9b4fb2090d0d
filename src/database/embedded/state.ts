import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { EmbeddedPostgresError, hasErrorCode } from './errors.js';
import { writePrivateFile } from './private-file.js';

/** What has to outlive the processes: written before the cluster it belongs to exists. */
const stateSchema = z.object({
  version: z.literal(1),
  /** The folder that holds cluster and logs, relative to the state file; absolute where it lies elsewhere. */
  home: z.string(),
  /** Where the server listened last. It is asked for again, so that pools find a restarted server. */
  port: z.number().int().min(1).max(65_535).optional(),
  passwords: z.object({
    postgres: z.string(),
    docling_migration: z.string(),
    docling_app: z.string(),
    monitoring_user: z.string(),
  }),
});

export type State = z.infer<typeof stateSchema>;
export type Role = keyof State['passwords'];

/** @throws EmbeddedPostgresError when the file is there but damaged. */
export async function readState(file: string): Promise<State | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new EmbeddedPostgresError(
      `${file} is damaged. It holds the passwords of the embedded PostgreSQL: restore it from a backup, ` +
        `or move ${path.dirname(file)} away to begin with an empty database.`,
      error,
    );
  }
}

export async function writeState(file: string, state: State): Promise<void> {
  await writePrivateFile(file, `${JSON.stringify(state, undefined, 2)}\n`);
}

export function newState(home: string): State {
  const password = (): string => randomBytes(24).toString('base64url');
  return {
    version: 1,
    home,
    passwords: {
      postgres: password(),
      docling_migration: password(),
      docling_app: password(),
      monitoring_user: password(),
    },
  };
}
