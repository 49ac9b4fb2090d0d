import { availableParallelism } from 'node:os';
import { causeDisaster, type Disaster } from './disaster.js';
import { DrillSite } from './drill-site.js';
import { Phases } from './phases.js';
import { recover, RecoveryFailed } from './recover.js';
import { findRepositoryFaults } from './repository-faults.js';
import type { DrillReport, RecoveryReport } from './report.js';
import type { Target } from './target.js';
import { compareHeartbeats, readHeartbeats, verifyCopy } from './verify-copy.js';
import type { Heartbeat } from './writer.js';

export interface DrillOptions {
  /** Fills the database with jobs. @param url of the superuser */
  readonly fill: (url: string) => Promise<void>;
  /** Undefined: as deploy/pgbackrest/postgresql.conf has it. */
  readonly archiveTimeoutSeconds?: number | undefined;
  /** What may be lost, and how long it may take. */
  readonly limits: { readonly rpoSeconds: number; readonly rtoSeconds: number };
  /** Where it works; needs about four times the database. */
  readonly directory?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly say: (line: string) => void;
}

const REPLAY_MS = 2 * 60 * 60 * 1_000;

/**
 * Loses a server of its own and restores it from its repository alone, to a time and to the end. Leaves nothing behind,
 * however it ends. Whatever is in doubt is a fault in the report.
 *
 * @throws the reason of `signal`; anything that kept the drill itself from working
 */
export async function runDrill(options: DrillOptions): Promise<DrillReport> {
  const startedAt = new Date();
  const phases = new Phases(options.say, options.signal);
  const site = await DrillSite.create(options.directory, options.signal);
  try {
    const { fill, archiveTimeoutSeconds } = options;
    const disaster = await causeDisaster(site, { fill, archiveTimeoutSeconds, phases });
    const toTarget = await rehearse(site, disaster, disaster.target, phases, disaster.killedAt);
    const toLatest = await rehearse(site, disaster, 'latest', phases, performance.now());
    const faults = await phases.run('verifying the repository', () => findRepositoryFaults(disaster.pgbackrest));
    const recoveries = [toTarget, toLatest];
    const measured = {
      rpoSeconds: toLatest.lostSeconds ?? null,
      rtoSeconds: Math.max(...recoveries.map(({ totalSeconds }) => totalSeconds)),
    };
    const all = [...recoveries.flatMap((recovery) => recovery.faults), ...faults, ...exceed(measured, options.limits)];
    return {
      verdict: all.length === 0 ? 'passed' : 'failed',
      faults: all,
      startedAt: startedAt.toISOString(),
      finishedAt: new Date().toISOString(),
      ...measured,
      limits: options.limits,
      archiveTimeoutSeconds: disaster.archiveTimeoutSeconds,
      sizes: await readSizes(disaster),
      phases: phases.seconds,
      recoveries,
      cores: availableParallelism(),
    };
  } finally {
    await site.remove();
  }
}

/** Restores to `target`, verifies what came of it, and stops it again. @param since what its time is counted from */
async function rehearse(
  site: DrillSite,
  disaster: Disaster,
  target: Target,
  phases: Phases,
  since: number,
): Promise<RecoveryReport> {
  const name = target === 'latest' ? 'latest' : 'to-target';
  const cluster = await site.cluster(name);
  await site.makeDirectory(name);
  try {
    const recovered = await phases.run(`recovering ${name}`, () =>
      recover(disaster.pgbackrest, cluster, target, REPLAY_MS),
    );
    const faults = await phases.run(`verifying ${name}`, () => verifyRecovered(disaster, recovered, target));
    const { restoreSeconds, replaySeconds, progress } = recovered;
    return {
      ...{ target, ...faults, restoreSeconds, replaySeconds },
      replayedUntil: progress.replayedUntil?.toISOString() ?? null,
      totalSeconds: (performance.now() - since) / 1_000,
    };
  } catch (error) {
    if (!(error instanceof RecoveryFailed)) throw error;
    return { target, faults: [error.message], totalSeconds: (performance.now() - since) / 1_000 };
  } finally {
    await cluster.stop();
  }
}

async function verifyRecovered(
  { atTarget, heartbeats, heartbeatsAtTarget }: Disaster,
  recovered: Parameters<typeof verifyCopy>[0],
  target: Target,
): Promise<{ faults: string[]; lostSeconds?: number }> {
  const found = await readHeartbeats(recovered.cluster);
  if (target !== 'latest') {
    const faults = await verifyCopy(recovered, target, atTarget);
    return { faults: [...compareHeartbeats(heartbeatsAtTarget, found), ...faults] };
  }
  const faults = await verifyCopy(recovered, target, { schema: atTarget.schema });
  return { faults: [...findHoles(heartbeats, found), ...faults], lostSeconds: secondsLost(heartbeats, found) };
}

/** What came back has to be the beginning of what was acknowledged; only what was under way may come after it. */
export function findHoles(acknowledged: readonly Heartbeat[], recovered: readonly string[]): string[] {
  const prefix = acknowledged.slice(0, recovered.length);
  const there = new Set(recovered);
  const lost = prefix.filter(({ id }) => !there.has(id)).length;
  return lost === 0 ? [] : [`${lost} heartbeats are missing from the middle of what was recovered.`];
}

/** From the last heartbeat that came back to the last one that was acknowledged. */
export function secondsLost(acknowledged: readonly Heartbeat[], recovered: readonly string[]): number {
  const there = new Set(recovered);
  const last = acknowledged.at(-1);
  const kept = acknowledged.findLast(({ id }) => there.has(id)) ?? acknowledged[0];
  return last && kept ? (last.createdAt.getTime() - kept.createdAt.getTime()) / 1_000 : 0;
}

function exceed(measured: { rpoSeconds: number | null; rtoSeconds: number }, limits: DrillOptions['limits']): string[] {
  const faults: string[] = [];
  const { rpoSeconds, rtoSeconds } = measured;
  if (rpoSeconds === null) faults.push('How much was lost is not known, since nothing was recovered.');
  else if (rpoSeconds > limits.rpoSeconds)
    faults.push(`${rpoSeconds} s of writing were lost, more than ${limits.rpoSeconds} s: lower archive_timeout.`);
  if (rtoSeconds > limits.rtoSeconds)
    faults.push(
      `Recovery took ${Math.round(rtoSeconds)} s, longer than ${limits.rtoSeconds} s: raise process-max, ` +
        'or back up more often, so that less has to be replayed.',
    );
  return faults;
}

async function readSizes({ pgbackrest }: Disaster): Promise<DrillReport['sizes']> {
  const backups = await pgbackrest.listBackups();
  const { segments } = await pgbackrest.listArchive();
  return {
    databaseBytes: backups.at(-1)?.info.size ?? 0,
    fullBackupBytes: backups.find(({ type }) => type === 'full')?.info.repository.delta ?? 0,
    incrementalBackupBytes: backups.find(({ type }) => type === 'incr')?.info.repository.delta ?? 0,
    repositoryBytes: await pgbackrest.repositorySize(),
    walSegments: segments.length,
  };
}
