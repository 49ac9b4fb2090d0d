import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findArchivingFaults, type ArchivingState } from '../../../src/operations/point-in-time/archiving.js';
import { findHoles, secondsLost } from '../../../src/operations/point-in-time/drill.js';
import { readHost } from '../../../src/operations/point-in-time/host.js';
import { describeReport, writeReport, type DrillReport } from '../../../src/operations/point-in-time/report.js';
import { readVerifyReport } from '../../../src/operations/point-in-time/repository-faults.js';
import { findKeyFaults, writeRepositoryKey } from '../../../src/operations/point-in-time/repository-key.js';
import { parseTarget, readTarget } from '../../../src/operations/point-in-time/target.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'docling-jobs-reports-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('a target', () => {
  test.each([
    ['2026-11-24T15:06:02Z', '2026-11-24 15:06:02+00', '2026-11-24T15:06:02.000Z'],
    ['2026-11-24 15:06:02.837111+00', '2026-11-24 15:06:02.837111+00', '2026-11-24T15:06:02.837Z'],
    ['2026-11-24 16:06:02+0530', '2026-11-24 16:06:02+05:30', '2026-11-24T10:36:02.000Z'],
  ])('when it is %s, then pgBackRest is given %s', (text, target, moment) => {
    expect(readTarget(text)).toBe(target);
    expect(parseTarget(target).toISOString()).toBe(moment);
  });

  test.each(['yesterday', '2026-11-24', '2026-11-24 15:06:02', '2026-13-24 15:06:02Z', '2026-11-24 25:06:02Z'])(
    'when it is "%s", then it is refused',
    (text) => {
      expect(() => readTarget(text)).toThrow(/is not a time with its zone/);
    },
  );
});

describe('the report of pgbackrest verify', () => {
  const report = (status: string, backup: string, invalid: number) => `stanza: docling
status: ${status}
  archiveId: 15-1, total WAL checked: 6, total valid WAL: 6
    missing: 0, checksum invalid: 0, size invalid: 0, other: 0
  backup: 20261124-150536F, status: ${backup}, total files checked: 1265, total valid files: 1264
    missing: 0, checksum invalid: ${invalid}, size invalid: 0, other: 0
`;

  test('when all is well, then there is nothing to say', () => {
    expect(readVerifyReport(report('ok', 'valid', 0))).toEqual([]);
  });

  test.each([
    ['the status', report('error', 'valid', 0)],
    ['a backup', report('ok', 'invalid', 0)],
    ['a count', report('ok', 'valid', 1)],
  ])('when only %s says that it is damaged, then it is', (_, text) => {
    expect(readVerifyReport(text)).toEqual([expect.stringContaining('The repository is damaged')]);
  });

  test('when it is not understood, then that is a fault', () => {
    expect(readVerifyReport('')).toEqual([expect.stringContaining('gave no status')]);
  });
});

describe('archiving', () => {
  const now = Date.parse('2026-11-24T15:00:00Z');
  const state: ArchivingState = {
    ...{ enabled: true, failing: false, waiting: 0, waitingSince: null },
    ...{ lastArchived: null, lastFailed: null, lastFailedAt: null },
  };

  test('when segments wait for a moment, then that is no fault; when they wait for minutes, it is', () => {
    const waiting = (minutes: number) => ({ ...state, waiting: 1, waitingSince: new Date(now - minutes * 60_000) });

    expect(findArchivingFaults(state, now)).toEqual([]);
    expect(findArchivingFaults(waiting(1), now)).toEqual([]);
    expect(findArchivingFaults(waiting(6), now)).toEqual([expect.stringContaining('the oldest for 360 s')]);
  });

  test('when it is off, then that is the fault', () => {
    expect(findArchivingFaults({ ...state, enabled: false })).toEqual([expect.stringContaining('archive_mode is off')]);
  });
});

describe('heartbeats', () => {
  const beats = ['a', 'b', 'c', 'd'].map((id, index) => ({ id, createdAt: new Date(index * 1_000) }));

  test('when the end is missing, then what was lost is the time to the last one', () => {
    expect(secondsLost(beats, ['a', 'b'])).toBe(2);
    expect(secondsLost(beats, [])).toBe(3);
    expect(secondsLost(beats, ['a', 'b', 'c', 'd', 'not acknowledged'])).toBe(0);
    expect(findHoles(beats, ['a', 'b'])).toEqual([]);
  });

  test('when one is missing from the middle, then that is a fault', () => {
    expect(findHoles(beats, ['a', 'c', 'd'])).toEqual([expect.stringContaining('1 heartbeats are missing')]);
  });
});

