import net from 'node:net';
import { once } from 'node:events';
import pg from 'pg';
import type { Database, StatementObservation } from '../../../src/database/database.js';
import { JobRepository } from '../../../src/jobs/job-repository.js';
import { insertJob, readJob } from '../../support/job-rows.js';
import { createTestDatabase, isPooled, openTestPool, type TestDatabase } from '../../support/test-database.js';

describe('the pool', () => {
  let database: TestDatabase;
  const pools: Database[] = [];
  const pool = (options: Parameters<typeof openTestPool>[1]) => {
    const opened = openTestPool(database.appUrl, options);
    pools.push(opened);
    return opened;
  };

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    await Promise.all(pools.splice(0).map((opened) => opened.close()));
  });
  afterAll(() => database.drop());

  /** Takes row locks in a transaction of its own, so that statements on those rows wait until `release`. */
  async function lockRow(id: string): Promise<{ release(): Promise<void> }> {
    const client = new pg.Client({ connectionString: database.superuserUrl });
    client.on('error', () => undefined); // a failing test drops the database under it
    await client.connect();
    await client.query('BEGIN');
    await client.query('SELECT FROM jobs WHERE id = $1 FOR UPDATE', [id]);
    return { release: () => client.end() };
  }

  const waitFor = async (condition: () => boolean | Promise<boolean>) => {
    for (let tries = 0; tries < 500; tries += 1) {
      if (await condition()) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error('what was waited for did not happen');
  };

  test('when more statements wait than may, then one more answers E401 at once and the others go on', async () => {
    const small = pool({ poolSize: 1, poolMaxWaiting: 2, poolTimeoutMs: 20_000 });
    const job = await insertJob(database);
    const lock = await lockRow(job.id);
    const blocked = small.query('jobs/cancel', [job.id, 'local']);
    await waitFor(() => small.state().inUse === 1);
    const waiting = [small.query('server/ping', []), small.query('server/ping', [])];
    await waitFor(() => small.state().waiting === 2);

    await expect(small.query('server/ping', [])).rejects.toMatchObject({ code: 'E401', retryAfterSeconds: 1 });

    await lock.release();
    expect(await blocked).toHaveLength(1);
    expect(await Promise.all(waiting)).toEqual([[{ inRecovery: false }], [{ inRecovery: false }]]);
  });

  test('when no connection comes free in time, then it answers E401', async () => {
    const small = pool({ poolSize: 1, poolTimeoutMs: 200 });
    const job = await insertJob(database);
    const lock = await lockRow(job.id);
    const blocked = small.query('jobs/cancel', [job.id, 'local']);
    await waitFor(() => small.state().inUse === 1);

    await expect(small.query('server/ping', [])).rejects.toMatchObject({ code: 'E401' });

    await lock.release();
    await blocked;
  });

  test('when a connection is ended under a statement, then that one answers E401 and the next succeeds', async () => {
    const resilient = pool({ poolSize: 1 });
    const job = await insertJob(database);
    const lock = await lockRow(job.id);
    const blocked = resilient.query('jobs/cancel', [job.id, 'local']).catch((error: unknown) => error);
    const victims = () =>
      database.rows<{ pid: number }>(
        `SELECT pid FROM pg_stat_activity WHERE query LIKE '%jobs/cancel%' AND wait_event_type = 'Lock' AND datname = current_database()`,
      );
    await waitFor(async () => (await victims()).length === 1);

    await database.rows('SELECT pg_terminate_backend($1)', [(await victims())[0]!.pid]);

    expect(await blocked).toMatchObject({ code: 'E401' });
    await lock.release();
    expect(await resilient.query('server/ping', [])).toHaveLength(1);
  });

  test('when nothing listens there, then it answers E401', async () => {
    const nowhere = openTestPool('postgres://x:y@127.0.0.1:1/none');

    await expect(nowhere.query('server/ping', [])).rejects.toMatchObject({ code: 'E401' });
    await nowhere.close();
  });

  test('when the other side accepts and then says nothing, then it answers E401 in time', async () => {
    const sockets: net.Socket[] = [];
    const silent = net.createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as net.AddressInfo;
    const deaf = openTestPool(`postgres://x:y@127.0.0.1:${port}/none`, { poolTimeoutMs: 300 });

    await expect(deaf.query('server/ping', [])).rejects.toMatchObject({ code: 'E401' });

    await deaf.close();
    sockets.forEach((socket) => socket.destroy());
    silent.close();
  });

  test('when it is closed, then statements answer E401', async () => {
    const closed = openTestPool(database.appUrl);
    await closed.close();

    await expect(closed.query('server/ping', [])).rejects.toMatchObject({ code: 'E401' });
  });

  // Through a pooler there are no start-up options, no names, and no session to lose: they are the pooler's own.
  if (!isPooled())
    describe('on a direct connection', () => {
      test('when a statement runs out of time, then it is stopped on the server and answers E402', async () => {
        const impatient = pool({ statementTimeoutMs: 300 });
        const job = await insertJob(database);
        const lock = await lockRow(job.id);

        await expect(impatient.query('jobs/cancel', [job.id, 'local'])).rejects.toMatchObject({ code: 'E402' });

        const running = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query LIKE '%jobs/cancel%' AND usename = 'docling_app'`;
        await waitFor(async () => (await database.rows(running)).length === 0);
        await lock.release();
        expect((await readJob(database, job.id)).status).toBe('PENDING');
      });

      test('when the server ends every connection, then the next statement opens a new one', async () => {
        const lost: Error[] = [];
        const resilient = pool({ onConnectionLost: (error) => lost.push(error) });
        await resilient.query('server/ping', []);

        await database.rows(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'docling_app' AND datname = current_database()`,
        );
        await waitFor(() => lost.length > 0);

        expect(await resilient.query('server/ping', [])).toEqual([{ inRecovery: false }]);
      });

      test('when statements are prepared by name, then the name carries a hash, and without names none is left behind', async () => {
        const named = pool({ poolSize: 1 });
        const unnamed = pool({ poolSize: 1, preparedStatements: false });
        const seen: StatementObservation[] = [];
        const observed = pool({ onStatement: (observation) => seen.push(observation) });

        await named.query('server/ping', []);
        await unnamed.query('server/ping', []);
        await observed.query('server/ping', []);

        const prepared = await database.rows<{ query: string }>(
          `SELECT query FROM pg_stat_activity WHERE application_name = 'docling-jobs-test' AND query LIKE '/* server/ping */%'`,
        );
        expect(prepared.length).toBeGreaterThanOrEqual(3);
        expect(seen).toEqual([{ name: 'server/ping', seconds: expect.any(Number), failed: false }]);
      });
    });

  describe('transactions', () => {
    test('when the work throws, then nothing of it is left and the connection is clean', async () => {
      const single = pool({ poolSize: 1 });
      const job = await insertJob(database);

      await expect(
        single.transaction(async (transaction) => {
          await new JobRepository(transaction).cancel(job.id, 'local');
          throw new Error('after the write');
        }),
      ).rejects.toThrow('after the write');

      expect((await readJob(database, job.id)).status).toBe('PENDING');
      expect(await single.query('server/ping', [])).toHaveLength(1);
    });

    test('when the work resolves, then it lasts', async () => {
      const job = await insertJob(database);

      await pool({}).transaction((transaction) => new JobRepository(transaction).cancel(job.id, 'local'));

      expect((await readJob(database, job.id)).status).toBe('CANCELLED');
    });

    test('when a statement in it fails, then the error is that of the statement', async () => {
      await expect(
        pool({}).transaction((transaction) => transaction.query('jobs/find', ['not a uuid', 'local'])),
      ).rejects.toMatchObject({ code: 'E403' });
    });
  });

  describe('streams', () => {
    const session = 'streamed';
    beforeAll(async () => {
      await database.rows(
        `INSERT INTO jobs (id, client_id, session_id, input_type)
         SELECT gen_random_uuid(), 'local', $1, 'FILE' FROM generate_series(1, 2500)`,
        [session],
      );
    });

    const read = (from: Database, signal = new AbortController().signal) =>
      new JobRepository(from).exportHistory('local', session, null, { batchSize: 1_000, signal });

    test('when it is read to the end, then every row comes once, in batches', async () => {
      const batches: number[] = [];
      const ids = new Set<string>();

      for await (const rows of read(pool({}))) {
        batches.push(rows.length);
        rows.forEach(({ id }) => ids.add(id));
      }

      expect(batches).toEqual([1000, 1000, 500]);
      expect(ids.size).toBe(2500);
    });

    test.each(['stops reading', 'aborts', 'throws'])(
      'when the reader %s, then the connection is free again',
      async (how) => {
        const single = pool({ poolSize: 1, poolTimeoutMs: 2_000 });
        const controller = new AbortController();
        let batches = 0;

        const reading = (async () => {
          for await (const rows of read(single, controller.signal)) {
            batches += rows.length > 0 ? 1 : 0;
            if (how === 'stops reading') break;
            if (how === 'throws') throw new Error('the reader failed');
            controller.abort();
          }
        })();
        await reading.catch(() => undefined);

        expect(batches).toBe(1);
        expect(await single.query('server/ping', [])).toHaveLength(1);
        expect(single.state().inUse).toBe(0);
      },
    );

    test('when the connection is ended between two batches, then reading on answers E401 and the pool goes on', async () => {
      const single = pool({ poolSize: 1 });
      const reading = read(single);
      await reading.next();

      await database.rows(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'docling_app' AND datname = current_database() AND state <> 'idle'`,
      );

      await expect(reading.next()).rejects.toMatchObject({ code: 'E401' });
      expect(await single.query('server/ping', [])).toHaveLength(1);
    });

    test('when the connection is ended between two batches, then stopping to read frees it all the same', async () => {
      const single = pool({ poolSize: 1 });
      const reading = read(single);
      await reading.next();

      await database.rows(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'docling_app' AND datname = current_database() AND state <> 'idle'`,
      );
      await reading.return();

      expect(await single.query('server/ping', [])).toHaveLength(1);
    });

    test('when reading takes longer than a statement may, then it goes on', async () => {
      const impatient = pool({ statementTimeoutMs: 200 });
      let rowCount = 0;

      for await (const rows of read(impatient)) {
        rowCount += rows.length;
        await new Promise((resolve) => setTimeout(resolve, 500)); // the time that a slow reader takes
      }

      expect(rowCount).toBe(2500);
    });
  });
});
