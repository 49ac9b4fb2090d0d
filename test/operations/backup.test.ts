/** @needs pg_dump, pg_restore */
import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, readdir, readFile, rename, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { readArchive } from '../../src/operations/backup/archive.js';
import { writeChecksums } from '../../src/operations/backup/checksums.js';
import { findClientTools } from '../../src/operations/backup/client-tools.js';
import { createCopy, newCopyName, removeCopy, type Restorer } from '../../src/operations/backup/copies.js';
import { requireFreeSpace } from '../../src/operations/backup/free-space.js';
import { readManifest, type Manifest } from '../../src/operations/backup/manifest.js';
import { examineCopy } from '../../src/operations/backup/prove-backup.js';
import { restoreArchive } from '../../src/operations/backup/restore.js';
import type { Run } from '../../src/operations/backup/run.js';
import type { StoredBackup } from '../../src/operations/backup/store.js';
import { withMaintenanceSession } from '../../src/operations/backup/with-session.js';
import { BackupCluster } from '../support/backup-cluster.js';
import { BackupFolder } from '../support/backup-runs.js';

const never = new AbortController().signal;

describe('a backup', () => {
  let cluster: BackupCluster;
  let backups: BackupFolder;
  let backup: StoredBackup;
  beforeAll(async () => {
    cluster = await BackupCluster.start();
    backups = await BackupFolder.create(cluster);
    backup = await backups.backUp();
  }, 60_000);
  afterAll(async () => {
    await backups?.remove();
    await cluster?.stop();
  });

  /** A copy of the backup that a test may damage. */
  const duplicate = async (): Promise<StoredBackup & { dump: string }> => {
    const folder = `${backup.folder}-${Math.random()}`;
    await cp(backup.folder, folder, { recursive: true });
    return { ...backup, folder, dump: path.join(folder, 'docling_db.dump') };
  };
  /** As whoever damages a file may do as well. */
  const sumUp = (folder: string) => writeChecksums(folder, ['docling_db.dump', 'manifest.json'], never);

  describe('that is whole', () => {
    test('when it is proven, then it restores in time, and what is known of it fits', async () => {
      const proof = await backups.prove(backup);

      expect(await cluster.copies()).toEqual([]);
      expect(proof).toMatchObject({ rtoSeconds: 600, jobs: 2, restoreSeconds: expect.any(Number) as number });
      const manifest = await readManifest(backup.folder);
      expect(manifest.contents.tables).toContainEqual(expect.objectContaining({ name: 'public.jobs', rows: 65 }));
      expect(backup.report).toMatchObject({ tables: 10, verification: null, database: 'docling_db', format: 'custom' });
    });

    test('when its checksums are checked by sha256sum, then they are right, and nobody else may read it', async () => {
      const check = promisify(execFile)('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: backup.folder });

      expect((await check).stdout).toBe('docling_db.dump: OK\nmanifest.json: OK\n');
      const { stdout } = await promisify(execFile)('stat', ['-c', '%a', backup.folder]);
      expect(stdout).toBe('700\n');
    });

    test('when a superuser makes and proves one in the directory format, then it restores too', async () => {
      const settings = cluster.superuserEnvironment(backups.directory);
      const made = await backups.backUp(settings, 'directory');

      await backups.prove(made, {}, settings);
      expect(made.report?.path).toMatch(/docling_db\.dir$/);
    });

    test('when the service writes meanwhile and has moved on, then it still restores to the moment it was made', async () => {
      let writing = true;
      const writer = (async () => {
        while (writing) {
          await cluster.sql(`UPDATE jobs SET progress_percent = (progress_percent + 1) % 100;
                             SELECT nextval('job_announcements')`);
        }
      })();
      const made = await backups.backUp();
      writing = false;
      await writer;

      await expect(backups.prove(made)).resolves.toBeDefined();
    });

    test('when the database has properties of its own, then its copy gets them, and is red without one', async () => {
      await cluster.sql(`ALTER DATABASE docling_db CONNECTION LIMIT 50;
                         ALTER DATABASE docling_db SET search_path = public, pg_catalog`);
      const made = await backups.backUp();
      await cluster.sql('ALTER DATABASE docling_db CONNECTION LIMIT -1; ALTER DATABASE docling_db RESET search_path');

      await backups.prove(made);
      const damage = (copy: string) => cluster.sql(`ALTER DATABASE ${copy} CONNECTION LIMIT 40`).then(() => undefined);
      await expect(backups.prove(made, { onRestored: damage })).rejects.toThrow(/connectionLimit is 40, not 50/);
      expect(await cluster.copies()).toEqual([]);
    });

    test('when what only a superuser restores is in it, then the role of backups says so, and restores the rest', async () => {
      await cluster.sql('CREATE SCHEMA foreign_schema; CREATE EXTENSION pg_stat_statements SCHEMA foreign_schema');
      try {
        const made = await backups.backUp();

        await backups.prove(made);
        expect(backups.said).toContainEqual(expect.stringMatching(/left out.*EXTENSION - pg_stat_statements/));
        await backups.prove(made, {}, cluster.superuserEnvironment(backups.directory));
      } finally {
        await cluster.sql('DROP EXTENSION pg_stat_statements; DROP SCHEMA foreign_schema');
      }
    });
  });

  describe('whose files are damaged', () => {
    /** Where a byte is turned over; the table of contents follows a short header, the data of tables it. */
    const PLACES = { header: 6, 'table of contents': 2_000, data: -3_000 };
    const flip = async (file: string, place: number) => {
      const bytes = await readFile(file);
      const at = place < 0 ? bytes.length + place : place;
      bytes[at]! ^= 0xff;
      await writeFile(file, bytes);
    };

    test.each(Object.entries(PLACES))('when a byte of its %s is turned over, then it is red', async (_, place) => {
      const { dump, ...damaged } = await duplicate();
      await flip(dump, place);

      await expect(backups.prove(damaged)).rejects.toThrow('docling_db.dump was changed after it was written.');
    });

    test.each(Object.entries(PLACES))(
      'when a byte of its %s is turned over and the checksums are made to fit, then it is red',
      async (_, place) => {
        const { dump, ...damaged } = await duplicate();
        await flip(dump, place);
        await sumUp(damaged.folder);

        await expect(backups.prove(damaged)).rejects.toThrow();
      },
    );

    test('when a byte of its data is turned over, then reading the dump to its end finds it', async () => {
      const { dump } = await duplicate();
      const tools = await findClientTools(15, { signal: never });
      await readArchive(tools, dump, never);
      await flip(dump, PLACES.data);

      await expect(readArchive(tools, dump, never)).rejects.toThrow(/pg_restore ended by code 1/);
    });

    test.each([['cut short', 5_000] as const, ['empty', 0] as const])(
      'when it is %s, then it is red, whatever its checksums say',
      async (_, bytes) => {
        const { dump, ...damaged } = await duplicate();
        await truncate(dump, bytes);
        await expect(backups.prove(damaged)).rejects.toThrow('docling_db.dump was changed after it was written.');

        await expect(sumUp(damaged.folder).then(() => backups.prove(damaged))).rejects.toThrow(
          bytes === 0 ? /is empty/ : /pg_restore ended by code 1/,
        );
      },
    );

    test.each(['docling_db.dump', 'manifest.json', 'SHA256SUMS'])(
      'when %s is missing, then it is red',
      async (file) => {
        const damaged = await duplicate();
        await rename(path.join(damaged.folder, file), path.join(damaged.folder, 'elsewhere'));

        await expect(backups.prove(damaged)).rejects.toThrow(file);
      },
    );
  });

  describe('whose copy is not the same', () => {
    const restorer: Restorer = { creator: 'docling_restore', owner: 'docling_migration' };
    let run: Run;
    let manifest: Manifest;
    let restored: string;
    beforeAll(async () => {
      run = await backups.run();
      manifest = await readManifest(backup.folder);
      restored = newCopyName('docling_db');
      const tools = await findClientTools(15, { signal: never });
      await withMaintenanceSession(run.server, never, (session) =>
        createCopy(session, run.directory, restored, manifest, restorer),
      );
      const archive = path.join(backup.folder, 'docling_db.dump');
      await restoreArchive({
        server: run.server,
        tools,
        archive,
        database: restored,
        restorer,
        jobs: 2,
        signal: never,
      });
    });
    afterAll(async () => {
      await withMaintenanceSession(run.server, never, (session) => removeCopy(session, run.directory, restored));
    });

    /** What is wrong with a clone of the copy; one takes over everything but the rights on the database itself. */
    const examineAfter = async (change: string): Promise<string> => {
      const clone = `${restored}_changed`;
      await cluster.sql(`CREATE DATABASE ${clone} TEMPLATE ${restored} OWNER docling_migration`);
      try {
        await cluster.sql('ALTER TABLE jobs DISABLE TRIGGER USER', clone);
        await cluster.sql(change, clone);
        await cluster.sql('ALTER TABLE jobs ENABLE TRIGGER USER', clone);
        const problems = await examineCopy(run, clone, manifest, restorer);
        return problems.filter((problem) => !problem.includes("the database's rights")).join('\n');
      } finally {
        await cluster.sql(`DROP DATABASE ${clone} WITH (FORCE)`);
      }
    };

    test('when nobody changes it, then nothing is wrong', async () => {
      expect(await examineAfter('SELECT 1')).toBe('');
    });

    test.each<[change: string, problem: string | RegExp]>([
      [
        "UPDATE results SET content = content || '.', size_bytes = size_bytes + 1",
        /public\.results has \d+ rows, but not the same ones/,
      ],
      [
        "UPDATE jobs SET file_name = 'other.pdf' WHERE session_id = 'waiting'",
        'public.jobs has 65 rows, but not the same ones',
      ],
      ['DELETE FROM results WHERE ctid = (SELECT min(ctid) FROM results)', /public\.results has \d+ rows, not \d+/],
      ['DROP INDEX jobs_history_idx', 'index public.jobs_history_idx is missing'],
      ['ALTER TABLE results DROP CONSTRAINT results_job_id_fkey', 'results_job_id_fkey is missing'],
      ['DROP TRIGGER jobs_guard_update ON jobs', 'trigger public.jobs.jobs_guard_update is missing'],
      ['DROP TRIGGER jobs_guard_update ON jobs', 'to COMPLETE, which the state machine forbids'],
      ['REVOKE SELECT ON results FROM docling_app', 'table public.results differs: rights'],
      ['REVOKE SELECT ON results FROM docling_app', "service's statements do not work on the copy: permission denied"],
      ['GRANT SELECT ON results TO monitoring_user', 'table public.results differs: rights'],
      ['ALTER TABLE results OWNER TO postgres', 'table public.results differs: owner'],
      ["COMMENT ON TABLE jobs IS 'other'", 'table public.jobs differs: comment'],
      ["SELECT setval('job_announcements', 1)", 'public.job_announcements is at 1, before'],
      ['REVOKE USAGE ON SCHEMA public FROM docling_app', 'schema public differs: rights'],
      ['ALTER TABLE jobs ALTER COLUMN max_retries DROP NOT NULL', 'column public.jobs.max_retries differs: definition'],
    ])('when somebody does %s there, then it is red', async (change, problem) => {
      expect(await examineAfter(change)).toMatch(problem);
    });
  });

  describe('that cannot be made or tried', () => {
    const makeTools = async (folder: string, version: string) => {
      await mkdir(folder, { recursive: true });
      for (const name of ['pg_dump', 'pg_restore']) {
        const file = path.join(folder, name);
        await writeFile(file, `#!/bin/sh\necho "${name} (PostgreSQL) ${version}"\n`);
        await chmod(file, 0o755);
      }
      return folder;
    };

    test('when no server answers, then it says what to check, and nothing is left', async () => {
      await expect(backups.backUp({ DB_PORT: '1' })).rejects.toThrow(/Cannot connect.*ECONNREFUSED.*Check DB_HOST/);
      await expect(backups.prove(backup, {}, { DB_PORT: '1' })).rejects.toThrow(/Cannot connect/);
    });

    test('when the password is wrong, then it says so, without it', async () => {
      const failed = backups.backUp({ PGPASSWORD: 'hunter2' });

      await expect(failed).rejects.toThrow(/password authentication failed.*PGPASSWORD or ~\/\.pgpass/);
      await expect(failed).rejects.not.toThrow(/hunter2/);
    });

    test('when the database is not there, then it says so', async () => {
      await expect(backups.backUp({ DB_NAME: 'nowhere' })).rejects.toThrow(/"nowhere" does not exist.*DB_NAME/);
    });

    test('when the password file has the password, then it is taken; when others can read it, then it is refused', async () => {
      const file = path.join(backups.directory, 'pgpass');
      const { DB_PORT: port, PGPASSWORD: password = '' } = cluster.environment(backups.directory);
      const line = `127.0.0.1:${port}:*:docling_backup:${password.replace(/[\\:]/g, '\\$&')}`;
      await writeFile(file, `# a comment\nelsewhere:*:*:*:other\n${line}\n`, { mode: 0o600 });
      const settings = { PGPASSWORD: '', PGPASSFILE: file };
      await backups.backUp(settings);

      await chmod(file, 0o640);
      await expect(backups.backUp(settings)).rejects.toThrow(
        `mode 0640, so that others can read passwords in it: chmod 0600`,
      );
    });

    test('when the programs are of another version, then Debian’s folders are tried, and else it names both', async () => {
      const folder = await makeTools(path.join(backups.directory, 'tools/16/bin'), '16.4 (Debian 16.4-1)');
      const right = await makeTools(path.join(backups.directory, 'versions/15/bin'), '15.9');
      const versions = path.dirname(path.dirname(right));

      const found = await findClientTools(15, { signal: never, path: folder, versionsFolder: versions });
      expect(found).toMatchObject({ version: '15.9', pgDump: path.join(right, 'pg_dump') });
      const missing = findClientTools(15, { signal: never, path: folder, versionsFolder: '/nowhere' });
      await expect(missing).rejects.toThrow(/PostgreSQL 15.*found: .*\(16\.4\).*postgresql-client-15/);
    });

    test('when a database has the copy’s name already, then nothing is restored over it, and it stays', async () => {
      const run = await backups.run();
      const name = newCopyName('docling_db');
      await cluster.sql(`CREATE DATABASE ${name}`);
      try {
        const created = withMaintenanceSession(run.server, never, async (session) =>
          createCopy(session, run.directory, name, await readManifest(backup.folder), {
            creator: 'docling_restore',
            owner: 'docling_migration',
          }),
        );

        await expect(created).rejects.toThrow(`There is a database ${name} already: nothing is restored over it.`);
        await withMaintenanceSession(run.server, never, (session) => removeCopy(session, run.directory, name));
        expect(await cluster.copies()).toEqual([name]);
        expect(await readdir(path.join(backups.directory, '.copies'))).toEqual([]);
      } finally {
        await cluster.sql(`DROP DATABASE ${name}`);
      }
    });

    test('when the restore takes longer than it may, then it is red', async () => {
      await expect(backups.prove(backup, { rtoSeconds: 0 })).rejects.toThrow(/longer than the 0 s allowed/);
    });

    test('when the role may not make databases, then it says what to run', async () => {
      await cluster.sql('REVOKE docling_restore FROM docling_backup');
      try {
        await expect(backups.prove(backup)).rejects.toThrow(/docling_backup cannot restore.*db\/backup-role\.sql/);
      } finally {
        await cluster.sql('GRANT docling_restore TO docling_backup');
      }
    });

    test('when the disk is too small, then it says so before it begins', async () => {
      await expect(requireFreeSpace(backups.directory, undefined, 1e15)).rejects.toThrow(/MB free.*BACKUP_DIR/);
      await expect(requireFreeSpace(backups.directory, 1_000, 1e15)).resolves.toBeUndefined();
    });
  });
});
