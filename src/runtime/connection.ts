import type { Config } from '../config.js';
import { DATABASE_NAME, provisionDatabase } from '../database/provision.js';
import { ensureEmbeddedPostgres } from '../database/embedded/index.js';

/** Where the database is, and how to let go of it. */
export interface DatabaseConnection {
  /** For rows, as the application's role; perhaps through a pooler. */
  readonly url: string;
  /** Whether `url` leads to PostgreSQL itself. */
  readonly direct: boolean;
  /** For migrations, as the schema's owner, never through a pooler. */
  readonly migrationUrl: string;
  /** Ends this process's use of an embedded PostgreSQL. */
  release(): Promise<void>;
}

/**
 * The database that the settings name; where they name none, the embedded PostgreSQL, which is made,
 * started or adopted as needed.
 */
export async function connectDatabase(config: Config, log: (message: string) => void): Promise<DatabaseConnection> {
  const { url, directUrl } = config.database;
  if (url !== undefined) {
    const migrationUrl = directUrl ?? url;
    return { url, direct: sameServer(url, migrationUrl), migrationUrl, release: () => Promise.resolve() };
  }
  const server = await ensureEmbeddedPostgres({ dataDir: config.dataDir, log });
  try {
    await provisionDatabase({ superuserUrl: server.superuserUrl, passwords: server.passwords });
  } catch (error) {
    await server.release();
    throw error;
  }
  return {
    url: server.roleUrl('docling_app', DATABASE_NAME),
    direct: true,
    migrationUrl: server.roleUrl('docling_migration', DATABASE_NAME),
    release: () => server.release(),
  };
}

function sameServer(one: string, other: string): boolean {
  return new URL(one).host === new URL(other).host;
}
