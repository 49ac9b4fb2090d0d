import { Session } from '../../database/session.js';
import { TOP } from '../../jobs/job-repository.js';
import { compareContents } from '../contents/compare-contents.js';
import { readContents, type Contents } from '../contents/read-contents.js';
import { compareSchemas, describeDifference } from '../schema/compare-schemas.js';
import { readSchema, type SchemaObject } from '../schema/read-schema.js';
import type { Cluster } from './cluster.js';
import { ProgramFailed } from './program.js';
import { APPLICATION_NAME, type Recovered } from './recover.js';
import { parseTarget, type Target } from './target.js';
import { HEARTBEAT_CLIENT, HEARTBEAT_SESSION, type Heartbeat } from './writer.js';

/** What a copy restored to one moment has to be. */
export interface Moment {
  /** Undefined where nobody noted it. */
  readonly schema?: readonly SchemaObject[] | undefined;
  /** Undefined where nobody could know: at the end of the archive. */
  readonly contents?: Contents | undefined;
}

const AMCHECK_MS = 4 * 60 * 60 * 1_000;
const MAX_HEARTBEATS = 1_000_000;
const FAULTS_SHOWN = 5;

/**
 * What is wrong with a restored copy, each as a sentence; none when it is the database as it was. Installs the
 * extension amcheck in it.
 */
export async function verifyCopy(recovered: Recovered, target: Target, moment: Moment): Promise<string[]> {
  const { cluster, progress } = recovered;
  const session = await Session.open(cluster.url(), APPLICATION_NAME);
  try {
    const schema = moment.schema
      ? compareSchemas(moment.schema, await readSchema(session)).map(describeDifference)
      : [];
    return [
      ...(progress.dataChecksums ? [] : ['The copy has no data checksums: run initdb with --data-checksums.']),
      ...findOvershoot(progress.replayedUntil, target),
      ...shorten(schema).map((difference) => `The copy's schema is not the original's: ${difference}.`),
      ...(await findChanges(session, moment.contents)),
      ...(await checkPages(cluster)),
    ];
  } finally {
    await session.close();
  }
}

/** The ids of the heartbeats in the copy, oldest first. */
export async function readHeartbeats(cluster: Cluster): Promise<string[]> {
  const session = await Session.open(cluster.url(), APPLICATION_NAME);
  try {
    const { createdAt, id: last } = TOP;
    const page = [HEARTBEAT_CLIENT, HEARTBEAT_SESSION, null, createdAt, last, MAX_HEARTBEATS] as const;
    const found = await session.query('jobs/list-history-after', page);
    return found.map(({ id }) => id).reverse();
  } finally {
    await session.close();
  }
}

/**
 * Whether just those heartbeats came back that were acknowledged before the copy's moment.
 *
 * @param expected acknowledged until then
 */
export function compareHeartbeats(expected: readonly Heartbeat[], recovered: readonly string[]): string[] {
  const there = new Set(recovered);
  const wanted = new Set(expected.map(({ id }) => id));
  const lost = expected.filter(({ id }) => !there.has(id)).length;
  const extra = recovered.filter((id) => !wanted.has(id)).length;
  return [
    ...(lost > 0 ? [`${lost} of ${expected.length} heartbeats from before the target were not recovered.`] : []),
    ...(extra > 0 ? [`${extra} heartbeats from after the target are in the copy.`] : []),
  ];
}

/** Replay stops before the first commit that is later than the target. */
function findOvershoot(replayedUntil: Date | null, target: Target): string[] {
  if (target === 'latest' || replayedUntil === null || replayedUntil.getTime() <= parseTarget(target).getTime())
    return [];
  return [`The copy holds changes up to ${replayedUntil.toISOString()}, later than the target ${target}.`];
}

async function findChanges(session: Session, expected: Contents | undefined): Promise<string[]> {
  if (!expected) return [];
  const actual = await session.transaction(() => readContents(session), 'transactions/begin-snapshot');
  return compareContents(expected, actual).map(
    (change) => `The copy does not hold what was there at the target: ${change}.`,
  );
}

/** Every page of every table and B-tree, and that each row is in its indexes. */
async function checkPages(cluster: Cluster): Promise<string[]> {
  const { socketDirectory, port } = cluster.options;
  const where = ['-h', socketDirectory, '-p', String(port), '-U', 'postgres', 'docling_db'];
  try {
    await cluster.run('pg_amcheck', ['--heapallindexed', '--install-missing', ...where], AMCHECK_MS);
    return [];
  } catch (error) {
    if (!(error instanceof ProgramFailed)) throw error;
    const lines = error.output.split('\n').filter((line) => line.trim() !== '');
    return [`pg_amcheck found the copy damaged: ${lines.slice(0, FAULTS_SHOWN).join(' ')}`];
  }
}

function shorten(differences: readonly string[]): string[] {
  const rest = differences.length - FAULTS_SHOWN;
  return rest > 0 ? [...differences.slice(0, FAULTS_SHOWN), `and ${rest} more`] : [...differences];
}
