/** @needs systemd-analyze, prometheus-postgres-exporter */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { toolPath } from '../../scripts/bootstrap/tools.mjs';
import { ROOT } from '../support/generated.js';

const UNITS = path.join(ROOT, 'deploy/systemd');
const EXPORTER = 'prometheus-postgres-exporter.service';
/** Of 100, as `systemd-analyze security` counts. */
const MOST_EXPOSURE = 20;

const ours = readdirSync(UNITS).filter((file) => file.endsWith('.service'));
const run = promisify(execFile);

/** The units as they lie on a machine: beside Debian's own of the exporter, and with Node where it is here. */
describe('the units of systemd', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'docling-jobs-units-'));
    cpSync(UNITS, folder, { recursive: true });
    cpSync(path.join('/lib/systemd/system', EXPORTER), path.join(folder, EXPORTER));
    for (const unit of ours) {
      const file = path.join(folder, unit);
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll('/usr/bin/node ', `${process.execPath} `));
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const analyse = (...args: string[]) =>
    run('systemd-analyze', ['--no-pager', ...args], {
      cwd: folder,
      env: { PATH: toolPath(), SYSTEMD_COLORS: '0' },
      timeout: 20_000,
    });

  test.each([...ours, EXPORTER])('when systemd reads %s, then it understands all of it', async (unit) => {
    const { stdout, stderr } = await analyse('--man=no', 'verify', `./${unit}`);

    expect(stdout + stderr).toBe('');
  });

  test.each([...ours, EXPORTER])('when %s is weighed, then it leaves the process little to harm', async (unit) => {
    const weighed = analyse('security', '--offline=true', `--threshold=${MOST_EXPOSURE}`, `./${unit}`);

    await expect(weighed).resolves.toBeDefined();
  });

  test.each(ours)('when %s starts, then there is such a program, and its settings come from files', (unit) => {
    const text = readFileSync(path.join(UNITS, unit), 'utf8');
    const [, program = ''] = /^ExecStart=\/usr\/bin\/node dist\/(\S+)\.js( up)?$/m.exec(text) ?? [];

    expect(existsSync(path.join(ROOT, 'src', `${program}.ts`))).toBe(true);
    expect(text).toMatch(new RegExp(`^EnvironmentFile=/etc/docling-jobs/${program}\\.env$`, 'm'));
    expect(text).not.toMatch(/^Environment=.*(URL|PASS|SECRET|KEY)/m);
  });
});
