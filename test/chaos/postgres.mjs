import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { ensureEmbeddedPostgres } from '../../dist/database/embedded/index.js';
import { prepareBinaries } from '../../dist/database/embedded/binaries.js';
import { run } from '../../dist/database/embedded/run.js';
import { createSite, openServer } from '../../dist/database/embedded/site.js';
import { migrateUp } from '../../dist/database/migrator.js';
import { DATABASE_NAME, provisionDatabase } from '../../dist/database/provision.js';

/**
 * Notes when each lease ended, by the database's own clock: the service itself keeps no such record, and
 * how long a rescue took cannot be told without it.
 */
const NOTE_LEASES = `
  CREATE SCHEMA chaos;
  CREATE TABLE chaos.ended_leases (job_id uuid, expires_at timestamptz, ended_at timestamptz);
  CREATE FUNCTION chaos.note_lease() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
  BEGIN
    INSERT INTO chaos.ended_leases VALUES (OLD.job_id, OLD.expires_at, clock_timestamp());
    RETURN NULL;
  END $$;
  CREATE TRIGGER note_lease AFTER DELETE ON job_leases FOR EACH ROW EXECUTE FUNCTION chaos.note_lease()`;

/** A PostgreSQL server of the run's own, and ways to hurt it. */
export class ChaosPostgres {
  #handles;
  /** Spans of time in which it was down, in ms since 1970. @type {{ from: number, to: number }[]} */
  outages = [];

  /**
   * @param {string} dataDir
   * @param {import('../../dist/database/embedded/index.js').EmbeddedPostgres} handle
   */
  constructor(dataDir, handle) {
    this.dataDir = dataDir;
    this.#handles = [handle];
    this.appUrl = handle.roleUrl('docling_app', DATABASE_NAME);
    this.migrationUrl = handle.roleUrl('docling_migration', DATABASE_NAME);
    this.superuserUrl = handle.superuserUrl(DATABASE_NAME);
  }

  /** @param {string} dataDir */
  static async start(dataDir) {
    const handle = await ensureEmbeddedPostgres({ dataDir });
    await provisionDatabase({ superuserUrl: handle.superuserUrl, passwords: handle.passwords });
    await migrateUp({ directUrl: handle.roleUrl('docling_migration', DATABASE_NAME) });
    const server = new ChaosPostgres(dataDir, handle);
    await server.query(NOTE_LEASES);
    return server;
  }

  /**
   * Rows of a query as superuser; tried again while the server is away.
   *
   * @param {string} text
   * @param {unknown[]} [values]
   */
  async query(text, values = []) {
    for (let tries = 1; ; tries += 1) {
      const client = new pg.Client({ connectionString: this.superuserUrl, query_timeout: 60_000 });
      client.on('error', () => undefined);
      try {
        await client.connect();
        return (await client.query(text, values)).rows;
      } catch (error) {
        if (tries === 40 || (error.code && /^(22|23|42)/.test(error.code))) throw error;
        await delay(500);
      } finally {
        await client.end().catch(() => undefined);
      }
    }
  }

  /**
   * Stops the server as a crash would, and starts it again after a pause.
   *
   * @param {number} pauseMs
   */
  async crash(pauseMs) {
    const server = await openServer(await createSite(this.dataDir));
    const binaries = await prepareBinaries(server.home, server.account, () => undefined);
    const from = Date.now();
    await run(binaries.pgCtl, ['-D', server.cluster, '-m', 'immediate', '-w', 'stop'], {
      account: server.account,
      timeoutMs: 30_000,
    });
    await delay(pauseMs);
    this.#handles.push(await ensureEmbeddedPostgres({ dataDir: this.dataDir }));
    this.outages.push({ from, to: Date.now() });
  }

  /** Ends about half of the service's connections; answers how many. */
  async killConnections() {
    const rows = await this.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'docling_app' AND random() < 0.5`,
    );
    return rows.length;
  }

  async stop() {
    for (const handle of this.#handles) await handle.release();
  }
}
