/** @needs initdb, pg_amcheck, pgbackrest, shellcheck, systemd-analyze */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { toolPath } from '../../scripts/bootstrap/tools.mjs';
import type { DrillReport } from '../../src/operations/point-in-time/report.js';

const execute = promisify(execFile);
const UNITS = 'deploy/systemd';
const SCRIPT = 'scripts/test-point-in-time-recovery.sh';
const DRILL_MS = 240_000;
const env = { ...process.env, PATH: toolPath() };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'docling-jobs-deployment-'));
});
afterEach(() => rm(folder, { recursive: true }));

const units = async () => (await readdir(UNITS)).filter((name) => name.startsWith('docling-jobs-pgbackrest-'));

test('when systemd reads the units, then it has nothing to say against them', async () => {
  const names = await units();
  for (const name of names) {
    const unit = await readFile(path.join(UNITS, name), 'utf8');
    // Where Node.js lies, and the checkout, differ from host to host.
    const here = unit
      .replaceAll('/usr/bin/node', process.execPath)
      .replaceAll('/opt/docling-jobs/', `${process.cwd()}/`);
    await writeFile(path.join(folder, name), here);
  }

  const { stdout, stderr } = await execute(
    'systemd-analyze',
    ['verify', ...names.map((name) => path.join(folder, name))],
    { env },
  );

  expect(stdout + stderr).toBe('');
  expect(names.filter((name) => name.endsWith('.timer'))).toHaveLength(5);
});

test('when the units are looked at, then each timer has a service, and each command of a service exists', async () => {
  const names = await units();
  const { stderr: usage } = await execute('node', ['dist/pgbackrest.js']).catch((error: { stderr: string }) => error);
  const timers = names.filter((name) => name.endsWith('.timer'));
  const services = timers.map((timer) => readFile(path.join(UNITS, timer.replace('.timer', '.service')), 'utf8'));

  const commands = (await Promise.all(services)).map((service) => /^ExecStart=(.+?)(?: --.*)?$/m.exec(service)?.[1]);

  const known = Array.from(usage.matchAll(/^ {2}([a-z][a-z -]*?) {2,}/gm), ([, name]) => name);
  const runnable = [...known.map((name) => `/usr/bin/node dist/pgbackrest.js ${name}`), `/opt/docling-jobs/${SCRIPT}`];
  expect(commands.filter((command) => !runnable.includes(command ?? ''))).toEqual([]);
});

test('when shellcheck reads the script, then it has nothing to say against it', async () => {
  await expect(execute('shellcheck', [SCRIPT], { env })).resolves.toMatchObject({ stdout: '' });
});

describe('the drill', () => {
  test(
    'when it is run, then it proves recovery, says how long it took, and leaves nothing behind',
    async () => {
      const work = await mkdtemp('/tmp/docling-jobs-drill-');
      try {
        await execute('chmod', ['755', work]);
        const options = ['--mb', '15', '--archive-timeout', '2', '--directory', work, '--report-dir', folder];

        const { stdout } = await execute(SCRIPT, options, { env });

        expect(stdout).toMatch(/PASSED: point-in-time recovery works\n$/);
        const report = JSON.parse(await readFile(path.join(folder, 'point-in-time.json'), 'utf8')) as DrillReport;
        expect(report).toMatchObject({ verdict: 'passed', faults: [], archiveTimeoutSeconds: 2 });
        expect(report.recoveries.map(({ target }) => target)).toEqual([expect.stringMatching(/^20.*\+00$/), 'latest']);
        expect(report.sizes.databaseBytes).toBeGreaterThan(15e6);
        expect((await readdir(folder)).sort()).toEqual([
          'docling_pitr.prom',
          'point-in-time.json',
          'point-in-time.log',
        ]);
        expect(await readdir(work)).toEqual([]);
      } finally {
        await rm(work, { recursive: true });
      }
    },
    DRILL_MS,
  );

  test(
    'when it is ended half-way, then it says so, exits 1, and leaves nothing behind',
    async () => {
      const options = ['--mb', '15', '--directory', folder, '--report-dir', path.join(folder, 'report')];
      await execute('chmod', ['755', folder]);
      const drill = spawn(SCRIPT, options, { env, stdio: ['ignore', 'pipe', 'inherit'] });
      let output = '';
      drill.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes('full backup …')) drill.kill('SIGTERM');
      });

      const [code] = (await once(drill, 'exit')) as [number | null];

      expect(code).toBe(1);
      expect(output).toContain('FAILED: The drill was ended by SIGTERM');
      expect(await readdir(folder)).toEqual(['report']);
      const { stdout: processes } = await execute('ps', ['-eo', 'args']);
      expect(processes).not.toContain(`${folder}/docling-jobs-recovery-`);
    },
    DRILL_MS,
  );

  test.each([['--mb', 'many'], ['--mb', '0'], ['--fast'], ['--archive-timeout', '1.5']])(
    'when it is given %s %s, then it exits 2 and says what it takes',
    async (...options) => {
      await expect(execute(SCRIPT, options, { env })).rejects.toMatchObject({
        code: 2,
        stderr: expect.stringContaining('usage: scripts/test-point-in-time-recovery.sh'),
      });
    },
  );
});
