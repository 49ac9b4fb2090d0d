/** @needs initdb, pg_amcheck, pgbackrest */
import { appendFile, chmod, mkdir, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { fillDatabase } from '../../perf/fill/run.mjs';
import { toolPath } from '../../scripts/bootstrap/tools.mjs';
import { findArchivingFaults, readArchiving } from '../../src/operations/point-in-time/archiving.js';
import type { Cluster } from '../../src/operations/point-in-time/cluster.js';
import { awaitAnswer, causeDisaster, LOST, type Disaster } from '../../src/operations/point-in-time/disaster.js';
import { DrillSite, SETTINGS } from '../../src/operations/point-in-time/drill-site.js';
import { secondsLost } from '../../src/operations/point-in-time/drill.js';
import type { PgBackRest } from '../../src/operations/point-in-time/pgbackrest.js';
import { Phases } from '../../src/operations/point-in-time/phases.js';
import { recover, type Recovered } from '../../src/operations/point-in-time/recover.js';
import { findRepositoryFaults } from '../../src/operations/point-in-time/repository-faults.js';
import { parseTarget } from '../../src/operations/point-in-time/target.js';
import { compareHeartbeats, readHeartbeats, verifyCopy } from '../../src/operations/point-in-time/verify-copy.js';
import { Session } from '../../src/database/session.js';
import { until } from '../support/until.js';

const REPLAY_MS = 60_000;
const PREPARING_MS = 120_000;
const CANARY_MS = 60_000;
/** The options of pgBackRest beside the file of its configuration. */
const common = () => `--config-include-path=${site.at('keys')} --stanza=docling`;
const systemPath = process.env['PATH'];

/** One server that was lost, which every test takes copies of. */
let site: DrillSite;
let disaster: Disaster;
let names = 0;
const running: Cluster[] = [];

beforeAll(async () => {
  process.env['PATH'] = toolPath();
  site = await DrillSite.create();
  disaster = await causeDisaster(site, {
    fill: async (url) => {
      await fillDatabase({ url, jobs: 1e9, bytes: 30e6, markdownBytes: 8_000, sessions: 10 });
    },
    archiveTimeoutSeconds: 2,
    phases: new Phases(() => undefined),
  });
}, PREPARING_MS);
afterEach(async () => {
  for (const cluster of running.splice(0)) await cluster.kill();
});
afterAll(async () => {
  await site.remove();
  process.env['PATH'] = systemPath;
});

/** pgBackRest on a copy of the repository that a test may spoil. */
async function copyRepository(cluster?: Cluster): Promise<{ pgbackrest: PgBackRest; at: (folder: string) => string }> {
  const name = `repository-${++names}`;
  await site.copy('repository', name);
  const pgbackrest = await site.pgBackRest(cluster ?? (await site.cluster('server')), name);
  // It would try again after 15 s, should the store have been away.
  await appendFile(site.at(`${name}.conf`), '\n[global]\njob-retry=0\n');
  return { pgbackrest, at: (folder) => site.at(name, folder) };
}

async function emptyCluster(): Promise<Cluster> {
  const name = `copy-${++names}`;
  await site.makeDirectory(name);
  const cluster = await site.cluster(name);
  running.push(cluster);
  return cluster;
}

async function recoverTo(target: string, pgbackrest = disaster.pgbackrest): Promise<Recovered> {
  return recover(pgbackrest, await emptyCluster(), target, REPLAY_MS);
}

/** The server as it was lost, running again from a copy of its data directory. */
async function revive(settings: (cluster: Cluster) => Promise<Record<string, string>>): Promise<Cluster> {
  const name = `revived-${++names}`;
  await site.copy(LOST, name);
  const cluster = await site.cluster(name, SETTINGS);
  running.push(cluster);
  cluster.launch(await settings(cluster));
  await awaitAnswer(cluster);
  return cluster;
}

async function sql(cluster: Cluster, ...statements: string[]): Promise<pg.QueryResultRow[]> {
  const client = new pg.Client({ connectionString: cluster.url() });
  await client.connect();
  try {
    let rows: pg.QueryResultRow[] = [];
    for (const statement of statements) rows = (await client.query<pg.QueryResultRow>(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

async function filesIn(folder: string, pattern: RegExp): Promise<string[]> {
  const found = await readdir(folder, { recursive: true });
  return found.filter((file) => pattern.test(file)).map((file) => path.join(folder, file));
}

async function flipByte(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    const position = Math.floor((await handle.stat()).size / 2);
    const { buffer } = await handle.read({ buffer: Buffer.alloc(1), position });
    buffer[0] = buffer[0]! ^ 0xff;
    await handle.write(buffer, 0, 1, position);
  } finally {
    await handle.close();
  }
}

/** The archive's segments, oldest first. */
const segmentsOf = async (at: (folder: string) => string) =>
  (await filesIn(at('archive'), /\/[0-9A-F]{24}-\w+\.zst$/)).sort();

describe('as it should be', () => {
  test('when the server is restored to a time, then the copy is the database at that time', async () => {
    const recovered = await recoverTo(disaster.target);

    const heartbeats = await readHeartbeats(recovered.cluster);
    expect(compareHeartbeats(disaster.heartbeatsAtTarget, heartbeats)).toEqual([]);
    expect(disaster.heartbeats.length).toBeGreaterThan(heartbeats.length);
    expect(await verifyCopy(recovered, disaster.target, disaster.atTarget)).toEqual([]);
    const position = disaster.atTarget.contents.tables.find(({ name }) => name === 'public.results');
    expect(position?.rows).toBeGreaterThan(100);
  });

  test('when the server is restored to the end, then what came back is all but the last seconds', async () => {
    const recovered = await recoverTo('latest');

    const heartbeats = await readHeartbeats(recovered.cluster);
    expect(heartbeats.length).toBeGreaterThan(disaster.heartbeatsAtTarget.length);
    expect(heartbeats).toEqual(disaster.heartbeats.slice(0, heartbeats.length).map(({ id }) => id));
    expect(secondsLost(disaster.heartbeats, heartbeats)).toBeLessThan(300);
  });

  test('when the repository is verified, then nothing is wrong with it', async () => {
    expect(await findRepositoryFaults(disaster.pgbackrest)).toEqual([]);
  });

  test('when the files are looked at, then nobody but their account reads repository and key', async () => {
    const key = site.at('keys', 'repository-key.conf');
    const bundle = (await filesIn(site.at('repository'), /bundle\/1$/))[0]!;

    expect((await stat(key)).mode & 0o777).toBe(0o600);
    expect((await stat(site.directory)).mode & 0o777).toBe(0o700);
    expect((await stat(bundle)).mode & 0o007).toBe(0);
  });
});

describe('a repository that is not whole', () => {
  test.each([
    ['a backup', 'backup', /bundle\/1$/, /The repository is damaged \(\d+-\d+F is invalid.*bad files: /],
    ['the archive', 'archive', /\/[0-9A-F]{22}04-\w+\.zst$/, /bad files: 15-1\/0000000100000000\/0{7}1/],
  ])('when a byte of %s is flipped, then verifying says so', async (_, folder, pattern, expected) => {
    const { pgbackrest, at } = await copyRepository();
    await flipByte((await filesIn(at(folder), pattern))[0]!);

    const faults = await findRepositoryFaults(pgbackrest);

    expect(faults).toEqual([expect.stringMatching(expected)]);
  });

  test('when a byte of the backup is flipped, then restoring fails and says what to do', async () => {
    const { pgbackrest, at } = await copyRepository();
    for (const file of await filesIn(at('backup'), /bundle\/\d+$/)) await flipByte(file);

    await expect(recoverTo(disaster.target, pgbackrest)).rejects.toThrow(/failed: pgBackRest error .*verify the repository/);
  });

  test('when a segment of the archive is missing, then verifying names it, and no later time can be reached', async () => {
    const { pgbackrest, at } = await copyRepository();
    const [backup] = (await pgbackrest.listBackups()).slice(-1);
    const after = (await segmentsOf(at)).filter((file) => path.basename(file).slice(0, 24) > backup!.archive.stop);
    await rm(after[0]!);

    const faults = await findRepositoryFaults(pgbackrest);

    const missing = path.basename(after[0]!).slice(0, 24);
    expect(faults).toEqual([expect.stringContaining(`1 of the WAL segments of timeline 1 are missing: ${missing}.`)]);
    await expect(recoverTo(disaster.target, pgbackrest)).rejects.toThrow(/recovery ended before configured recovery target/);
  });

  test('when the newest backup is two days old, then verifying says so', async () => {
    const faults = await findRepositoryFaults(disaster.pgbackrest, Date.now() + 48 * 3_600_000);

    expect(faults).toEqual([expect.stringContaining('The newest backup is 48 hours old')]);
  });

  test('when there is no backup, then verifying says so', async () => {
    const { pgbackrest, at } = await copyRepository();
    for (const folder of ['archive', 'backup']) await rm(at(folder), { recursive: true });

    expect(await findRepositoryFaults(pgbackrest)).toEqual(['The repository holds no backup: make a full one.']);
  });
});

describe('a target that cannot be reached', () => {
  test('when it is later than the archive, then recovery fails and says what to choose', async () => {
    const target = new Date(Date.now() + 3_600_000).toISOString().replace('T', ' ').replace('Z', '+00');

    await expect(recoverTo(target)).rejects.toThrow(
      /recovery ended before configured recovery target was reached.*Choose a time that the archive covers/,
    );
  });

  test('when it is before the first backup, then recovery fails', async () => {
    await expect(recoverTo('2001-01-01 00:00:00+00')).rejects.toThrow(/unable to find backup set/);
  });
});

describe('a copy that is not the database', () => {
  let clean: Recovered;
  const template = 'promoted';
  beforeAll(async () => {
    clean = await recoverTo(disaster.target);
    await sql(clean.cluster, 'CHECKPOINT');
    await clean.cluster.kill();
    await site.copy(path.basename(clean.cluster.options.directory), template);
  }, CANARY_MS);

  /** The verdict on a clean copy in which `statements` were run. */
  async function faultsAfter(...statements: string[]): Promise<string[]> {
    const name = `spoilt-${++names}`;
    await site.copy(template, name);
    const cluster = await site.cluster(name);
    running.push(cluster);
    cluster.launch();
    await awaitAnswer(cluster);
    await sql(cluster, 'SET session_replication_role = replica', ...statements);
    return verifyCopy({ ...clean, cluster }, disaster.target, disaster.atTarget);
  }

  test('when nothing was done to it, then nothing is wrong', async () => {
    expect(await faultsAfter('SELECT 1')).toEqual([]);
  });

  test('when a row was changed, then its table is named', async () => {
    const faults = await faultsAfter(
      `UPDATE results SET content = content || ' ', size_bytes = size_bytes + 1 WHERE ctid = '(0,1)'`,
    );

    expect(faults).toEqual([expect.stringMatching(/at the target: public.results has \d+ rows, but not the same ones/)]);
  });

  test('when an index is missing, then it is named', async () => {
    const faults = await faultsAfter('DROP INDEX jobs_history_idx');

    expect(faults).toEqual([expect.stringContaining('index public.jobs_history_idx is missing')]);
  });

  test('when a row is missing from an index, then it is named, although all rows are there', async () => {
    const ready = (is: boolean) =>
      `UPDATE pg_index SET indisready = ${is} WHERE indexrelid = 'jobs_history_idx'::regclass`;
    const faults = await faultsAfter(
      'CREATE TEMPORARY TABLE kept AS SELECT * FROM jobs ORDER BY id LIMIT 1',
      ready(false),
      'DELETE FROM jobs WHERE id = (SELECT id FROM kept)',
      'INSERT INTO jobs SELECT * FROM kept',
      ready(true),
    );

    expect(faults).toEqual([expect.stringMatching(/pg_amcheck found the copy damaged: .*jobs_history_idx/)]);
  });

  test('when it holds changes from after the target, then it says so', async () => {
    const { heartbeats, heartbeatsAtTarget, target } = disaster;
    const progress = { ...clean.progress, replayedUntil: new Date(parseTarget(target).getTime() + 5) };
    const ids = heartbeats.map(({ id }) => id);

    expect(compareHeartbeats(heartbeatsAtTarget, ids)).toEqual([expect.stringContaining('from after the target')]);
    expect(compareHeartbeats(heartbeatsAtTarget, ids.slice(0, heartbeatsAtTarget.length - 2))).toEqual([
      expect.stringContaining('2 of'),
    ]);
    const cluster = await emptyCluster();
    await rm(cluster.options.directory, { recursive: true });
    await site.copy(template, path.basename(cluster.options.directory));
    cluster.launch();
    await awaitAnswer(cluster);
    expect(await verifyCopy({ ...clean, cluster, progress }, target, disaster.atTarget)).toEqual([
      expect.stringContaining('later than the target'),
    ]);
  });
});

describe('a host in trouble', () => {
  test('when the disk is full, then restoring fails and says so', async () => {
    const { pgbackrest } = await copyRepository();
    const cluster = await emptyCluster();
    await withPgBackRestOnFullDisk(cluster.options.directory, async () => {
      await expect(recover(pgbackrest, cluster, 'latest', REPLAY_MS)).rejects.toThrow(
        /unable to write .*See that the disk has room/,
      );
    });
  });

  test('when the server dies half-way through a backup, then the backup fails, and the next one is whole', async () => {
    const cluster = await revive(async (revived) => ({ archive_command: await archiveCommand(revived) }));
    const name = `repository-${names}`;
    const pgbackrest = await site.pgBackRest(cluster, name);
    const begun = async () => (await filesIn(site.at(name, 'backup'), /F\/backup.manifest.copy$/)).length === 2;

    const backup = expect(pgbackrest.backup('full')).rejects.toThrow(/ERROR/);
    await until(begun);
    await cluster.kill();
    await backup;

    expect(await pgbackrest.listBackups()).toHaveLength(2);
    cluster.launch({ archive_command: `pgbackrest --config=${site.at(`${name}.conf`)} ${common()} archive-push %p` });
    await awaitAnswer(cluster);
    await pgbackrest.backup('full');
    expect(await pgbackrest.listBackups()).toHaveLength(3);
    expect(await findRepositoryFaults(pgbackrest)).toEqual([]);
  });

  test('when archive_command fails, then archiving is seen to fail, segments to pile up, and the check fails', async () => {
    const cluster = await revive(() => Promise.resolve({ archive_command: 'false' }));
    const { pgbackrest } = await copyRepository(cluster);
    for (let segment = 0; segment < 5; segment += 1) await sql(cluster, 'CREATE TABLE t ()', 'DROP TABLE t', 'SELECT pg_switch_wal()');
    const session = await Session.open(cluster.url(), 'test');
    try {
      await until(async () => (await readArchiving(session)).failing);

      const state = await readArchiving(session);

      expect(findArchivingFaults(state)).toEqual([
        expect.stringMatching(/^archive_command fails, last for [0-9A-F]{24} at 20/),
        expect.stringMatching(/^\d+ WAL segments wait to be archived/),
      ]);
    } finally {
      await session.close();
    }
    await expect(pgbackrest.check()).rejects.toThrow(/ERROR/);
  });



  /** Archives into a copy of the repository; its name has the number that was given last. */
  async function archiveCommand(cluster: Cluster): Promise<string> {
    const { at } = await copyRepository(cluster);
    return `pgbackrest --config=${path.resolve(at('.'))}.conf ${common()} archive-push %p`;
  }

  /** In a name space of its own, where the directory is a file system of 4 MB: nothing has to be unmounted. */
  async function withPgBackRestOnFullDisk(directory: string, work: () => Promise<void>): Promise<void> {
    const folder = site.at('full-disk');
    await mkdir(folder);
    const program = path.join(folder, 'pgbackrest');
    // As root of the name space it mounts, and as itself it restores.
    const asItself = 'exec unshare --user --map-user="$U" --map-group="$G" /usr/bin/pgbackrest "$@"';
    const asRoot = `mount -t tmpfs -o size=4m,mode=700 tmpfs ${directory} && ${asItself}`;
    const lines = ['#!/bin/sh', 'export U=$(id -u) G=$(id -g)', `exec unshare -Urm sh -c '${asRoot}' sh "$@"`, ''];
    await writeFile(program, lines.join('\n'));
    for (const file of [folder, program]) await chmod(file, 0o755);
    const before = process.env['PATH'];
    process.env['PATH'] = `${folder}${path.delimiter}${before}`;
    try {
      await work();
    } finally {
      process.env['PATH'] = before;
    }
  }
});

describe('the role of pgBackRest', () => {
  test('when it is looked at, then it may do what pgBackRest needs and nothing else', async () => {
    const { cluster } = await recoverTo(disaster.target);
    const tables = await sql(
      cluster,
      `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S')
       AND CASE relkind WHEN 'r' THEN has_table_privilege('docling_pgbackrest', oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
         OR has_any_column_privilege('docling_pgbackrest', oid, 'SELECT, INSERT, UPDATE')
       ELSE has_sequence_privilege('docling_pgbackrest', oid, 'USAGE, SELECT, UPDATE') END`,
    );
    const [role] = await sql(
      cluster,
      `SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls AS powerful, rolcanlogin AS login,
         rolpassword AS password, rolconnlimit AS connections,
         ARRAY(SELECT roleid::regrole::text FROM pg_auth_members WHERE member = r.oid) AS "memberOf",
         ARRAY(SELECT proname::text FROM pg_proc, aclexplode(proacl) WHERE grantee = r.oid ORDER BY 1) AS functions
       FROM pg_authid r WHERE rolname = 'docling_pgbackrest'`,
    );

    expect(tables).toEqual([]);
    expect(role).toEqual({
      powerful: false,
      login: true,
      password: null,
      connections: 5,
      memberOf: ['pg_read_all_settings'],
      functions: ['pg_backup_start', 'pg_backup_stop', 'pg_create_restore_point', 'pg_ls_archive_statusdir', 'pg_switch_wal'],
    });
  });
});
