/** @needs systemd-analyze */
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { toolPath } from '../../scripts/bootstrap/tools.mjs';
import { loadConfig } from '../../src/config.js';
import { formatList } from '../../src/operations/backup/format-list.js';
import { writeMetrics } from '../../src/operations/backup/metrics-file.js';
import { findPassword } from '../../src/operations/backup/password-file.js';
import { readReport, writeReport, type BackupReport } from '../../src/operations/backup/report.js';
import { findServer } from '../../src/operations/backup/server.js';
import {
  applyRetention,
  beginBackup,
  findBackup,
  finishBackup,
  listBackups,
  openStore,
  removeUnfinished,
} from '../../src/operations/backup/store.js';
import { ROOT } from '../support/generated.js';

const NOW = new Date('2026-11-24T03:00:00Z');
const DAY_MS = 24 * 60 * 60 * 1_000;
const DATABASE = 'docling_db';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'docling-jobs-store-'));
  await openStore(directory);
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** A finished backup of so many days ago. */
async function store(days: number, verified = false): Promise<string> {
  const moment = new Date(NOW.getTime() - days * DAY_MS);
  const { name, folder } = await beginBackup(directory, DATABASE, moment);
  const report: BackupReport = {
    version: 1,
    name,
    path: path.join(directory, name, 'docling_db.dump'),
    database: DATABASE,
    format: 'custom',
    compression: 1,
    sizeBytes: 12_345_678,
    sha256: '0'.repeat(64),
    snapshotAt: moment.toISOString(),
    finishedAt: moment.toISOString(),
    tables: 9,
    rows: 1_000,
    databaseBytes: 20_000_000,
    seconds: { dump: 1.5, total: 2.5 },
    serverVersion: '15.20',
    toolVersion: '15.20',
    verification: verified
      ? { verifiedAt: moment.toISOString(), restoreSeconds: 4.25, totalSeconds: 9, rtoSeconds: 3_600, jobs: 2 }
      : null,
  };
  await writeReport(folder, report);
  await finishBackup(directory, name);
  return name;
}

const names = async () => (await listBackups(directory, DATABASE)).map(({ name }) => name);

describe('the folder of backups', () => {
  test('when backups are too old, then they are deleted, and those within the time are kept', async () => {
    const [old, ...kept] = [await store(31, true), await store(29, true), await store(1, true)];

    expect(await applyRetention(directory, DATABASE, 30, NOW)).toEqual([old]);
    expect(await names()).toEqual(kept);
  });

  test('when all are too old, then the newest and the newest that was proven are kept', async () => {
    const [first, proven, third, newest] = [
      await store(90, true),
      await store(80, true),
      await store(70),
      await store(60),
    ];

    expect(await applyRetention(directory, DATABASE, 7, NOW)).toEqual([first, third]);
    expect(await names()).toEqual([proven, newest]);
  });

  test('when a folder is no backup of this database, or nobody knows what it is, then it is never deleted', async () => {
    const unknown = `${DATABASE}-20200101T000000.000Z`;
    for (const name of ['docling_db-notes', 'docling_db_other-20200101T000000.000Z', unknown]) {
      await mkdir(path.join(directory, name));
    }
    await store(1);

    expect(await applyRetention(directory, DATABASE, 7, NOW)).toEqual([]);
    expect(await readdir(directory)).toEqual(expect.arrayContaining(['docling_db-notes', unknown]));
  });

  test('when a run was killed, then what it left does not count as a backup, and is removed', async () => {
    const { folder } = await beginBackup(directory, DATABASE, NOW);
    await mkdir(path.join(directory, '.deleted-docling_db-20200101T000000.000Z'));
    expect(await names()).toEqual([]);

    expect(await removeUnfinished(directory)).toHaveLength(2);
    await expect(stat(folder)).rejects.toThrow('ENOENT');
  });

  test('when a backup is asked for by name, folder or file, then it is found; without a name the newest', async () => {
    const [older, newest] = [await store(2), await store(1)];
    const folder = path.join(directory, older);

    for (const wanted of [older, folder, path.join(folder, 'report.json')]) {
      expect(await findBackup(directory, DATABASE, wanted)).toMatchObject({ name: older, folder });
    }
    expect(await findBackup(directory, DATABASE, undefined)).toMatchObject({ name: newest });
    await expect(findBackup(directory, DATABASE, 'nothing')).rejects.toThrow(
      /no backup nothing: npm run backup -- list/,
    );
  });

  test('when a report is damaged, then the list says so', async () => {
    const damaged = await store(3, true);
    await store(1, true);
    await writeFile(path.join(directory, damaged, 'report.json'), '{');

    expect(await readReport(path.join(directory, damaged))).toBeUndefined();
    expect(formatList(await listBackups(directory, DATABASE), directory, NOW)).toEqual([
      'BACKUP                           AGE   SIZE     ROWS  PROVEN TO RESTORE',
      'docling_db-20261123T030000.000Z  24 h  12.3 MB  1000  2026-11-23T03:00Z, in 4.3 s',
      'docling_db-20261121T030000.000Z  ?     ?        ?     its report cannot be read',
    ]);
  });

  test('when the folder cannot be made, then it says what to do', async () => {
    await writeFile(path.join(directory, 'file'), '');

    await expect(openStore(path.join(directory, 'file/backups'))).rejects.toThrow(/cannot be written.*BACKUP_DIR/);
  });
});

