import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

interface Outcome {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

describe('npm run score', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'score-test-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  const score = (...parameters: string[]) =>
    new Promise<Outcome>((resolve) => {
      execFile(process.execPath, ['scripts/score.mjs', ...parameters], (error, stdout, stderr) => {
        resolve({ code: error?.code ?? 0, stdout, stderr });
      });
    });

  test('when a folder holds documents and what is expected of them, then each has its figures, and each format', async () => {
    await mkdir(path.join(folder, 'deeper'));
    await writeFile(path.join(folder, 'a.csv'), 'x,y\n1,2\n');
    await writeFile(path.join(folder, 'a.csv.expected.md'), '| x | y |\n| - | - |\n| 1 | 3 |\n');
    await writeFile(path.join(folder, 'deeper', 'b.csv'), '\0\x01');
    await writeFile(path.join(folder, 'deeper', 'b.csv.expected.md'), 'x');
    await writeFile(path.join(folder, 'alone.csv'), 'x');

    const { code, stdout } = await score(folder, '--details');

    expect(code).toBe(0);
    expect(stdout).toMatch(/^a\.csv +0\.750 +- +0\.750 +- +- +\d+\.\d\d s$/m);
    expect(stdout).toContain('    cells: ["3"]');
    expect(stdout).toContain('    extraWords: ["2"]');
    expect(stdout).toMatch(/^deeper\/b\.csv +0\.000 .*failed: /m);
    expect(stdout).toMatch(/^csv +0\.375 +- +0\.750 +- +- +2 files$/m);
    expect(stdout).not.toContain('alone');
  });

  test('when a folder holds no pair, then it says what it looks for and ends with 1', async () => {
    const { code, stderr } = await score(folder);
    expect(code).toBe(1);
    expect(stderr).toContain('name.ext.expected.md');
  });

  test('when more than one folder is given, then it says how it is called and ends with 2', async () => {
    expect(await score(folder, folder)).toMatchObject({
      code: 2,
      stderr: 'usage: npm run score -- [DIR] [--details]\n',
    });
  });
});
