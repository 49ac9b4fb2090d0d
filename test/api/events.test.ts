import request from 'supertest';
import { openEventStream } from '../support/event-stream.js';
import { insertJob } from '../support/job-rows.js';
import { startTestApi, type TestApi } from '../support/test-api.js';

const UNKNOWN_ID = '01900000-0000-7000-8000-000000000000';

/** One assignment list of `UPDATE jobs` per event, from PENDING to the end. */
const LIFE = [
  `status = 'UPLOADING', current_stage = 'upload'`,
  `status = 'RETRY_UPLOAD', retry_count = 1, error_code = 'E102', error_message = 'It cannot be reached.',
   next_attempt_at = '2030-01-01T00:00:00+02'`,
  `status = 'UPLOADING'`,
  `status = 'PROCESSING', current_stage = 'parsing', progress_percent = 10`,
  `current_stage = 'conversion', progress_percent = 20`,
  `progress_percent = 60`,
  `status = 'COMPLETE', progress_percent = 100`,
];
const LIFE_LENGTH = LIFE.length + 1;
const NAMES = ['state', 'state', 'state', 'state', 'state', 'progress', 'progress', 'complete'];

describe('GET /jobs/:id/events', () => {
  let api: TestApi;
  let other: TestApi;

  beforeAll(async () => {
    api = await startTestApi({ watchPollMs: 20 });
    other = await startTestApi({ watchPollMs: 20, db: api.db });
    await api.db.rows(`INSERT INTO clients (id, name) VALUES ('stranger', 'stranger')`);
  });
  afterAll(async () => {
    await other.close();
    await api.close();
  });
  // A stream that leaves its watch behind makes this run out of time.
  afterEach(async () => {
    while (api.watch.size + other.watch.size > 0) await nextTurn();
  });

  const change = (id: string, assignments: string) => api.db.rows(`UPDATE jobs SET ${assignments} WHERE id = $1`, [id]);
  const live = async (id: string, steps: readonly string[] = LIFE) => {
    for (const step of steps) await change(id, step);
  };
  const get = (path: string) => request(api.server).get(`/api/v1/jobs/${path}`);

  describe('a whole life', () => {
    it('when a job is followed from its beginning, then every event comes as it happens, and the stream ends', async () => {
      const { id } = await insertJob(api.db);
      const stream = await openEventStream(api.port, id);
      const events = [await stream.next()];

      for (const step of LIFE) {
        await change(id, step);
        events.push(await stream.next());
      }

      expect(await stream.next()).toBeUndefined();
      expect(events.map((event) => event?.event)).toEqual(NAMES);
      expect(events.map((event) => event?.id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
      expect(events[0]?.data).toEqual({
        jobId: id,
        status: 'PENDING',
        previousStatus: null,
        stage: null,
        percent: 0,
        occurredAt: expect.stringMatching(/^\d{4}-.*Z$/),
      });
      expect(events[2]?.data).toMatchObject({
        status: 'RETRY_UPLOAD',
        previousStatus: 'UPLOADING',
        errorCode: 'E102',
        errorMessage: 'It cannot be reached.',
        retryCount: 1,
        nextAttemptAt: '2029-12-31T22:00:00.000Z',
      });
      expect(events[6]?.data).toMatchObject({
        status: 'PROCESSING',
        previousStatus: 'PROCESSING',
        stage: 'conversion',
        percent: 60,
      });
    });

    it('when a finished job is asked for, then its whole life is replayed at once', async () => {
      const { id } = await insertJob(api.db);
      await live(id);

      const stream = await openEventStream(api.port, id);

      expect((await stream.rest()).map(({ event }) => event)).toEqual(NAMES);
    });

    it('when the answer begins, then its headers keep every hop from holding or changing it', async () => {
      const { id } = await insertJob(api.db);
      const stream = await openEventStream(api.port, id);

      expect(stream.status).toBe(200);
      expect(stream.headers).toMatchObject({
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache, no-transform',
        'x-accel-buffering': 'no',
      });
      expect(stream.headers).not.toHaveProperty('content-encoding');
      expect(stream.headers).not.toHaveProperty('content-length');
      await stream.receive(/\n\n/);
      expect(stream.text()).toMatch(/^retry: \d+\n\n/);
      await hangUp(api, stream);
    });

    it.each([
      ['COMPLETE', 'complete'],
      ['PARTIAL_COMPLETE', 'complete'],
      ['FAILED', 'failed'],
      ['RETRY_FAILED', 'failed'],
      ['CANCELLED', 'cancelled'],
    ])('when a job becomes %s, then the last event is %s', async (status, name) => {
      const { id } = await insertJob(api.db, 'PROCESSING', { error_code: 'E302', error_message: 'No.' });
      const stream = await openEventStream(api.port, id);
      await stream.next();

      await change(id, `status = '${status}'`);

      expect(await stream.rest()).toMatchObject([
        { id: 2, event: name, data: { status, previousStatus: 'PROCESSING' } },
      ]);
    });

    it('when a job was imported in a terminal status, then that is its only event', async () => {
      const { id } = await insertJob(api.db, 'FAILED');

      const stream = await openEventStream(api.port, id);

      expect(await stream.rest()).toMatchObject([{ id: 1, event: 'failed', data: { previousStatus: null } }]);
    });

    it('when /process/:id/events is asked for, then it is the same stream', async () => {
      const { id } = await insertJob(api.db, 'FAILED');

      const { text } = await request(api.server).get(`/api/v1/process/${id}/events`).expect(200);

      expect(text).toContain('event: failed\n');
    });
  });

  describe('resuming', () => {
    it.each(Array.from({ length: LIFE_LENGTH - 1 }, (_, index) => index + 1))(
      'when a reader that has seen event %i goes on at another process, then it gets the others, each once, in order',
      async (seen) => {
        const { id } = await insertJob(api.db);
        await live(id, LIFE.slice(0, 4));
        const first = await openEventStream(api.port, id);
        const events = [];
        for (let index = 1; index <= Math.min(seen, 5); index += 1) events.push(await first.next());
        for (let index = 5; index < seen; index += 1) {
          await change(id, LIFE[index - 1]!);
          events.push(await first.next());
        }
        await hangUp(api, first);
        await live(id, LIFE.slice(Math.max(seen, 5) - 1));

        const second = await openEventStream(other.port, id, { headers: { 'Last-Event-ID': String(seen) } });
        events.push(...(await second.rest()));

        expect(events.map((event) => event?.id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
        expect(events.map((event) => event?.event)).toEqual(NAMES);
      },
    );

    it('when the id comes as a parameter, then it counts as well, but the header wins', async () => {
      const { id } = await insertJob(api.db);
      await live(id);
      const firstId = async (query: string, headers = {}) =>
        (await (await openEventStream(api.port, id, { query, headers })).rest())[0]?.id;

      expect(await firstId('?lastEventId=3')).toBe(4);
      expect(await firstId('?lastEventId=0')).toBe(1);
      expect(await firstId('?lastEventId=3', { 'Last-Event-ID': '6' })).toBe(7);
      expect(await firstId('?lastEventId=3', { 'Last-Event-ID': '' })).toBe(4);
    });

    it('when the last event was seen, then 204 tells the browser to stop', async () => {
      const { id } = await insertJob(api.db);
      await live(id);

      const response = await get(`${id}/events`).set('Last-Event-ID', String(LIFE_LENGTH));

      expect([response.status, response.text]).toEqual([204, '']);
    });

    it('when a finished job changed once more, then its end is still its end', async () => {
      const { id } = await insertJob(api.db);
      await live(id);
      await change(id, `progress_percent = 99`);

      const stream = await openEventStream(api.port, id, { headers: { 'Last-Event-ID': '7' } });

      expect((await stream.rest()).map((event) => event.id)).toEqual([8]);
      expect((await get(`${id}/events?lastEventId=8`)).status).toBe(204);
    });

    it.each(['nonsense', '-1', '1.5', '1e1', '0x1', '99999999999', '2147483648', '2', ' 1 1', '1,2'])(
      'when the last event is said to be %j, then 400 E801 names the field',
      async (lastEventId) => {
        const { id } = await insertJob(api.db);

        const byHeader = await get(`${id}/events`).set('Last-Event-ID', lastEventId);
        const byQuery = await get(`${id}/events`).query({ lastEventId });

        expect([byHeader.status, byHeader.body.code]).toEqual([400, 'E801']);
        expect(byHeader.body.errors).toMatchObject([{ field: 'Last-Event-ID' }]);
        expect([byQuery.status, byQuery.body.code]).toEqual([400, 'E801']);
      },
    );

    it('when there are other parameters, or one twice, then 400 E801', async () => {
      const { id } = await insertJob(api.db, 'FAILED');

      for (const query of ['since=1', 'lastEventId=0&lastEventId=0', 'lastEventId=']) {
        expect([query, (await get(`${id}/events?${query}`)).body.code]).toEqual([query, 'E801']);
      }
    });
  });

  it('when there is no such job of the client, then 404 E501', async () => {
    const strangers = await insertJob(api.db, 'COMPLETE', { client_id: 'stranger' });

    for (const id of [UNKNOWN_ID, strangers.id, 'nonsense']) {
      const { body, status, headers } = await get(`${id}/events`);
      expect([status, body.code]).toEqual([404, 'E501']);
      expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    }
  });

  it('when only the head is asked for, then it comes without a stream', async () => {
    const { id } = await insertJob(api.db);

    const response = await request(api.server).head(`/api/v1/jobs/${id}/events`);

    expect([response.status, response.headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8']);
  });

  describe('what others do to the job', () => {
    it('when it is cancelled at another process, then the stream says so and ends', async () => {
      const { id } = await insertJob(api.db);
      const stream = await openEventStream(api.port, id);
      await stream.next();

      await request(other.server).post(`/api/v1/jobs/${id}/cancel`).expect(200);

      expect(await stream.rest()).toMatchObject([{ event: 'cancelled', data: { status: 'CANCELLED' } }]);
    });

    it('when it is deleted at another process, then the stream ends, and asking again is 404', async () => {
      const { id } = await insertJob(api.db);
      const stream = await openEventStream(api.port, id);
      await stream.next();

      await request(other.server).delete(`/api/v1/jobs/${id}`).expect(204);

      expect(await stream.next()).toBeUndefined();
      expect((await get(`${id}/events`).set('Last-Event-ID', '1')).status).toBe(404);
    });
  });
});

/** Hangs up, and waits until the server has noticed. */
async function hangUp({ watch }: TestApi, stream: { close(): void }): Promise<void> {
  const before = watch.size;
  stream.close();
  while (watch.size >= before) await nextTurn();
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