describe('the metrics', () => {
  const read = () => readFile(path.join(directory, 'docling_backup.prom'), 'utf8');
  const reports = async () => (await listBackups(directory, DATABASE)).flatMap(({ report }) => report ?? []);

  test('when the newest was not proven, then they tell of it, and of the proof of an older one', async () => {
    await store(2, true);
    await store(1);
    await writeMetrics(directory, await reports(), false);

    const values = (await read()).split('\n').filter((line) => line && !line.startsWith('#'));
    expect(values).toEqual([
      `docling_backup_last_success_timestamp_seconds ${(NOW.getTime() - DAY_MS) / 1_000}`,
      'docling_backup_last_size_bytes 12345678',
      'docling_backup_last_duration_seconds 2.5',
      `docling_backup_last_verified_restore_timestamp_seconds ${(NOW.getTime() - 2 * DAY_MS) / 1_000}`,
      'docling_backup_last_restore_duration_seconds 4.25',
      'docling_backup_last_run_success 0',
    ]);
  });

  test('when there never was a backup, then every series is there all the same', async () => {
    await writeMetrics(directory, [], false);

    expect((await read()).match(/^docling_backup_\w+ 0$/gm)).toHaveLength(6);
    expect((await stat(path.join(directory, 'docling_backup.prom'))).mode & 0o777).toBe(0o644);
  });
});

describe('the login', () => {
  const login = { host: 'db', port: 5432, database: DATABASE, user: 'docling_backup' };
  const inFile = async (text: string, given = login) => {
    const file = path.join(directory, '.pgpass');
    await writeFile(file, text, { mode: 0o600 });
    return findPassword(given, { HOME: directory });
  };

  test.each([
    ['db:5432:docling_db:docling_backup:right', 'right'],
    ['#db:5432:*:*:comment\n*:*:*:*:any\ndb:5432:*:*:late', 'any'],
    ['db:5433:*:*:port\ndb:*:other:*:database\ndb:*:*:postgres:user\nother:*:*:*:host', undefined],
    ['db:*:*:*:a\\:b\\\\c:d', 'a:b\\c:d'],
    ['db:*:*', undefined],
  ])('when the password file is %j, then the password is %j', async (text, password) => {
    expect(await inFile(text)).toBe(password);
  });

  test('when the server is a socket, then it is localhost in the file', async () => {
    expect(await inFile('localhost:*:*:*:right', { ...login, host: '/run/postgresql' })).toBe('right');
  });

  test('when PGPASSWORD is set, then no file is looked at; when PGPASSFILE names none, then that is an error', async () => {
    expect(await findPassword(login, { PGPASSWORD: 'right', PGPASSFILE: '/nowhere' })).toBe('right');
    await expect(findPassword(login, { PGPASSFILE: '/nowhere' })).rejects.toThrow(/PGPASSFILE names \/nowhere.*ENOENT/);
  });

  const serverOf = (environment: NodeJS.ProcessEnv) => findServer(loadConfig(environment), environment);

  test('when TLS is to be verified, then both pg_dump and the service’s own connection verify it', async () => {
    const server = await serverOf({
      ...{ DB_HOST: 'db.example.org', PGPASSWORD: 'a/b', PGSSLMODE: 'verify-full', PGSSLROOTCERT: '/ca.pem' },
      NODE_ENV: 'production',
    });

    expect(server.url('x')).toBe(
      'postgres://docling_backup:a%2Fb@db.example.org:5432/x?sslmode=verify-full&sslrootcert=%2Fca.pem',
    );
    expect(server.environment).toMatchObject({ PGSSLMODE: 'verify-full', PGSSLROOTCERT: '/ca.pem', PGPASSWORD: 'a/b' });
    expect(server.label).not.toContain('a/b');
  });

  test.each([
    [{ DB_HOST: 'db.example.org', NODE_ENV: 'production' }, /set PGSSLMODE=verify-full/],
    [{ DB_HOST: 'db.example.org', PGSSLMODE: 'verify-ca' }, /set it to one of/],
    [{ DATABASE_URL: 'postgres://docling_app@localhost/docling_db' }, /Set DB_HOST, DB_PORT and DB_USER/],
    [{ DATA_DIR: '/nowhere' }, /nothing to back up.*npm start/],
  ])('when it is %j, then it says what to set', async (environment, message) => {
    await expect(serverOf({ PGPASSWORD: 'x', ...environment })).rejects.toThrow(message);
  });

  test('when the server is on a socket, then production asks for no TLS', async () => {
    const server = await serverOf({
      DB_HOST: '/run/postgresql',
      DB_USER: 'postgres',
      HOME: directory,
      NODE_ENV: 'production',
    });

    expect(server.url('x')).toBe('postgres://postgres@%2Frun%2Fpostgresql:5432/x');
  });

  test('when nothing is said, then backups are kept for 7 days, in production for 30', () => {
    expect(loadConfig({}).backup).toMatchObject({
      dir: '/data/backups/docling-db',
      retentionDays: 7,
      rtoSeconds: 3_600,
    });
    expect(loadConfig({ NODE_ENV: 'production' }).backup.retentionDays).toBe(30);
  });
});

describe('the timer', () => {
  test('when systemd reads its units, then it has nothing to say against them', async () => {
    const files: string[] = [];
    for (const name of ['docling-jobs-backup.service', 'docling-jobs-backup.timer']) {
      const text = await readFile(path.join(ROOT, 'deploy/systemd', name), 'utf8');
      const file = path.join(directory, name);
      // As it is where the units are installed: the program has to be there.
      await writeFile(file, text.replaceAll('/usr/bin/node', process.execPath));
      files.push(file);
    }

    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', ...files], {
      env: { PATH: toolPath() },
      encoding: 'utf8',
    });
    expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' });
    expect(await readFile(files[1]!, 'utf8')).toMatch(/^OnCalendar=\*-\*-\* 03:00:00$[^]*^Persistent=true$/m);
  });
});
