import { setTimeout as delay } from 'node:timers/promises';
import { Session } from '../../database/session.js';
import type { Row } from '../../database/database.js';
import type { Cluster } from './cluster.js';
import { COPY_SETTINGS, writeCopySettings } from './copy-settings.js';
import type { PgBackRest } from './pgbackrest.js';
import { reasonOf } from './pgbackrest.js';
import type { Target } from './target.js';

export interface Recovered {
  readonly cluster: Cluster;
  readonly progress: Row<'recovery/read-progress'>;
  /** Seconds for the files, and from the server's start until it was promoted. */
  readonly restoreSeconds: number;
  readonly replaySeconds: number;
}

/** The message says why there is no restored database, and what to do. */
export class RecoveryFailed extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RecoveryFailed';
  }
}

const POLL_MS = 100;
export const APPLICATION_NAME = 'docling-jobs-recovery';

/**
 * Restores the database from the repository alone into the data directory of `cluster`, starts it without archiving,
 * and waits until it has replayed all up to `target` and been promoted. Leaves it running.
 *
 * @param limitMs for the replay
 * @throws RecoveryFailed; the server does not run then
 */
export async function recover(
  pgbackrest: PgBackRest,
  cluster: Cluster,
  target: Target,
  limitMs: number,
): Promise<Recovered> {
  const began = performance.now();
  try {
    const until = target === 'latest' ? {} : { target };
    await pgbackrest.restore({ directory: cluster.options.directory, archive: false, ...until });
  } catch (error) {
    cluster.options.signal?.throwIfAborted();
    throw new RecoveryFailed(
      `Restoring to ${target} failed: ${reasonOf(error)}. See that the disk has room, and verify the repository.`,
    );
  }
  const restored = performance.now();
  try {
    await writeCopySettings(cluster);
    cluster.launch(COPY_SETTINGS);
    const progress = await awaitPromotion(cluster, target, limitMs);
    const seconds = {
      restoreSeconds: (restored - began) / 1_000,
      replaySeconds: (performance.now() - restored) / 1_000,
    };
    return { cluster, progress, ...seconds };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

/** `pg_ctl` reports a start as soon as the server answers, which is before an unreachable target ends it: hence this. */
async function awaitPromotion(
  cluster: Cluster,
  target: Target,
  limitMs: number,
): Promise<Row<'recovery/read-progress'>> {
  for (const deadline = performance.now() + limitMs; ; await delay(POLL_MS, undefined, signalOf(cluster))) {
    if (!cluster.isAlive()) {
      const why = await cluster.lastWords();
      throw new RecoveryFailed(
        `Recovery to ${target} failed (${why}). Choose a time that the archive covers: later than the end of the first ` +
          'backup, and before the last archived change.',
      );
    }
    const progress = await readProgress(cluster).catch(ignoreRefusal);
    if (progress?.inRecovery === false) return progress;
    if (performance.now() > deadline) {
      throw new RecoveryFailed(`Recovery to ${target} was not over after ${limitMs / 1_000} s: see ${cluster.log}.`);
    }
  }
}

/** A server that starts, or ends, refuses sessions or breaks them; anything else would not pass by waiting. */
function ignoreRefusal(error: unknown): undefined {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error;
  if (!hasCode && !String(error).includes('Connection terminated')) throw error;
}

function signalOf({ options: { signal } }: Cluster): { signal?: AbortSignal } {
  return signal ? { signal } : {};
}

async function readProgress(cluster: Cluster): Promise<Row<'recovery/read-progress'>> {
  const session = await Session.open(cluster.url(), APPLICATION_NAME);
  try {
    const [progress] = await session.query('recovery/read-progress', []);
    if (!progress) throw new Error('recovery/read-progress answers one row, always');
    return progress;
  } finally {
    await session.close();
  }
}
