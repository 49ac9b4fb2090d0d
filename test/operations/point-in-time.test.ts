/** @needs initdb, pg_amcheck, pgbackrest */
import { execFile } from 'node:child_process';
import { chmod, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Session } from '../../src/database/session.js';
import { findArchivingFaults, readArchiving } from '../../src/operations/point-in-time/archiving.js';
import { awaitAnswer } from '../../src/operations/point-in-time/disaster.js';
import { secondsLost } from '../../src/operations/point-in-time/drill.js';
import { recover, type Recovered } from '../../src/operations/point-in-time/recover.js';
import { findRepositoryFaults } from '../../src/operations/point-in-time/repository-faults.js';
import { parseTarget } from '../../src/operations/point-in-time/target.js';
import { compareHeartbeats, readHeartbeats, verifyCopy } from '../../src/operations/point-in-time/verify-copy.js';
import { filesIn, flipByte, LostServer, sql, type Repository } from '../support/lost-server.js';
import { until } from '../support/until.js';

const PREPARING_MS = 180_000;
const CANARY_MS = 180_000;

let server: LostServer;
beforeAll(async () => {
  server = await LostServer.make();
}, PREPARING_MS);
afterEach(() => server.cleanUp(), CANARY_MS);
afterAll(() => server.remove());

describe('as it should be', () => {
  test(
    'when the server is restored to a time, then the copy is the database at that time',
    async () => {
      const { target, atTarget, heartbeats, heartbeatsAtTarget } = server.disaster;

      const recovered = await server.recoverTo(target);

      const found = await readHeartbeats(recovered.cluster);
      expect(compareHeartbeats(heartbeatsAtTarget, found)).toEqual([]);
      expect(heartbeats.length).toBeGreaterThan(found.length);
      expect(await verifyCopy(recovered, target, atTarget)).toEqual([]);
      expect(atTarget.contents.tables.find(({ name }) => name === 'public.results')?.rows).toBeGreaterThan(100);
    },
    CANARY_MS,
  );

  test(
    'when the server is restored to the end, then what came back is all but the last seconds',
    async () => {
      const { heartbeats, heartbeatsAtTarget } = server.disaster;

      const recovered = await server.recoverTo('latest');

      const found = await readHeartbeats(recovered.cluster);
      expect(found.length).toBeGreaterThan(heartbeatsAtTarget.length);
      expect(found).toEqual(heartbeats.slice(0, found.length).map(({ id }) => id));
      expect(secondsLost(heartbeats, found)).toBeLessThan(300);
    },
    CANARY_MS,
  );

  test('when the repository is verified, then nothing is wrong with it', async () => {
    expect(await findRepositoryFaults(server.disaster.pgbackrest)).toEqual([]);
  });

  test('when the files are looked at, then nobody but their account reads repository and key', async () => {
    const { site } = server;
    const [bundle] = await filesIn(site.at('repository'), /bundle\/1$/);

    expect((await stat(site.directory)).mode & 0o777).toBe(0o700);
    expect((await stat(site.at('keys', 'repository-key.conf'))).mode & 0o777).toBe(0o600);
    expect((await stat(bundle!)).mode & 0o007).toBe(0);
  });
});