describe('the key of the repository', () => {
  test('when there is none, then one is made that only its owner reads; one that is there stays', async () => {
    const file = await writeRepositoryKey(folder, {});

    expect(file).toBe(path.join(folder, 'repository-key.conf'));
    expect((await stat(file!)).mode & 0o777).toBe(0o600);
    const made = await readFile(file!, 'utf8');
    expect(made).toMatch(/^\[global\]\nrepo1-cipher-pass=[\w+/]{64}\n$/);
    expect(await writeRepositoryKey(folder, {})).toBeUndefined();
    expect(await readFile(file!, 'utf8')).toBe(made);
  });

  test('when a file with a key is open to every account, then that is a fault', async () => {
    const file = await writeRepositoryKey(folder, {});
    const config = path.join(folder, '..', path.basename(folder), 'pgbackrest.txt');
    await writeFile(config, '[global]\nrepo1-path=/var/lib/pgbackrest\n');

    expect(await findKeyFaults(config, folder)).toEqual([]);
    await chmod(file!, 0o644);
    expect(await findKeyFaults(config, folder)).toEqual([expect.stringContaining(`${file} holds a key and is open`)]);
  });
});

test('when the shipped configuration is read, then it tells the server and its role', async () => {
  expect(await readHost('deploy/pgbackrest/pgbackrest.conf', 'docling')).toMatchObject({
    directory: '/var/lib/postgresql/15/main',
    url: 'postgres://docling_pgbackrest@%2Fvar%2Frun%2Fpostgresql:5432/docling_db',
  });
  await expect(readHost('deploy/pgbackrest/pgbackrest.conf', 'other')).rejects.toThrow(
    /does not set pg1-path in \[other\]/,
  );
});

describe('the report of a drill', () => {
  const report: DrillReport = {
    ...{ verdict: 'passed', faults: [], cores: 2, archiveTimeoutSeconds: 60, phases: { 'full backup': 12.3 } },
    ...{ startedAt: '2026-11-24T15:00:00.000Z', finishedAt: '2026-11-24T15:05:00.000Z' },
    ...{ rpoSeconds: 54.2, rtoSeconds: 16.5, limits: { rpoSeconds: 300, rtoSeconds: 900 } },
    sizes: {
      databaseBytes: 1e9,
      fullBackupBytes: 5e8,
      incrementalBackupBytes: 1e6,
      repositoryBytes: 6e8,
      walSegments: 9,
    },
    recoveries: [
      { target: 'latest', faults: [], restoreSeconds: 4, replaySeconds: 2, replayedUntil: null, totalSeconds: 9 },
    ],
  };
  const read = (name: string) => readFile(path.join(folder, name), 'utf8');

  test('when it passed, then report and metrics are written, for everyone to read', async () => {
    await writeReport(report, folder);

    expect(JSON.parse(await read('point-in-time.json'))).toEqual(report);
    expect(await read('docling_pitr.prom')).toMatch(
      /^docling_pitr_last_success_timestamp_seconds 1795532700\n(.*\n)*docling_pitr_rto_seconds 16.5\n(.*\n)*docling_pitr_rpo_seconds 54.2\n$/m,
    );
    expect((await stat(path.join(folder, 'docling_pitr.prom'))).mode & 0o777).toBe(0o644);
    expect(describeReport(report).at(-1)).toMatch(/^PASSED/);
  });

  test('when it failed, then the last success stays in the metrics', async () => {
    await writeReport(report, folder);
    const before = await read('docling_pitr.prom');
    const failed: DrillReport = {
      ...report,
      verdict: 'failed',
      faults: ['No.'],
      finishedAt: '2026-12-24T15:05:00.000Z',
    };

    await writeReport(failed, folder);

    expect(await read('docling_pitr.prom')).toBe(before);
    expect(JSON.parse(await read('point-in-time.json'))).toEqual(failed);
    expect(describeReport(failed).slice(-2)).toEqual(['FAULT: No.', expect.stringMatching(/^FAILED/)]);
  });
});
