import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { fillDatabase } from '../../perf/fill/run.mjs';
import { DB_DIRECTORY } from '../../src/database/catalogue.js';
import { ensureEmbeddedPostgres, type EmbeddedPostgres } from '../../src/database/embedded/index.js';
import { migrateUp } from '../../src/database/migrator.js';
import { DATABASE_NAME, provisionDatabase } from '../../src/database/provision.js';

const PASSWORD = 'a password: of a \\backup';

/** A server of a suite's own, since backups bring roles of their own: with the service's schema, some data, and those roles. */
export class BackupCluster {
  private lock: pg.Client | undefined;

  private constructor(
    readonly folder: string,
    private readonly server: EmbeddedPostgres,
  ) {}

  static async start(): Promise<BackupCluster> {
    const folder = await mkdtemp(path.join(tmpdir(), 'docling-jobs-backup-'));
    await chmod(folder, 0o711); // the server runs as another user than root
    const server = await ensureEmbeddedPostgres({ dataDir: folder });
    const cluster = new BackupCluster(folder, server);
    await provisionDatabase({ superuserUrl: server.superuserUrl, passwords: server.passwords });
    const ownerUrl = server.roleUrl('docling_migration', DATABASE_NAME);
    await migrateUp({ directUrl: ownerUrl });
    await fillDatabase({ url: ownerUrl, jobs: 60, markdownBytes: 400, sessions: 3 });
    await cluster.sql(await readFile(path.join(DB_DIRECTORY, 'backup-role.sql'), 'utf8'));
    await cluster.sql(`ALTER ROLE docling_backup PASSWORD '${PASSWORD}'`);
    await cluster.sql(`INSERT INTO jobs (id, client_id, session_id, input_type, input_url)
                       SELECT gen_random_uuid(), 'local', 'waiting', 'URL', 'https://example.org/' FROM generate_series(1, 5)`);
    await cluster.sql(`SELECT nextval('job_announcements') FROM generate_series(1, 3)`);
    return cluster;
  }

  /** What a caller of the commands has in its environment, as the role of backups. */
  environment(backupDir: string): NodeJS.ProcessEnv {
    const { port } = this.server;
    return {
      DB_HOST: '127.0.0.1',
      DB_PORT: String(port),
      PGPASSWORD: PASSWORD,
      BACKUP_DIR: backupDir,
      NODE_ENV: 'test',
    };
  }

  superuserEnvironment(backupDir: string): NodeJS.ProcessEnv {
    const { password } = new URL(this.server.superuserUrl('postgres'));
    return { ...this.environment(backupDir), DB_USER: 'postgres', PGPASSWORD: decodeURIComponent(password) };
  }

  async sql<T extends pg.QueryResultRow>(text: string, database = DATABASE_NAME): Promise<T[]> {
    const client = await this.connect(database);
    try {
      const result = await client.query<T>(text);
      return result.rows;
    } finally {
      await client.end();
    }
  }

  /** A superuser's session, to be ended by the test. */
  async connect(database = DATABASE_NAME): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.server.superuserUrl(database) });
    client.on('error', () => undefined); // a test may end the server
    await client.connect();
    return client;
  }

  /** Names of the databases that runs made for themselves. */
  async copies(): Promise<string[]> {
    const rows = await this.sql<{ name: string }>(
      `SELECT datname AS name FROM pg_database WHERE datname LIKE '%\\_proof\\_%'`,
      'postgres',
    );
    return rows.map(({ name }) => name);
  }

  /** A clone of the service's database in which a restore stops for a minute, at an index that takes as long to make. */
  async createSlow(name: string): Promise<void> {
    await this.sql(`CREATE DATABASE ${name} TEMPLATE docling_db OWNER docling_migration`, 'postgres');
    await this.sql(
      `GRANT CONNECT ON DATABASE ${name} TO docling_backup;
       SET ROLE docling_migration;
       CREATE FUNCTION public.wait_in_copy(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$
       BEGIN
         IF current_database() LIKE '%\\_proof\\_%' THEN PERFORM pg_sleep(60); END IF;
         RETURN $1;
       END $$;
       CREATE TABLE public.slow AS SELECT 1 AS number;
       CREATE INDEX ON public.slow (public.wait_in_copy(number))`,
      name,
    );
  }

  /** Whether a restore has come to that index. */
  async isRestoring(): Promise<boolean> {
    const rows = await this.sql(
      `SELECT FROM pg_stat_activity WHERE datname LIKE '%\\_proof\\_%' AND wait_event = 'PgSleep'`,
    );
    return rows.length > 0;
  }

  /** Stops each dump at a table: one without rules, since to describe those already takes a lock. */
  async stopDumps(): Promise<void> {
    await this.sql('SET ROLE docling_migration; CREATE TABLE IF NOT EXISTS public.gate ()');
    this.lock = await this.connect();
    await this.lock.query('BEGIN; LOCK TABLE gate');
  }

  async letDumpsGo(): Promise<void> {
    await this.lock?.end();
    this.lock = undefined;
  }

  /** Whether a dump has come to it. */
  async isDumping(): Promise<boolean> {
    const rows = await this.sql(
      `SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted AND a.query LIKE 'LOCK TABLE %'`,
    );
    return rows.length > 0;
  }

  /** Ends the server as a crash of it would, and starts it again. */
  async crash(): Promise<() => Promise<void>> {
    const file = await readFile(path.join(this.folder, 'postgres/cluster/postmaster.pid'), 'utf8');
    process.kill(Number(file.split('\n')[0]), 'SIGKILL');
    return async () => {
      const again = await ensureEmbeddedPostgres({ dataDir: this.folder });
      await again.release(); // the first use of it goes on
    };
  }

  async stop(): Promise<void> {
    await this.server.release();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}
