/** @needs pg_dump, pg_restore */
import { execFileSync } from 'node:child_process';
import { rmdirSync, rmSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findClientTools } from '../../src/operations/backup/client-tools.js';
import { dumpDatabase } from '../../src/operations/backup/dump.js';
import { withSession } from '../../src/operations/backup/with-session.js';
import { BackupCluster } from '../support/backup-cluster.js';
import { BackupFolder } from '../support/backup-runs.js';
import { BackupProcess } from '../support/backup-process.js';
import { until } from '../support/until.js';

const SLOW = 'docling_slow';

describe('the commands of backups', () => {
  let cluster: BackupCluster;
  let directory: string;
  const processes: BackupProcess[] = [];
  beforeAll(async () => {
    cluster = await BackupCluster.start();
    await cluster.createSlow(SLOW);
  }, 60_000);
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'docling-jobs-backups-'));
  });
  afterEach(async () => {
    for (const each of processes.splice(0)) await each.destroy();
    await cluster.letDumpsGo();
    await rm(directory, { recursive: true, force: true });
  });
  afterAll(() => cluster?.stop());

  const start = (args: readonly string[], settings: NodeJS.ProcessEnv = {}): BackupProcess => {
    const each = new BackupProcess(args, { ...cluster.environment(directory), ...settings });
    processes.push(each);
    return each;
  };
  const lastRun = async () => JSON.parse(await readFile(path.join(directory, 'last-run.json'), 'utf8')) as object;
  /** Backups, finished or not; the rest is bookkeeping. */
  const backups = async () =>
    (await readdir(directory)).filter((name) => name.includes('docling_') && !name.endsWith('.prom'));
  const metrics = () => readFile(path.join(directory, 'docling_backup.prom'), 'utf8');

  test('when the script runs, then there is a proven backup, and log, report and metrics say so without a secret', async () => {
    const script = start(['script']);

    expect(await script.ended()).toBe(0);
    expect(script.output).toMatch(/PROVEN: docling_db-\S+ restores, in [\d.]+ s/);
    expect(await lastRun()).toMatchObject({
      success: true,
      problems: [],
      backup: { database: 'docling_db', verification: { restoreSeconds: expect.any(Number) as number } },
    });
    const [, log = ''] = /^log: (.*)$/m.exec(script.output) ?? [];
    expect((await stat(log)).mode & 0o777).toBe(0o600);
    const text = (await readFile(log, 'utf8')) + script.output + JSON.stringify(await lastRun());
    expect(text).not.toContain(cluster.environment('')['PGPASSWORD']);
    expect((await stat(path.join(directory, 'docling_backup.prom'))).mode & 0o777).toBe(0o644);
    expect(await metrics()).toMatch(/^docling_backup_last_run_success 1$/m);
    expect(await metrics()).toMatch(/^docling_backup_last_verified_restore_timestamp_seconds 1\d{9}\.\d+$/m);
    const list = start(['list']);
    expect(await list.ended()).toBe(0);
    expect(list.output).toMatch(/docling_db-\S+ +\d+ min +[\d.]+ MB +\d+ +\d{4}-\d\d-\d\dT\d\d:\d\dZ, in/);
  });

  test('when no server is named, then the embedded one is backed up; a pooled URL is no server to back up', async () => {
    const embedded = start([], { DB_HOST: '', DB_PORT: '', PGPASSWORD: '', DATA_DIR: cluster.folder });
    expect(await embedded.ended()).toBe(0);

    const pooled = start([], {
      DB_HOST: '',
      DB_PORT: '',
      DATABASE_URL: 'postgres://docling_app@localhost:6432/docling_db',
    });
    expect(await pooled.ended()).toBe(1);
    expect(pooled.output).toContain('DATABASE_URL is for the application');
    expect(await metrics()).toMatch(/^docling_backup_last_run_success 0$/m);
  });

  test.each([[['--format', 'tar']], [['--compress', '10']], [['--jobs', '']], [['restore']], [['list', 'x']]])(
    'when it is asked for %j, then it says what it takes',
    async (args) => {
      const wrong = start(args);

      expect(await wrong.ended()).toBe(2);
      expect(wrong.output).toMatch(/takes|Usage/);
    },
  );

  test('when it is told to stop in the middle of a dump, then nothing is left', async () => {
    await cluster.stopDumps();
    const run = start(['--verify']);
    await until(() => cluster.isDumping());
    expect(await backups()).toEqual([expect.stringMatching(/^\.unfinished-/)]);
    run.signal('SIGTERM');

    expect(await run.ended()).toBe(143);
    await cluster.letDumpsGo();
    expect(await backups()).toEqual([]);
    expect(await lastRun()).toMatchObject({ success: false, problems: ['Stopped by SIGTERM.'], backup: null });
  });

  test('when it is told to stop in the middle of a restore, then the copy is gone, and the backup stays', async () => {
    const run = start(['--verify'], { DB_NAME: SLOW });
    await until(() => cluster.isRestoring());
    run.signal('SIGINT');

    expect(await run.ended()).toBe(130);
    expect(await cluster.copies()).toEqual([]);
    expect(await backups()).toEqual([expect.stringMatching(/^docling_slow-/)]);
    expect(await lastRun()).toMatchObject({ success: false, backup: { verification: null } });
  });

  test('when it is killed in the middle of a restore, then the next run removes its copy, and no other database', async () => {
    const alike = 'docling_slow_proof_0123456789abcdef';
    await cluster.sql(`CREATE DATABASE ${alike}`);
    const run = start(['--verify'], { DB_NAME: SLOW });
    await until(() => cluster.isRestoring());
    run.signal('SIGKILL');
    await run.ended();
    expect(await cluster.copies()).toHaveLength(2);

    const next = start([]);
    expect(await next.ended()).toBe(0);
    expect(next.output).toMatch(/removed the copy docling_slow_proof_\w+, which a killed run left/);
    expect(await cluster.copies()).toEqual([alike]);
    await cluster.sql(`DROP DATABASE ${alike}`);
  });

  test('when it is killed in the middle of a dump, then the next run removes what it left', async () => {
    await cluster.stopDumps();
    const run = start([]);
    await until(() => cluster.isDumping());
    run.signal('SIGKILL');
    await run.ended();
    await cluster.letDumpsGo();

    const next = start([]);
    expect(await next.ended()).toBe(0);
    expect(next.output).toMatch(/removed \.unfinished-docling_db-\S+, which a killed run left/);
    expect(await backups()).toHaveLength(1);
  });

  test('when pg_dump is killed, then the run fails, and says how, and nothing is left', async () => {
    await cluster.stopDumps();
    const run = start([]);
    await until(() => cluster.isDumping());
    run.signalChildren('SIGKILL');
    await until(() => run.children().length === 0);
    await cluster.letDumpsGo();

    expect(await run.ended()).toBe(1);
    expect(run.output).toMatch(/FAILED: \S*pg_dump ended by SIGKILL/);
    expect(await backups()).toEqual([]);
  });

  test('when two run at once, then the second is refused, and the first is not disturbed', async () => {
    await cluster.stopDumps();
    const first = start([]);
    await until(() => cluster.isDumping());
    const second = start(['verify']);
    expect(await second.ended()).toBe(1);
    expect(second.output).toMatch(/Another run works in .*process \d+ holds the lock/);
    await cluster.letDumpsGo();

    expect(await first.ended()).toBe(0);
    expect(await backups()).toHaveLength(1);
  });

  test('when the disk is too small for a dump, then it is not begun; when it fills up meanwhile, then it fails', async () => {
    const disk = await mountSmallDisk();
    const folder = await BackupFolder.create(cluster);
    try {
      const refused = start([], { BACKUP_DIR: disk.folder });
      expect(await refused.ended()).toBe(1);
      expect(refused.output).toMatch(/MB free, and a backup may take|ENOSPC/);

      const { server } = await folder.run();
      const signal = new AbortController().signal;
      const tools = await findClientTools(15, { signal });
      const options = { format: 'custom', jobs: 1, compression: 0 } as const;
      const dumped = withSession(server, server.database, signal, (session) =>
        dumpDatabase({ server, session, tools, target: disk.file, options, signal }),
      );
      await expect(dumped).rejects.toThrow(/pg_dump ended by code 1.*No space left on device/s);
    } finally {
      disk.unmount();
      await folder.remove();
    }
  });

  test('when the server dies in the middle of a dump, then the run fails, and nothing is left', async () => {
    await cluster.stopDumps();
    const run = start(['--verify']);
    await until(() => cluster.isDumping());
    const restart = await cluster.crash();

    expect(await run.ended()).toBe(1);
    await restart();
    expect(await backups()).toEqual([]);
  });

  test('when the server dies in the middle of a restore, then the run fails, and the next one removes the copy', async () => {
    const run = start(['--verify'], { DB_NAME: SLOW });
    await until(() => cluster.isRestoring());
    const restart = await cluster.crash();

    expect(await run.ended()).toBe(1);
    expect(run.output).toContain('could not be removed; the next run does it');
    await restart();
    expect(await cluster.copies()).toHaveLength(1);
    const next = start([]);
    expect(await next.ended()).toBe(0);
    expect(await cluster.copies()).toEqual([]);
  });
});

interface SmallDisk {
  readonly folder: string;
  /** On it, for a dump. */
  readonly file: string;
  unmount(): void;
}

/** A file system of 64 KB; to a user that may not mount one, a folder with a file that is always full. */
async function mountSmallDisk(): Promise<SmallDisk> {
  const folder = await mkdtemp(path.join(tmpdir(), 'docling-jobs-small-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'docling-jobs-test', folder], { stdio: 'ignore' });
  } catch {
    return { folder, file: '/dev/full', unmount: () => rmSync(folder, { recursive: true }) };
  }
  const unmount = (): void => {
    execFileSync('umount', ['--lazy', folder]);
    rmdirSync(folder);
  };
  return { folder, file: path.join(folder, 'dump'), unmount };
}
