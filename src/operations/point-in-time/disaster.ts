import { readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DB_DIRECTORY } from '../../database/catalogue.js';
import { migrateUp } from '../../database/migrator.js';
import { provisionDatabase } from '../../database/provision.js';
import { Session } from '../../database/session.js';
import { readContents, type Contents } from '../contents/read-contents.js';
import { readSchema, type SchemaObject } from '../schema/read-schema.js';
import { awaitArchived } from './archiving.js';
import type { Cluster } from './cluster.js';
import { SERVER, type DrillSite } from './drill-site.js';
import type { PgBackRest } from './pgbackrest.js';
import type { Phases } from './phases.js';
import { APPLICATION_NAME } from './recover.js';
import type { Target } from './target.js';
import { Writer, type Heartbeat } from './writer.js';

export interface DisasterOptions {
  /** Fills the database with jobs before the first backup. @param url of the superuser */
  readonly fill: (url: string) => Promise<void>;
  /** Undefined: as shipped. */
  readonly archiveTimeoutSeconds: number | undefined;
  readonly phases: Phases;
}

/** A database that was lost, what is left of it, and what is known of how it was. */
export interface Disaster {
  readonly pgbackrest: PgBackRest;
  /** A time between two heartbeats. */
  readonly target: Target;
  readonly atTarget: { readonly schema: readonly SchemaObject[]; readonly contents: Contents };
  readonly heartbeatsAtTarget: readonly Heartbeat[];
  /** All that were acknowledged. */
  readonly heartbeats: readonly Heartbeat[];
  /** By `performance.now()`. */
  readonly killedAt: number;
  readonly archiveTimeoutSeconds: number;
}

/** Where the data directory of the lost server is moved, out of everybody's way. */
export const LOST = 'lost';
const HEARTBEATS_BETWEEN = 10;
/** Beyond archive_timeout, until a segment has to be in the archive. */
const ARCHIVING_SLACK_MS = 60_000;
/** The server dies shortly before its next segment would be archived, which is when the most is lost. */
const WORST_MOMENT = 0.9;
const START_MS = 60_000;
const POLL_MS = 100;

/**
 * Has a server of its own do all that a production server does in a month, then loses it: migrated, filled, written to,
 * backed up in full and incrementally, killed with all its processes, its data directory moved away.
 */
export async function causeDisaster(site: DrillSite, options: DisasterOptions): Promise<Disaster> {
  const { phases } = options;
  const cluster = await phases.run('making a server', () => site.createServer(options.archiveTimeoutSeconds));
  const pgbackrest = await site.pgBackRest(cluster);
  let writer: Writer | undefined;
  try {
    await phases.run('bringing it up', () => bringUp(cluster, pgbackrest));
    await phases.run('filling it', () => options.fill(cluster.url()));
    writer = new Writer(cluster.url('docling_app'));
    await writer.write(HEARTBEATS_BETWEEN);
    await phases.run('full backup', () => pgbackrest.backup('full'));
    await writer.write(HEARTBEATS_BETWEEN);
    await phases.run('incremental backup', () => pgbackrest.backup('incremental'));
    await writer.write(HEARTBEATS_BETWEEN);
    const known = await writeOn(cluster, writer, phases);
    await phases.run('losing the server', () => cluster.kill());
    await writer.stop();
    await rename(site.at(SERVER), site.at(LOST));
    return { pgbackrest, ...known, heartbeats: writer.heartbeats, killedAt: performance.now() };
  } finally {
    await cluster.kill();
    await writer?.stop();
  }
}

/** Up to the moment before the server is lost. */
async function writeOn(cluster: Cluster, writer: Writer, phases: Phases) {
  const session = await Session.open(cluster.url(), APPLICATION_NAME);
  try {
    const noted = await phases.run('noting the target', () => noteTarget(session, writer));
    await writer.write(HEARTBEATS_BETWEEN);
    const archiveTimeoutSeconds = await readArchiveTimeout(session);
    const timeoutMs = archiveTimeoutSeconds * 1_000;
    const { segment } = await readPosition(session);
    const limitMs = timeoutMs + ARCHIVING_SLACK_MS;
    await phases.run('archiving beyond the target', () => awaitArchived(session, segment, limitMs));
    await phases.run('writing until the worst moment', () => delay(timeoutMs * WORST_MOMENT));
    writer.assertRunning();
    return { ...noted, archiveTimeoutSeconds };
  } finally {
    await session.close();
  }
}

async function bringUp(cluster: Cluster, pgbackrest: PgBackRest): Promise<void> {
  cluster.launch();
  await awaitAnswer(cluster);
  await provisionDatabase({ superuserUrl: (database) => cluster.url('postgres', database), passwords: {} });
  await migrateUp({ directUrl: cluster.url('docling_migration') });
  const session = await Session.open(cluster.url(), APPLICATION_NAME);
  try {
    await session.script(await readFile(path.join(DB_DIRECTORY, 'pgbackrest-role.sql'), 'utf8'));
  } finally {
    await session.close();
  }
  await pgbackrest.createStanza();
  await pgbackrest.check();
}

/** @throws Error when the server does not answer in time */
export async function awaitAnswer(cluster: Cluster): Promise<void> {
  for (const deadline = performance.now() + START_MS; ; await delay(POLL_MS)) {
    try {
      await (await Session.open(cluster.url('postgres', 'postgres'), APPLICATION_NAME)).close();
      return;
    } catch (error) {
      if (cluster.isAlive() && performance.now() < deadline) continue;
      throw new Error(`PostgreSQL does not start: ${await cluster.lastWords()}`, { cause: error });
    }
  }
}

/** Nothing is written between the hashes and the time, so that both are of the same moment. */
async function noteTarget(session: Session, writer: Writer) {
  await writer.pause();
  const heartbeatsAtTarget = [...writer.heartbeats];
  const schema = await readSchema(session);
  const contents = await session.transaction(() => readContents(session), 'transactions/begin-snapshot');
  const { now: target } = await readPosition(session);
  writer.resume();
  return { target, atTarget: { schema, contents }, heartbeatsAtTarget };
}

async function readPosition(session: Session) {
  const [position] = await session.query('recovery/read-position', []);
  if (!position) throw new Error('recovery/read-position answers one row, always');
  return position;
}

async function readArchiveTimeout(session: Session): Promise<number> {
  const [row] = await session.query('recovery/read-archive-timeout', []);
  return row?.seconds ?? 0;
}
