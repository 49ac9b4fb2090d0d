/** @direct LISTEN has a connection of its own, past the pooler */
import pg from 'pg';
import { NotificationListener } from '../../src/database/notifications.js';
import { openEventStream } from '../support/event-stream.js';
import { insertJob } from '../support/job-rows.js';
import { startTestApi, type TestApi } from '../support/test-api.js';

/** So seldom that a test ends before: what is seen was announced. */
const NEVER_MS = 10 * 60_000;
const LISTENER = 'docling-jobs-listen-test';

describe('announcements of changed jobs', () => {
  let api: TestApi;
  let other: TestApi;
  const listeners: NotificationListener[] = [];

  beforeEach(async () => {
    api = await startTestApi({ watchPollMs: NEVER_MS });
    other = await startTestApi({ watchPollMs: NEVER_MS, db: api.db });
  });
  afterEach(async () => {
    for (const listener of listeners.splice(0)) await listener.close();
    await other.close();
    await api.close();
  });

  /** Listens for the watch of an API; resolves once it does. */
  const listen = async ({ watch }: TestApi, url = api.db.appUrl) => {
    const lost: Error[] = [];
    const heard = counter();
    const listener = new NotificationListener({
      url,
      applicationName: LISTENER,
      onNotification: () => {
        watch.wake();
        heard.add();
      },
      onLost: (error) => lost.push(error),
    });
    listeners.push(listener);
    listener.start();
    return { lost, heard, listener };
  };
  const change = (id: string, assignments: string) => api.db.rows(`UPDATE jobs SET ${assignments} WHERE id = $1`, [id]);
  const backends = () =>
    api.db.rows<{ pid: number }>('SELECT pid FROM pg_stat_activity WHERE application_name = $1', [LISTENER]);

  test('when a job changes or is deleted, by whomever, then every process hears of it without looking', async () => {
    await Promise.all([api, other].map(async (web) => (await listen(web)).heard.reaches(1)));
    const { id } = await insertJob(api.db);
    const streams = await Promise.all([openEventStream(api.port, id), openEventStream(other.port, id)]);
    for (const stream of streams) await stream.next();
    await firstLooks();

    await change(id, `status = 'UPLOADING'`);
    const changed = await Promise.all(streams.map((stream) => stream.next()));
    await api.db.rows('DELETE FROM jobs WHERE id = $1', [id]);
    const ended = await Promise.all(streams.map((stream) => stream.next()));

    expect(changed.map((event) => event?.data['status'])).toEqual(['UPLOADING', 'UPLOADING']);
    expect(ended).toEqual([undefined, undefined]);
  });

  test('when the listening connection is killed, then it is made anew, and what was missed is seen', async () => {
    const { heard, lost } = await listen(api);
    await heard.reaches(1);
    const { id } = await insertJob(api.db);
    const stream = await openEventStream(api.port, id);
    await stream.next();
    await firstLooks();

    await api.db.rows('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1', [LISTENER]);
    while ((await backends()).length > 0) await nextTurn();
    await change(id, `status = 'UPLOADING'`);
    await change(id, `status = 'CANCELLED'`);

    expect((await stream.rest()).map(({ id: seq }) => seq)).toEqual([2, 3]);
    expect(lost).toHaveLength(1);
  });

  test('when listening is not possible, then that is told once, tried again, and no stream suffers', async () => {
    const url = new URL(api.db.appUrl);
    url.password = 'wrong';
    const { lost, heard } = await listen(other, url.href);
    const { id } = await insertJob(api.db);
    const polling = await startTestApi({ watchPollMs: 20, db: api.db });
    const stream = await openEventStream(polling.port, id);

    await change(id, `status = 'CANCELLED'`);

    expect((await stream.rest()).map(({ event }) => event)).toEqual(['state', 'cancelled']);
    expect(lost).toHaveLength(1);
    expect(heard.count()).toBe(0);
    await polling.close();
  });

  test('when a listener is closed, then its connection is gone', async () => {
    const { heard, listener } = await listen(api);
    await heard.reaches(1);

    await listener.close();

    while ((await backends()).length > 0) await nextTurn();
    expect(await backends()).toEqual([]);
  });

  describe('what the database announces', () => {
    let client: pg.Client;
    let heard: ReturnType<typeof counter>;
    beforeEach(async () => {
      client = new pg.Client({ connectionString: api.db.appUrl });
      await client.connect();
      heard = counter();
      client.on('notification', heard.add);
      await client.query('LISTEN job_events');
    });
    afterEach(() => client.end());

    /** Notifications come in the order of commits: once this one is there, so are those before it. */
    const all = async () => {
      const before = heard.count();
      await api.db.rows(`SELECT pg_notify('job_events', 'fence')`);
      await heard.reaches(before + 1);
      return heard.count() - 1;
    };

    test('when many jobs change at once, then it is announced once', async () => {
      for (let index = 0; index < 20; index += 1) await insertJob(api.db);

      await api.db.rows(`UPDATE jobs SET status = 'CANCELLED'`);

      await heard.reaches(1);
      expect(await all()).toBe(1);
    });

    test('when a statement finds no job, or its transaction is undone, then nothing is announced', async () => {
      await insertJob(api.db);

      await api.db.rows(`UPDATE jobs SET status = 'CANCELLED' WHERE false`);
      await api.db.rows(`DELETE FROM jobs WHERE false`);
      await api.db.sql.query(`BEGIN; UPDATE jobs SET status = 'CANCELLED'; ROLLBACK`);

      expect(await all()).toBe(0);
    });

    test('when the clock was set back since, then a change is announced all the same', async () => {
      const { id } = await insertJob(api.db);
      await api.db.rows(`SELECT setval('job_announcements', last_value + 1000000) FROM job_announcements`);

      await change(id, `status = 'CANCELLED'`);

      await heard.reaches(1);
      expect(heard.count()).toBe(1);
    });
  });
});

/** Lets the looks pass that a watch begins with, so that they do not find what a test is about. */
function firstLooks(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 150));
}

/** Counts calls of `add`. */
function counter() {
  let count = 0;
  let tell: () => void = () => undefined;
  return {
    add: () => {
      count += 1;
      tell();
    },
    count: () => count,
    reaches: async (target: number) => {
      while (count < target) await new Promise<void>((resolve) => (tell = resolve));
    },
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
