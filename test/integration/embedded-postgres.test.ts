import { once } from 'node:events';
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import {
  EmbeddedPostgresError,
  ensureEmbeddedPostgres,
  findEmbeddedPostgres,
  type EmbeddedPostgresAddress,
} from '../../src/database/embedded/index.js';
import { compileEmbeddedPostgres, type CompiledEmbeddedPostgres } from '../support/embedded-postgres-process.js';

let compiled: CompiledEmbeddedPostgres;
let template: string;
let dataDir: string;

const inSite = (...names: string[]): string => path.join(dataDir, 'postgres', ...names);
const inCluster = (...names: string[]): string => inSite('cluster', ...names);

beforeAll(async () => {
  compiled = await compileEmbeddedPostgres();
  template = await makeDirectory();
  const server = await ensureEmbeddedPostgres({ dataDir: template });
  await query(server, "CREATE TABLE kept AS SELECT 'here' AS word");
  await server.release();
});
afterAll(async () => {
  await compiled.remove();
  await rm(template, { recursive: true });
});

beforeEach(async () => {
  dataDir = await makeDirectory();
});
afterEach(async () => {
  if (existsSync(inCluster('postmaster.pid'))) await killPostmaster();
  await rm(dataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});

async function makeDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'embedded-postgres-test-'));
  // Run as root, the server has an account of its own, which has to enter.
  await chmod(directory, 0o755);
  return directory;
}

async function query(server: EmbeddedPostgresAddress, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: server.superuserUrl('postgres') });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

async function postmasterPid(): Promise<number> {
  return Number((await readFile(inCluster('postmaster.pid'), 'utf8')).split('\n')[0]);
}

async function killPostmaster(): Promise<void> {
  process.kill(await postmasterPid(), 'SIGKILL');
}

/** A stopped server with one row; quicker to copy than to make. */
async function makeDataWithOneRow(): Promise<void> {
  await promisify(execFile)('cp', ['-a', path.join(template, 'postgres'), dataDir]);
}

/** Ends what was begun and returns whether the row is still there. */
async function findRow(): Promise<unknown> {
  const server = await ensureEmbeddedPostgres({ dataDir });
  try {
    return await query(server, 'SELECT word FROM kept');
  } finally {
    await server.release();
  }
}

describe('a server of its own', () => {
  it('when the folder is empty, then a server starts with checksums, UTF-8, scram and statement statistics', async () => {
    const server = await ensureEmbeddedPostgres({ dataDir });

    expect(server.adopted).toBe(false);
    const [settings] = await query(
      server,
      `SELECT current_setting('data_checksums') AS checksums, current_setting('server_encoding') AS encoding,
              current_setting('fsync') AS fsync, current_setting('listen_addresses') AS address,
              current_setting('shared_preload_libraries') AS libraries,
              (SELECT array_agg(DISTINCT auth_method) FROM pg_hba_file_rules)::text AS methods`,
    );
    expect(settings).toEqual({
      checksums: 'on',
      encoding: 'UTF8',
      fsync: 'on',
      address: '127.0.0.1',
      libraries: 'pg_stat_statements',
      methods: '{scram-sha-256}',
    });
    await server.release();
  });

  it('when a role is made with its password, then its connection string opens a session', async () => {
    const server = await ensureEmbeddedPostgres({ dataDir });
    await query(server, `CREATE ROLE docling_app LOGIN PASSWORD '${server.passwords.docling_app}'`);

    const client = new pg.Client({ connectionString: server.roleUrl('docling_app', 'postgres') });
    await client.connect();

    expect((await client.query('SELECT current_user AS name')).rows).toEqual([{ name: 'docling_app' }]);
    await client.end();
    await server.release();
  });

  it('when it was stopped and is started again, then the data, the port and the passwords are the same', async () => {
    const first = await ensureEmbeddedPostgres({ dataDir });
    await query(first, "CREATE TABLE kept AS SELECT 'here' AS word");
    await first.release();

    const second = await ensureEmbeddedPostgres({ dataDir });

    expect(await query(second, 'SELECT word FROM kept')).toEqual([{ word: 'here' }]);
    expect(second.superuserUrl('postgres')).toBe(first.superuserUrl('postgres'));
    expect(second.passwords).toEqual(first.passwords);
    await second.release();
  });

  it('when the state is written, then only its owner may read it', async () => {
    await makeDataWithOneRow();

    expect((await stat(inSite('state.json'))).mode & 0o777).toBe(0o600);
  });

  it('when a server runs, then it can be found, and when none does, then not', async () => {
    expect(await findEmbeddedPostgres(dataDir)).toBeUndefined();
    await makeDataWithOneRow();
    const server = await ensureEmbeddedPostgres({ dataDir });

    const found = await findEmbeddedPostgres(dataDir);

    expect(found?.superuserUrl('docling_db')).toBe(server.superuserUrl('docling_db'));
    await server.release();
    expect(await findEmbeddedPostgres(dataDir)).toBeUndefined();
  });
});

