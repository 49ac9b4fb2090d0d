import { randomUUID } from 'node:crypto';
import { jest } from '@jest/globals';
import request, { type Response } from 'supertest';
import { IdempotencyRepository } from '../../src/jobs/idempotency-repository.js';
import type { Database } from '../../src/database/database.js';
import { FORM_END, connectRaw, formPart } from '../support/raw-http.js';
import { startTestApi, type TestApi } from '../support/test-api.js';
import { openTestPool } from '../support/test-database.js';

const ALL_BUT_INTERVALS = [
  'Date',
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setTimeout',
  'clearTimeout',
] as const;

describe('requests with an Idempotency-Key', () => {
  let api: TestApi;
  /** Another web process over the same database and storage. */
  let otherApi: TestApi;
  let otherPool: Database;

  beforeAll(async () => {
    api = await startTestApi();
    otherPool = openTestPool(api.db.appUrl);
    otherApi = await startTestApi({ parts: { database: otherPool, storage: api.storage } });
    await api.db.rows(`INSERT INTO clients (id, name) VALUES ('stranger', 'stranger')`);
  });
  beforeEach(async () => {
    await api.db.rows('DELETE FROM jobs');
    await api.db.rows('DELETE FROM idempotency_keys');
    for (const file of await api.storedFiles()) await api.storage.remove(file);
  });
  afterAll(async () => {
    await otherApi.close();
    await otherPool.close();
    await api.close();
  });

  const post = (key: string, to = api) => request(to.server).post('/api/v1/process').set('Idempotency-Key', key);
  const upload = (key: string, { content = '# x', name = 'x.md', sessionId = 's', to = api } = {}) =>
    post(key, to).field('sessionId', sessionId).attach('file', Buffer.from(content), name);
  const reference = (key: string, fields: object = {}, to = api) =>
    post(key, to).send({ sessionId: 's', inputType: 'URL', inputUrl: 'https://example.com/', ...fields });
  const keys = () =>
    api.db.rows<{ job_id: string | null; ms: number }>(
      `SELECT job_id, extract(epoch FROM expires_at - now())::float8 * 1000 AS ms FROM idempotency_keys`,
    );
  const idOf = ({ body }: Response) => (body as { jobId: string }).jobId;

  const waitFor = async (condition: () => Promise<boolean>) => {
    for (let tries = 0; tries < 500; tries += 1) {
      if (await condition()) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error('what was waited for did not happen');
  };

  /** A form on its way, of which only the first part of the file has been sent; its key is claimed. */
  const beginUpload = async (key: string) => {
    const connection = await connectRaw(api.port);
    const head = [
      'POST /api/v1/process HTTP/1.1',
      'Host: localhost',
      'Content-Type: multipart/form-data; boundary=edge',
      `Idempotency-Key: ${key}`,
      'Transfer-Encoding: chunked',
      '\r\n',
    ].join('\r\n');
    const sendChunk = (text: string) => connection.send(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`);
    await connection.send(head);
    await sendChunk(formPart('name="sessionId"', 's'));
    await sendChunk('--edge\r\nContent-Disposition: form-data; name="file"; filename="x.md"\r\n\r\n# x');
    await waitFor(async () => (await keys()).length === 1);
    return {
      socket: connection.socket,
      finish: async () => {
        await sendChunk(`\r\n${FORM_END}`);
        await connection.send('0\r\n\r\n');
        return connection.receive(/"history":/);
      },
    };
  };

  it('when an upload is repeated, then it answers with the same job as it now is, and stores nothing', async () => {
    const first = await upload('k').expect(200);
    await api.db.rows(`UPDATE jobs SET status = 'CANCELLED'`);

    const second = await upload('k', { to: otherApi }).expect(200);

    expect(first.headers).not.toHaveProperty('idempotency-replayed');
    expect(second.headers).toMatchObject({ 'idempotency-replayed': 'true', location: first.headers['location'] });
    expect(second.body).toEqual({ ...first.body, status: 'CANCELLED' });
    expect(await api.countJobs()).toBe(1);
    expect(await api.storedFiles()).toHaveLength(1);
    const [key] = await keys();
    expect(Math.round(key!.ms / 3_600_000)).toBe(24);
  });

  it('when JSON is repeated, then defaults that are said aloud make no difference', async () => {
    const first = await reference('k').expect(200);
    const second = await reference('k', { maxRetries: 3 }).expect(200);

    expect(idOf(second)).toBe(idOf(first));
    expect(second.headers['idempotency-replayed']).toBe('true');
    expect(await api.countJobs()).toBe(1);
  });

  it.each([
    ['another content', { content: '# y' }],
    ['another file name', { name: 'y.md' }],
    ['another session', { sessionId: 't' }],
  ])('when the key comes with %s, then 422, and nothing is stored', async (_, change) => {
    await upload('k').expect(200);

    const { body, status } = await upload('k', change);

    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'E802', status: 422, retryable: false });
    expect(body.errors).toEqual([{ field: 'Idempotency-Key', reason: expect.any(String) }]);
    expect(await api.countJobs()).toBe(1);
    expect(await api.storedFiles()).toHaveLength(1);
  });

  it('when the key of an upload comes with JSON, or with another URL, then 422', async () => {
    await upload('upload').expect(200);
    await reference('url').expect(200);

    expect((await reference('upload')).status).toBe(422);
    expect((await reference('url', { inputUrl: 'https://example.com/other' })).status).toBe(422);
  });

  it('when the twin is still on its way, then 409 at once, in every process, and the twin ends as if alone', async () => {
    const twin = await beginUpload('k');

    for (const to of [api, otherApi]) {
      const { body, status, headers } = await upload('k', { to });
      expect(status).toBe(409);
      expect(body).toMatchObject({ code: 'E802', status: 409, retryable: true });
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    }

    expect(await twin.finish()).toMatch(/^HTTP\/1\.1 200 /);
    twin.socket.destroy();
    expect((await upload('k').expect(200)).headers['idempotency-replayed']).toBe('true');
    expect(await api.countJobs()).toBe(1);
    expect(await api.storedFiles()).toHaveLength(1);
  });

  it.each([
    ['uploads', (to: TestApi) => upload('k', { to })],
    ['references', (to: TestApi) => reference('k', {}, to)],
  ])('when 64 equal %s arrive at once at two processes, then there is one job', async (_, send) => {
    const responses = await Promise.all(
      Array.from({ length: 64 }, async (__, index) => send(index % 2 === 0 ? api : otherApi)),
    );

    const made = responses.filter(({ status }) => status === 200);
    const first = made.filter(({ headers }) => !headers['idempotency-replayed']);
    expect(first).toHaveLength(1);
    expect(new Set(made.map(idOf)).size).toBe(1);
    expect(responses.map(({ status }) => status).filter((status) => status !== 200 && status !== 409)).toEqual([]);
    expect(await api.countJobs()).toBe(1);
    expect((await api.storedFiles()).length).toBeLessThanOrEqual(1);
    expect(await keys()).toMatchObject([{ job_id: idOf(first[0]!) }]);
  });

  it('when a request takes long, then it shows signs of life, and keeps its key', async () => {
    jest.useFakeTimers({ doNotFake: [...ALL_BUT_INTERVALS] });
    try {
      const slow = await beginUpload('k');
      await api.db.rows(`UPDATE idempotency_keys SET expires_at = now() + interval '1 second'`);

      jest.advanceTimersByTime(10_000);
      await waitFor(async () => (await keys())[0]!.ms > 8_000);

      expect((await upload('k')).status).toBe(409);
      slow.socket.destroy();
      await waitFor(async () => (await keys()).length === 0);
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });

  it('when a request fails, then its key may be used again, even for another', async () => {
    await upload('k', { content: '\0\x01\x02', name: 'x.bin' }).expect(415);
    await reference('k', { inputUrl: 'http://127.0.0.1/' }).expect(400);
    expect(await keys()).toEqual([]);

    const { headers } = await upload('k').expect(200);

    expect(headers).not.toHaveProperty('idempotency-replayed');
  });

  it('when the client hangs up in the middle, then its key may be used again', async () => {
    const { socket } = await beginUpload('k');

    socket.destroy();
    await waitFor(async () => (await keys()).length === 0);

    expect((await upload('k')).status).toBe(200);
  });

  it.each([
    ['empty', ''],
    ['too long', 'k'.repeat(256)],
    ['beyond ASCII', 'clé'],
    ['with a tab', 'a\tb'],
  ])('when a key is %s, then 400, and nothing is read', async (_, key) => {
    const { body, status } = await upload(key);

    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'E802', errors: [{ field: 'Idempotency-Key' }] });
    expect(await api.storedFiles()).toEqual([]);
  });

  it('when a key has 255 characters, then it is one', async () => {
    await upload('~'.repeat(255)).expect(200);
    expect((await upload('~'.repeat(255)).expect(200)).headers['idempotency-replayed']).toBe('true');
  });

  it('when another client has used the key, then that has nothing to do with this one', async () => {
    await api.db.rows(
      `INSERT INTO idempotency_keys (client_id, key, claim_id, expires_at)
       VALUES ('stranger', 'k', gen_random_uuid(), now() + interval '1 hour')`,
    );

    expect((await upload('k')).status).toBe(200);
  });

  it('when the job is deleted, then its key makes a new one', async () => {
    const first = await upload('k').expect(200);
    await request(api.server)
      .delete(`/api/v1/jobs/${idOf(first)}`)
      .expect(204);

    const second = await upload('k').expect(200);

    expect(idOf(second)).not.toBe(idOf(first));
    expect(second.headers).not.toHaveProperty('idempotency-replayed');
  });

  it('when a day has passed, then the key makes a new job, and the old job stays', async () => {
    const first = await upload('k').expect(200);
    await api.db.rows(`UPDATE idempotency_keys SET expires_at = now()`);

    const second = await upload('k', { content: '# y' }).expect(200);

    expect(idOf(second)).not.toBe(idOf(first));
    expect(await api.countJobs()).toBe(2);
  });

  describe('claims', () => {
    const claimOf = (claimId = randomUUID()) => ({ clientId: 'local', key: 'k', claimId });
    const job = {
      clientId: 'local',
      sessionId: 's',
      inputType: 'URL' as const,
      inputPath: null,
      inputUrl: 'https://example.com/',
      fileName: null,
      fileSize: null,
      fileMime: null,
      timeoutMs: null,
      maxRetries: 3,
    };
    const hash = Buffer.alloc(32, 1);
    let repository: IdempotencyRepository;
    beforeAll(() => {
      repository = new IdempotencyRepository(api.db.database);
    });

    it('when its process was killed, then the key is blocked until the claim has run out, and no longer', async () => {
      await repository.claim(claimOf(), 30_000);
      expect((await upload('k')).status).toBe(409);
      await api.db.rows(`UPDATE idempotency_keys SET expires_at = now()`);

      expect((await upload('k')).status).toBe(200);
    });

    it('when a claim was taken over, then its first owner makes no job, and cannot give the key away', async () => {
      const stalled = claimOf();
      await repository.claim(stalled, 0);
      const next = claimOf();
      expect(await repository.claim(next, 30_000)).toMatchObject({ claimed: true });

      expect(await repository.insertJob(stalled, hash, job)).toBeUndefined();
      await repository.release(stalled);
      await repository.prolong(stalled, 0);
      expect(await keys()).toMatchObject([{ job_id: null }]);

      expect(await api.countJobs()).toBe(0);
      expect(await repository.insertJob(next, hash, job)).toMatchObject({ id: expect.any(String) });
      expect(await repository.claim(claimOf(), 30_000)).toMatchObject({ claimed: false, requestHash: hash });
    });

    it('when a claim has run out but nobody has taken it over, or it was even forgotten, then its job is made all the same', async () => {
      const slow = claimOf();
      await repository.claim(slow, 0);
      expect(await repository.deleteExpired(10)).toBe(1);

      const made = await repository.insertJob(slow, hash, job);

      expect(await keys()).toMatchObject([{ job_id: made!.id }]);
    });

    it('when a statement is sent twice, then it is as if it had been sent once', async () => {
      const claim = claimOf();
      const id = randomUUID();

      expect(await repository.claim(claim, 30_000)).toMatchObject({ claimed: true });
      expect(await repository.claim(claim, 30_000)).toMatchObject({ claimed: true });
      const answers = [
        await repository.insertJob(claim, hash, job, id),
        await repository.insertJob(claim, hash, job, id),
      ];
      await repository.release(claim);
      await repository.release(claim);

      expect(answers[0]).toEqual(answers[1]);
      expect(await api.countJobs()).toBe(1);
      expect(await keys()).toMatchObject([{ job_id: id }]);
    });

    it('when a claim is prolonged, then it holds on', async () => {
      const claim = claimOf();
      await repository.claim(claim, 0);
      await repository.prolong(claim, 30_000);

      expect(await repository.claim(claimOf(), 30_000)).toMatchObject({ claimed: false, jobId: null });
    });

    it('when expired keys are forgotten, then in bounded batches, and their jobs stay', async () => {
      for (const key of ['a', 'b', 'c']) await reference(key).expect(200);
      await api.db.rows(`UPDATE idempotency_keys SET expires_at = now() WHERE key <> 'c'`);

      expect(await repository.deleteExpired(1)).toBe(1);
      expect(await repository.deleteExpired(10)).toBe(1);
      expect(await keys()).toHaveLength(1);
      expect(await api.countJobs()).toBe(3);
    });
  });
});
