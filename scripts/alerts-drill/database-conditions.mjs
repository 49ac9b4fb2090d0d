import { appendFile, open, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** @typedef {import('./run.mjs').Stage} Stage */
/** @typedef {() => Promise<void>} Mend */
/** @typedef {{ what: string, alerts: readonly string[], make: (stage: Stage) => Promise<Mend> }} Condition */

/** WAL that nobody has to undo. */
const WRITE_WAL = `SELECT pg_logical_emit_message(false, 'drill', repeat('x', 1000000)) FROM generate_series(1, 25)`;
const FILL_SEGMENT = `SELECT pg_logical_emit_message(false, 'drill', 'x'), pg_switch_wal()`;

/** What happens inside of PostgreSQL. @type {readonly Condition[]} */
export const DATABASE_CONDITIONS = [
  {
    what: '32 of 37 connections are taken',
    alerts: ['PostgresConnectionsHigh'],
    make: async ({ postgres }) => {
      const [{ used }] = await postgres.query(
        'SELECT count(*)::int AS used FROM pg_stat_activity WHERE datname IS NOT NULL',
      );
      const sessions = await openSessions(32 - used, () => postgres.connect('docling_app'));
      return () => endSessions(sessions);
    },
  },
  {
    what: 'a query sleeps',
    alerts: ['PostgresLongRunningQuery', 'PostgresLongTransaction'],
    make: async ({ postgres }) => {
      const session = await postgres.connect('postgres');
      const query = session.query('SELECT pg_sleep(120)').catch(() => undefined); // it will be cancelled
      return async () => {
        await postgres.query(
          `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(120)'`,
        );
        await query;
        await session.end();
      };
    },
  },
  {
    what: 'a session says BEGIN, reads, and does nothing more',
    alerts: ['PostgresIdleInTransaction'],
    make: async ({ postgres }) => {
      const session = await postgres.connect('postgres');
      await session.query('BEGIN');
      await session.query('SELECT count(*) FROM jobs');
      return () => session.end();
    },
  },
  {
    what: 'the replica’s replay is paused while the primary writes',
    alerts: ['PostgresReplicationLagHigh'],
    make: async ({ postgres }) => {
      await postgres.query('SELECT pg_wal_replay_pause()', postgres.ports.replica);
      const writer = await postgres.connect('postgres');
      const timer = setInterval(() => {
        void writer.query(`SELECT pg_logical_emit_message(true, 'drill', 'x')`).catch(() => undefined);
      }, 200);
      return async () => {
        clearInterval(timer);
        await writer.end();
        await postgres.query('SELECT pg_wal_replay_resume()', postgres.ports.replica);
      };
    },
  },
  {
    what: 'the replica is stopped, and the primary writes on',
    alerts: ['PostgresReplicaGone', 'PostgresDown', 'PostgresSlotRetainsWal'],
    make: async ({ postgres }) => {
      await postgres.replica.stop();
      await postgres.query(WRITE_WAL);
      return () => postgres.replica.start();
    },
  },
  {
    what: 'the archive takes no segment',
    alerts: ['PostgresArchivingFailing'],
    make: async ({ postgres }) => {
      await writeFile(postgres.archiveBreaker, '');
      await postgres.query(FILL_SEGMENT);
      return async () => {
        await rm(postgres.archiveBreaker);
        await postgres.query(FILL_SEGMENT); // or the server would try again only after a minute
      };
    },
  },
  {
    what: 'thousands of jobs are deleted while VACUUM is held back',
    alerts: ['PostgresDeadTuples'],
    make: async ({ postgres }) => {
      await postgres.query(`
        ALTER TABLE jobs SET (autovacuum_enabled = off);
        INSERT INTO jobs (id, client_id, session_id, input_type, status)
        SELECT gen_random_uuid(), 'local', 'dead', 'URL', 'CANCELLED' FROM generate_series(1, 3000);
        DELETE FROM jobs WHERE session_id = 'dead'`);
      return async () => {
        await postgres.query('ALTER TABLE jobs RESET (autovacuum_enabled)');
        await postgres.query('VACUUM jobs');
      };
    },
  },
  {
    what: 'a table larger than the cache is read over and over',
    alerts: ['PostgresCacheHitRatioLow'],
    make: async ({ postgres }) => {
      await postgres.query(`CREATE TABLE drill_scan AS SELECT repeat('x', 500) AS x FROM generate_series(1, 40000)`);
      const session = await postgres.connect('postgres');
      let goesOn = true;
      const scanning = (async () => {
        while (goesOn) {
          await session.query('SELECT count(x) FROM drill_scan');
          await delay(50);
        }
      })();
      return async () => {
        goesOn = false;
        await scanning;
        await session.end();
        await postgres.query('DROP TABLE drill_scan');
      };
    },
  },
  {
    what: 'bytes of a table are overwritten on the disk, and it is read',
    alerts: ['PostgresChecksumFailures'],
    make: async ({ postgres }) => {
      await postgres.query('CREATE TABLE drill_damage AS SELECT generate_series(1, 1000)');
      await postgres.query('VACUUM FULL drill_damage'); // writes past the cache: the next read is from the disk
      const [{ file }] = await postgres.query(`SELECT pg_relation_filepath('drill_damage') AS file`);
      const handle = await open(path.join(postgres.folder, 'primary', file), 'r+');
      await handle.write(Buffer.alloc(64, 0xa5), 0, 64, 4_000);
      await handle.close();
      const outcome = await postgres.query('SELECT count(*) FROM drill_damage').catch((error) => String(error));
      if (!/invalid page/.test(String(outcome)))
        throw new Error(`The damage was not noticed: ${JSON.stringify(outcome)}`);
      return async () => {
        await postgres.query('DROP TABLE drill_damage');
        await postgres.query('SELECT pg_stat_reset()');
      };
    },
  },
  {
    what: 'pg_hba.conf gets a line that nobody can read',
    alerts: ['PostgresHbaBroken'],
    make: async ({ postgres }) => {
      const file = path.join(postgres.folder, 'primary', 'pg_hba.conf');
      const before = await readFile(file);
      await appendFile(file, 'hots all all 127.0.0.1/32 trust\n');
      return () => writeFile(file, before);
    },
  },
  {
    what: 'monitoring_user loses a right',
    alerts: ['PostgresMonitoringBlind'],
    make: async ({ postgres }) => {
      await postgres.query('REVOKE USAGE ON SCHEMA monitoring FROM monitoring_user');
      return async () => {
        await postgres.query('GRANT USAGE ON SCHEMA monitoring TO monitoring_user');
      };
    },
  },
];

/**
 * @param {number} count
 * @param {() => Promise<import('pg').Client>} connect
 */
export async function openSessions(count, connect) {
  /** @type {import('pg').Client[]} */
  const sessions = [];
  try {
    for (let opened = 0; opened < count; opened += 1) sessions.push(await connect());
    return sessions;
  } catch (error) {
    await endSessions(sessions);
    throw error;
  }
}

/** @param {readonly import('pg').Client[]} sessions */
export async function endSessions(sessions) {
  await Promise.all(sessions.map((session) => session.end()));
}