describe('several processes', () => {
  it('when four call at once, then one starts the server and the others adopt it', async () => {
    const processes = [1, 2, 3, 4].map(() => compiled.start(dataDir));

    const ready = await Promise.all(processes.map((one) => one.ready()));

    expect(ready.filter(({ adopted }) => !adopted)).toHaveLength(1);
    expect(new Set(ready.map(({ port }) => port)).size).toBe(1);
    await Promise.all(processes.map((one) => one.release()));
    expect(existsSync(inCluster('postmaster.pid'))).toBe(false);
  });

  it('when one of two users leaves, then the server runs on, until the last one leaves', async () => {
    await makeDataWithOneRow();
    const first = await ensureEmbeddedPostgres({ dataDir });
    const second = await ensureEmbeddedPostgres({ dataDir });

    await first.release();
    expect(await query(second, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);

    await second.release();
    await second.release();
    expect(existsSync(inCluster('postmaster.pid'))).toBe(false);
  });

  it('when a user was killed, then it does not keep the server running', async () => {
    await makeDataWithOneRow();
    const killed = compiled.start(dataDir);
    await killed.ready();
    const server = await ensureEmbeddedPostgres({ dataDir });
    await killed.kill();

    await server.release();

    expect(server.adopted).toBe(true);
    expect(existsSync(inCluster('postmaster.pid'))).toBe(false);
  });
});

describe('after a kill', () => {
  it('when the process is killed while it makes the database, then the next call makes it', async () => {
    const killed = compiled.start(dataDir);
    await killed.logged('making a new PostgreSQL database');
    await killed.kill();

    const server = await ensureEmbeddedPostgres({ dataDir });

    expect(await query(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await server.release();
  });

  it('when an unfinished database lies about, then it is removed', async () => {
    await makeDataWithOneRow();
    await rm(inCluster(), { recursive: true });
    await mkdir(inSite('unfinished-cluster-of-a-killed-process'));

    await ensureEmbeddedPostgres({ dataDir }).then((server) => server.release());

    expect((await readdir(inSite())).filter((name) => name.startsWith('unfinished'))).toEqual([]);
  });

  it('when the postmaster is killed, then the next call has it on the same port with its data', async () => {
    await makeDataWithOneRow();
    const server = await ensureEmbeddedPostgres({ dataDir });
    await killPostmaster();

    const next = await ensureEmbeddedPostgres({ dataDir });

    expect(next.port).toBe(server.port);
    expect(await query(next, 'SELECT word FROM kept')).toEqual([{ word: 'here' }]);
    await server.release();
    await next.release();
  });

  it('when process and postmaster are killed, then the next call has the data', async () => {
    await makeDataWithOneRow();
    const killed = compiled.start(dataDir);
    await killed.ready();
    await killPostmaster();
    await killed.kill();

    expect(await findRow()).toEqual([{ word: 'here' }]);
  });

  it('when only the process is killed, then the next call adopts its server', async () => {
    await makeDataWithOneRow();
    const killed = compiled.start(dataDir);
    const { port } = await killed.ready();
    await killed.kill();

    const server = await ensureEmbeddedPostgres({ dataDir });

    expect(server).toMatchObject({ adopted: true, port });
    await server.release();
  });

  it('when the pid of a dead postmaster was given to another program, then the server starts', async () => {
    await makeDataWithOneRow();
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    await once(other, 'spawn');
    await writeFile(inCluster('postmaster.pid'), `${other.pid}\n${inCluster()}\n1\n5432\n\n127.0.0.1\n0 0\nready\n`);

    expect(await findRow()).toEqual([{ word: 'here' }]);
    other.kill('SIGKILL');
    await once(other, 'exit');
  });

  it('when its port was taken meanwhile, then it takes another', async () => {
    await makeDataWithOneRow();
    const { port } = JSON.parse(await readFile(inSite('state.json'), 'utf8')) as { port: number };
    const squatter = createServer().listen(port, '127.0.0.1');
    await once(squatter, 'listening');

    const server = await ensureEmbeddedPostgres({ dataDir });

    expect(server.port).not.toBe(port);
    expect(await query(server, 'SELECT word FROM kept')).toEqual([{ word: 'here' }]);
    await server.release();
    squatter.close();
  });
});

describe('what it refuses', () => {
  const refusal = (): Promise<unknown> => ensureEmbeddedPostgres({ dataDir }).catch((error: unknown) => error);

  it('when the data are of another major version, then it says so and changes nothing', async () => {
    await makeDataWithOneRow();
    await writeFile(inCluster('PG_VERSION'), '14\n');

    expect(String(await refusal())).toMatch(/holds data of PostgreSQL 14.*brings PostgreSQL 15/);

    await writeFile(inCluster('PG_VERSION'), '15\n');
    expect(await findRow()).toEqual([{ word: 'here' }]);
  });

  it('when the state file is damaged, then it says what it holds', async () => {
    await makeDataWithOneRow();
    await writeFile(inSite('state.json'), '{"version":1');

    const error = await refusal();

    expect(error).toBeInstanceOf(EmbeddedPostgresError);
    expect(String(error)).toContain('holds the passwords');
  });

  it('when the passwords are of another cluster, then it says so instead of waiting', async () => {
    await makeDataWithOneRow();
    const state = await readFile(inSite('state.json'), 'utf8');
    await writeFile(inSite('state.json'), state.replace(/"postgres": ".*"/, '"postgres": "wrong"'));

    expect(String(await refusal())).toContain('refuses the password');
  });

  it('when the server does not start, then it says why', async () => {
    await makeDataWithOneRow();
    const settings = inCluster('postgresql.conf');
    await writeFile(settings, `${await readFile(settings, 'utf8')}\nshared_buffers = nonsense\n`);

    expect(String(await refusal())).toContain('invalid value for parameter "shared_buffers"');
  });

  it('when the folder is no database, then it changes nothing', async () => {
    await mkdir(inCluster(), { recursive: true });
    await writeFile(inCluster('precious.txt'), 'mine');

    expect(String(await refusal())).toContain('is not a PostgreSQL data folder');
    expect(await readdir(inCluster())).toEqual(['precious.txt']);
  });
});