describe('a repository that is not whole', () => {
  test.each([
    ['a backup', 'backup', /bundle\/1$/, /The repository is damaged \(\d+-\d+F is invalid.*bad files: /],
    ['the archive', 'archive', /\/[0-9A-F]{22}04-\w+\.zst$/, /bad files: 15-1\/0000000100000000\/0{7}1/],
  ])('when a byte of %s is flipped, then verifying says so', async (_, folder, pattern, expected) => {
    const { pgbackrest, at } = await server.copyRepository();
    await flipByte((await filesIn(at(folder), pattern))[0]!);

    const faults = await findRepositoryFaults(pgbackrest);

    expect(faults).toEqual([expect.stringMatching(expected)]);
  });

  test('when the backup is damaged, then restoring fails and says what to do', async () => {
    const repository = await server.copyRepository();
    for (const file of await filesIn(repository.at('backup'), /bundle\/\d+$/)) await flipByte(file);

    await expect(server.recoverTo(server.disaster.target, repository)).rejects.toThrow(
      /failed: pgBackRest error .*verify the repository/,
    );
  });

  test(
    'when a segment of the archive is missing, then verifying names it, and no later time can be reached',
    async () => {
      const repository = await server.copyRepository();
      const { archive } = (await repository.pgbackrest.listBackups()).at(-1)!;
      const segments = await filesIn(repository.at('archive'), /\/[0-9A-F]{24}-\w+\.zst$/);
      const lost = segments.find((file) => path.basename(file).slice(0, 24) > archive.stop)!;
      await rm(lost);

      const faults = await findRepositoryFaults(repository.pgbackrest);

      const name = path.basename(lost).slice(0, 24);
      expect(faults).toEqual([expect.stringContaining(`1 of the WAL segments of timeline 1 are missing: ${name}.`)]);
      await expect(server.recoverTo(server.disaster.target, repository)).rejects.toThrow(
        /recovery ended before configured recovery target/,
      );
    },
    CANARY_MS,
  );

  test('when the newest backup is two days old, then verifying says so', async () => {
    const faults = await findRepositoryFaults(server.disaster.pgbackrest, Date.now() + 48 * 3_600_000);

    expect(faults).toEqual([expect.stringContaining('The newest backup is 48 hours old')]);
  });

  test('when there is no backup, then verifying says so', async () => {
    const { pgbackrest, at } = await server.copyRepository();
    for (const folder of ['archive', 'backup']) await rm(at(folder), { recursive: true });

    expect(await findRepositoryFaults(pgbackrest)).toEqual(['The repository holds no backup: make a full one.']);
  });
});

describe('a target that cannot be reached', () => {
  test(
    'when it is later than the archive, then recovery fails and says what to choose',
    async () => {
      const target = new Date(Date.now() + 3_600_000).toISOString().replace('T', ' ').replace('Z', '+00');

      await expect(server.recoverTo(target)).rejects.toThrow(
        /recovery ended before configured recovery target was reached.*Choose a time that the archive covers/,
      );
    },
    CANARY_MS,
  );

  test('when it is before the first backup, then recovery fails', async () => {
    await expect(server.recoverTo('2001-01-01 00:00:00+00')).rejects.toThrow(/unable to find backup set/);
  });
});

describe('a copy that is not the database', () => {
  const PROMOTED = 'promoted';
  let clean: Recovered;
  beforeAll(async () => {
    clean = await server.recoverTo(server.disaster.target);
    await sql(clean.cluster, 'CHECKPOINT');
    await clean.cluster.stop();
    await server.site.copy(path.basename(clean.cluster.options.directory), PROMOTED);
  }, CANARY_MS);

  /** The verdict on a clean copy in which `statements` were run. */
  async function faultsAfter(statements: string[], progress = clean.progress): Promise<string[]> {
    const cluster = await server.startCopy(PROMOTED);
    await sql(cluster, 'SET session_replication_role = replica', ...statements);
    return verifyCopy({ ...clean, cluster, progress }, server.disaster.target, server.disaster.atTarget);
  }

  test('when nothing was done to it, then nothing is wrong', async () => {
    expect(await faultsAfter([])).toEqual([]);
  });

  test('when a row was changed, then its table is named', async () => {
    const change = `UPDATE results SET content = content || ' ', size_bytes = size_bytes + 1 WHERE ctid = '(0,1)'`;

    expect(await faultsAfter([change])).toEqual([
      expect.stringMatching(/at the target: public.results has \d+ rows, but not the same ones/),
    ]);
  });

  test('when an index is missing, then it is named', async () => {
    expect(await faultsAfter(['DROP INDEX jobs_history_idx'])).toEqual([
      expect.stringContaining('index public.jobs_history_idx is missing'),
    ]);
  });

  test('when a row is missing from an index, then that is named, although all rows are there', async () => {
    const ready = (is: boolean) =>
      `UPDATE pg_index SET indisready = ${is} WHERE indexrelid = 'jobs_history_idx'::regclass`;
    const faults = await faultsAfter([
      'CREATE TEMPORARY TABLE kept AS SELECT * FROM jobs ORDER BY id LIMIT 1',
      ready(false),
      'DELETE FROM jobs WHERE id = (SELECT id FROM kept)',
      'INSERT INTO jobs SELECT * FROM kept',
      ready(true),
    ]);

    expect(faults).toEqual([expect.stringMatching(/pg_amcheck found the copy damaged: .*jobs_history_idx/)]);
  });

  test('when it holds changes from after the target, or lacks some from before, then it says so', async () => {
    const { heartbeats, heartbeatsAtTarget, target } = server.disaster;
    const replayedUntil = new Date(parseTarget(target).getTime() + 5);
    const ids = heartbeats.map(({ id }) => id);

    expect(await faultsAfter([], { ...clean.progress, replayedUntil })).toEqual([
      expect.stringContaining('later than the target'),
    ]);
    expect(compareHeartbeats(heartbeatsAtTarget, ids)).toEqual([expect.stringContaining('from after the target')]);
    expect(compareHeartbeats(heartbeatsAtTarget, ids.slice(2, heartbeatsAtTarget.length))).toEqual([
      expect.stringContaining('2 of'),
    ]);
  });
});

describe('a host in trouble', () => {
  test('when the disk is full, then restoring fails and says so', async () => {
    const { pgbackrest } = await server.copyRepository();
    const cluster = await server.emptyCluster();

    await withFullDisk(cluster.options.directory, async () => {
      await expect(recover(pgbackrest, cluster, 'latest', CANARY_MS)).rejects.toThrow(
        /unable to write .*See that the disk has room/,
      );
    });
  });

  test(
    'when the server dies half-way through a backup, then the backup fails, and the next one is whole',
    async () => {
      const { cluster, repository } = await server.revive();
      const { pgbackrest, at, archiveCommand } = repository;
      const begun = async () => (await filesIn(at('backup'), /F\/backup.manifest.copy$/)).length === 2;

      const backup = pgbackrest.backup('full').catch((error: unknown) => String(error));
      await until(begun);
      await cluster.kill();

      expect(await backup).toMatch(/ERROR/);
      expect(await pgbackrest.listBackups()).toHaveLength(2);
      cluster.launch({ archive_command: archiveCommand });
      await awaitAnswer(cluster);
      await pgbackrest.backup('full');
      expect(await pgbackrest.listBackups()).toHaveLength(3);
      expect(await findRepositoryFaults(pgbackrest)).toEqual([]);
    },
    CANARY_MS,
  );

  test(
    'when archive_command fails, then archiving is seen to fail and segments to pile up',
    async () => {
      const { cluster, repository } = await server.revive({ archive_command: 'false' });
      for (let segment = 0; segment < 5; segment += 1) {
        await sql(cluster, 'CREATE TABLE t ()', 'DROP TABLE t', 'SELECT pg_switch_wal()');
      }
      const session = await Session.open(cluster.url(), 'test');
      try {
        await until(async () => (await readArchiving(session)).failing);
        expect(findArchivingFaults(await readArchiving(session))).toEqual([
          expect.stringMatching(/^archive_command fails, last for [0-9A-F]{24} at 20/),
          expect.stringMatching(/^\d+ WAL segments wait to be archived/),
        ]);
      } finally {
        await session.close();
      }
      const { code, stderr } = await command(repository, 'verify');
      expect(code).toBe(1);
      expect(stderr).toContain('FAULT: archive_command fails');
    },
    CANARY_MS,
  );

  /** For pgBackRest, `directory` is a file system of 4 MB: in a name space of its own, so nothing is left mounted. */
  async function withFullDisk(directory: string, work: () => Promise<void>): Promise<void> {
    const folder = server.site.at('full-disk');
    const program = path.join(folder, 'pgbackrest');
    // As root of the name space it mounts, and as itself it restores.
    const asItself = 'exec unshare --user --map-user="$U" --map-group="$G" /usr/bin/pgbackrest "$@"';
    const asRoot = `mount -t tmpfs -o size=4m,mode=700 tmpfs ${directory} && ${asItself}`;
    const lines = ['#!/bin/sh', 'export U=$(id -u) G=$(id -g)', `exec unshare -Urm sh -c '${asRoot}' sh "$@"`, ''];
    await mkdir(folder);
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

describe('as an operator does it', () => {
  test(
    'when the server is restored in its place, then it is as it was, archives on, and its backups are whole',
    async () => {
      const { cluster, repository } = await server.revive();
      const { target, atTarget, heartbeatsAtTarget } = server.disaster;
      const { dataChecksums } = (await server.recoverTo(target)).progress;
      expect(await command(repository, 'verify')).toEqual({ code: 0, stdout: 'OK\n', stderr: '' });
      expect((await command(repository, 'backup', 'incremental')).stdout).toMatch(/^Backup \d+-\d+F_\d+-\d+I is done/);
      expect((await command(repository, 'restore', '--target', target)).stderr).toContain(
        'while PostgreSQL is running',
      );
      await cluster.stop();

      expect((await command(repository, 'restore', '--target', target)).stdout).toContain('The files are restored');
      cluster.launch({ archive_command: repository.archiveCommand });
      await awaitAnswer(cluster);
      await until(async () => (await sql(cluster, 'SELECT pg_is_in_recovery() AS recovers'))[0]!['recovers'] === false);

      expect(compareHeartbeats(heartbeatsAtTarget, await readHeartbeats(cluster))).toEqual([]);
      const progress = { inRecovery: false, replayedUntil: null, dataChecksums };
      const copy = { cluster, progress, restoreSeconds: 0, replaySeconds: 0 };
      expect(await verifyCopy(copy, target, atTarget)).toEqual([]);
      expect((await command(repository, 'backup', 'full')).code).toBe(0);
      expect(await command(repository, 'verify')).toEqual({ code: 0, stdout: 'OK\n', stderr: '' });
      const { histories } = await repository.pgbackrest.listArchive();
      expect([...histories.keys()]).toEqual([2]);
    },
    CANARY_MS,
  );

  test(
    'when a restore is rehearsed, then a copy is verified and removed; a target out of reach exits 1',
    async () => {
      const repository = await server.copyRepository();
      const parent = await server.site.makeDirectory('rehearsals');
      const rehearse = (target: string) => command(repository, 'rehearse', '--directory', parent, '--target', target);

      expect(await rehearse(server.disaster.target)).toMatchObject({
        code: 0,
        stderr: '',
        stdout: expect.stringMatching(/OK\n$/),
      });
      expect(await rehearse('2036-01-01T00:00:00Z')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('recovery ended before configured recovery target was reached'),
      });
      expect(await filesIn(parent, /./)).toEqual([]);
    },
    CANARY_MS,
  );

  test('when it is told something that it does not understand, then it exits 2 and says what it takes', async () => {
    const repository = await server.copyRepository();

    expect(await command(repository, 'backup')).toMatchObject({ code: 2, stderr: expect.stringMatching(/^Usage: /) });
    expect(await command(repository, 'restore', '--target', '2026-11-24 15:00')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is not a time with its zone'),
    });
  });
});

describe('the role of pgBackRest', () => {
  test(
    'when it is looked at, then it may do what pgBackRest needs and nothing else, and only its host’s account gets in',
    async () => {
      const { cluster } = await server.revive();
      const tables = await sql(
        cluster,
        `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S')
         AND CASE relkind
           WHEN 'r' THEN has_table_privilege('docling_pgbackrest', oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
             OR has_any_column_privilege('docling_pgbackrest', oid, 'SELECT, INSERT, UPDATE')
           ELSE has_sequence_privilege('docling_pgbackrest', oid, 'USAGE, SELECT, UPDATE') END`,
      );
      const [role] = await sql(
        cluster,
        `SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls AS powerful,
           rolcanlogin AS login, rolpassword AS password, rolconnlimit AS connections,
           ARRAY(SELECT roleid::regrole::text FROM pg_auth_members WHERE member = r.oid) AS "memberOf",
           ARRAY(SELECT proname::text FROM pg_proc, aclexplode(proacl) WHERE grantee = r.oid ORDER BY 1) AS functions
         FROM pg_authid r WHERE rolname = 'docling_pgbackrest'`,
      );

      expect(tables).toEqual([]);
      expect(role).toEqual({
        ...{ powerful: false, login: true, password: null, connections: 5, memberOf: ['pg_read_all_settings'] },
        functions: [
          'pg_backup_start',
          'pg_backup_stop',
          'pg_create_restore_point',
          'pg_ls_archive_statusdir',
          'pg_switch_wal',
        ],
      });
      const elsewhere = Session.open(cluster.url('docling_pgbackrest', 'postgres'), 'test');
      await expect(elsewhere).rejects.toMatchObject({ cause: { code: '28000' } });
    },
    CANARY_MS,
  );
});

/** `node dist/pgbackrest.js` with the configuration of a repository. */
function command({ config }: Repository, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const where = ['--config', config, '--include-path', server.site.at('keys')];
  return new Promise((resolve) => {
    // Its own environment is not that of this process: Jest gives a suite a copy.
    execFile(
      process.execPath,
      ['dist/pgbackrest.js', ...args, ...where],
      { env: process.env },
      (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
      },
    );
  });
}
