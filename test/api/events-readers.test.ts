import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { v7 as uuidv7 } from 'uuid';
import type { Executor } from '../../src/database/database.js';
import type { StatementName } from '../../src/database/statements.js';
import { openEventStream, type EventStream } from '../support/event-stream.js';
import { insertJob } from '../support/job-rows.js';
import { connectRaw } from '../support/raw-http.js';
import { startTestApi, type TestApi, type TestApiOptions } from '../support/test-api.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** Readers that are many, slow, silent or gone. */
describe('readers of event streams', () => {
  let db: TestDatabase;
  let api: TestApi;
  /** Names of the statements that the API sent, in order. */
  let sent: StatementName[];

  beforeAll(async () => {
    db = await createTestDatabase();
  });
  afterAll(() => db.drop());
  beforeEach(() => {
    sent = [];
  });
  // What holds a connection or a watch for good makes this run out of time.
  afterEach(async () => {
    await until(() => db.database.state().inUse === 0 && api.watch.size === 0);
    await api.close();
  });

  const start = async (options: TestApiOptions = {}) => {
    const database: Executor = {
      query: (name, params) => {
        sent.push(name);
        return db.database.query(name, params);
      },
      stream: db.database.stream.bind(db.database),
    };
    api = await startTestApi({ db, watchPollMs: 20, ...options, parts: { database, ...options.parts } });
  };
  const times = (name: StatementName) => sent.filter((other) => other === name).length;
  const openStreams = async () => (await api.metrics.eventStreams.get()).values[0]?.value;
  const until = async (condition: () => boolean | Promise<boolean>) => {
    while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
  };

  /** A finished job with that many events, of about 1 KB each. */
  const insertLongJob = async (events: number) => {
    const id = uuidv7();
    await db.rows(
      `INSERT INTO jobs (id, client_id, session_id, input_type, status, last_event_seq)
       VALUES ($1, 'local', 's', 'FILE', 'COMPLETE', $2)`,
      [id, events],
    );
    await db.rows(
      `INSERT INTO job_events (job_id, seq, occurred_at, from_status, to_status, percent, detail)
       SELECT $1, n, now(), 'PROCESSING', 'PROCESSING', 50, jsonb_build_object('errorMessage', repeat('x', 800))
       FROM generate_series(1, $2::int - 1) AS n`,
      [id, events],
    );
    return id;
  };

  /** A reader that has read the head and takes nothing more until it is resumed. */
  const openPaused = async (id: string) => {
    const answered = once(api.server, 'request') as Promise<[IncomingMessage, ServerResponse]>;
    const client = await connectRaw(api.port);
    await client.send(`GET /api/v1/jobs/${id}/events HTTP/1.1\r\nHost: x\r\n\r\n`);
    await client.receive(/\r\n\r\n/);
    client.socket.pause();
    return { client, response: (await answered)[1] };
  };

  /** Resolves once the server has stopped reading events, since nobody takes them. */
  const untilHeldBack = async (response: ServerResponse) => {
    for (let before = -1; before !== times('events/list-after') || !response.writableNeedDrain;) {
      before = times('events/list-after');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };

  test('when a reader is slow, then the server holds a few batches for it and not the rest, and it gets all in order', async () => {
    const count = 40_000;
    await start();
    const id = await insertLongJob(count);
    const { client, response } = await openPaused(id);
    await untilHeldBack(response);

    expect(times('events/list-after')).toBeLessThan(count / 100 / 2);
    expect(response.writableLength).toBeLessThan(1024 * 1024);
    expect(db.database.state().inUse).toBe(0);
    client.socket.resume();
    const ids = Array.from((await client.untilClosed()).matchAll(/^id: (\d+)$/gm), ([, seq]) => Number(seq));

    expect(ids).toEqual(Array.from({ length: count }, (_, index) => index + 1));
  });

  test('when a reader takes nothing for too long, then it is cut off and leaves nothing', async () => {
    await start({ parts: { eventTimes: { stallMs: 100 } } });
    const { client, response } = await openPaused(await insertLongJob(40_000));

    await once(response, 'close');
    await until(async () => (await openStreams()) === 0);

    expect(api.watch.size).toBe(0);
    client.socket.destroy();
  });

  test('when nothing happens, then comments keep the stream alive for longer than a reader may take nothing', async () => {
    await start({ parts: { eventTimes: { heartbeatMs: 20, stallMs: 200 } } });
    const { id } = await insertJob(db);
    const stream = await openEventStream(api.port, id);

    await stream.receive(/(: keep-alive\n\n){20}/);
    await db.rows(`UPDATE jobs SET status = 'CANCELLED' WHERE id = $1`, [id]);

    expect((await stream.rest()).map(({ event }) => event)).toEqual(['state', 'cancelled']);
  });

  test('when 500 streams are open on five connections, then they wait without any, and each gets its end', async () => {
    await start();
    const jobs = await Promise.all(Array.from({ length: 250 }, () => insertJob(db)));
    const ids = [...jobs, ...jobs].map(({ id }) => id);
    const streams = await Promise.all(ids.map((id) => openEventStream(api.port, id)));
    expect((await Promise.all(streams.map((stream) => stream.next()))).every((event) => event?.id === 1)).toBe(true);
    expect(await openStreams()).toBe(500);
    await until(() => times('events/list-after') >= 500 && db.database.state().inUse === 0);

    const reads = times('events/list-after');
    const looks = times('events/list-changed');
    await until(() => times('events/list-changed') >= looks + 5);
    expect(times('events/list-after')).toBe(reads);
    await db.rows(`UPDATE jobs SET status = 'CANCELLED' WHERE id = ANY($1)`, [ids]);

    const ends = await Promise.all(streams.map((stream) => stream.rest()));
    expect(ends.every((events) => events.length === 1 && events[0]?.event === 'cancelled')).toBe(true);
    await until(async () => api.watch.size === 0 && (await openStreams()) === 0);
  });

  test('when there are as many streams as there may be, then one more is 429 E601, until one has ended', async () => {
    await start({ maxEventStreams: 2 });
    const { id } = await insertJob(db);
    const first = await openEventStream(api.port, id);
    const second = await openEventStream(api.port, id);

    const refused = await openEventStream(api.port, id);
    expect(refused.status).toBe(429);
    expect(refused.headers['retry-after']).toMatch(/^\d+$/);
    await refused.receive(/"code":"E601"/);
    await hangUp(first, 1);
    const third = await openEventStream(api.port, id);

    expect(third.status).toBe(200);
    await hangUp(second, 1);
    await hangUp(third, 0);
  });

  test('when readers hang up, then no watch and no connection is left, and nothing is asked any more', async () => {
    await start();
    const { id } = await insertJob(db);
    const streams = await Promise.all(Array.from({ length: 50 }, () => openEventStream(api.port, id)));
    for (const stream of streams) stream.close();
    await until(async () => api.watch.size === 0 && (await openStreams()) === 0);

    const looks = times('events/list-changed');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(times('events/list-changed')).toBe(looks);
    expect(api.logLines().filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
  });

  test('when the database goes away for a while, then the stream stays, and goes on where it was', async () => {
    await start();
    const { id } = await insertJob(db);
    const stream = await openEventStream(api.port, id);
    await stream.next();
    const change = (status: string) => db.rows(`UPDATE jobs SET status = '${status}' WHERE id = $1`, [id]);

    await db.rows(`ALTER DATABASE ${db.name} CONNECTION LIMIT 0`); // does not hold for a superuser
    await db.rows(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE datname = current_database() AND usename = 'docling_app'`);
    await change('UPLOADING');
    await until(() => api.logLines().some(({ message }) => message === 'watched jobs could not be looked at'));
    await change('CANCELLED');
    await db.rows(`ALTER DATABASE ${db.name} CONNECTION LIMIT -1`);

    expect((await stream.rest()).map(({ id: seq }) => seq)).toEqual([2, 3]);
  });

  test('when watching ends with the process, then streams end without an event, and their connections with them', async () => {
    await start();
    const { id } = await insertJob(db);
    const stream = await openEventStream(api.port, id);
    await stream.next();
    const closed = once(api.server, 'close');

    api.server.close();
    await api.watch.close();

    expect(await stream.rest()).toEqual([]);
    await closed;
  });

  const hangUp = async (stream: EventStream, left: number) => {
    stream.close();
    await until(async () => (await openStreams()) === left);
  };
});
