import { setTimeout as delay } from 'node:timers/promises';
import type { Row } from '../../database/database.js';
import type { Session } from '../../database/session.js';

export type ArchivingState = Row<'recovery/read-archiving'>;

/** Finished segments that may wait: each is 16 MB of writing that would be lost with the host. */
const MAX_WAITING = 3;
/** How long the oldest may wait: five minutes is what may be lost. */
const MAX_WAITING_MS = 300_000;
const POLL_MS = 100;

/** Needs EXECUTE on `pg_ls_archive_statusdir`. */
export async function readArchiving(session: Pick<Session, 'query'>): Promise<ArchivingState> {
  const [state] = await session.query('recovery/read-archiving', []);
  if (!state) throw new Error('recovery/read-archiving answers one row, always');
  return state;
}

/** Why what is written now could not be restored after a loss of the host, each as a sentence that says what to do. */
export function findArchivingFaults(state: ArchivingState, now = Date.now()): string[] {
  if (!state.enabled) return ['archive_mode is off: nothing can be restored but the backups. See deploy/pgbackrest.'];
  const faults: string[] = [];
  if (state.failing) {
    const since = state.lastFailedAt?.toISOString() ?? 'a while';
    faults.push(
      `archive_command fails, last for ${state.lastFailed} at ${since}: see the log of PostgreSQL. Until it works, ` +
        'pg_wal grows, and a loss of the host loses all that waits.',
    );
  }
  const waitingMs = state.waitingSince === null ? 0 : now - state.waitingSince.getTime();
  if (state.waiting > MAX_WAITING || waitingMs > MAX_WAITING_MS) {
    faults.push(
      `${state.waiting} WAL segments wait to be archived, the oldest for ${Math.round(waitingMs / 1_000)} s: ` +
        'archiving does not keep up, or does not work.',
    );
  }
  return faults;
}

/**
 * Resolves when the segment has been archived.
 *
 * @throws Error after `limitMs`, with what the archiver is doing
 */
export async function awaitArchived(session: Session, segment: string, limitMs: number): Promise<void> {
  for (const deadline = performance.now() + limitMs; ; await delay(POLL_MS)) {
    const state = await readArchiving(session);
    // Names of one timeline sort as they were written; a history file or a backup's label sorts like its segment.
    if (state.lastArchived !== null && state.lastArchived.slice(0, segment.length) >= segment) return;
    if (performance.now() > deadline) {
      const faults = findArchivingFaults(state).join(' ');
      throw new Error(`Segment ${segment} was not archived within ${limitMs / 1_000} s. ${faults}`);
    }
  }
}
