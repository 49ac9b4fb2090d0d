import { parse } from 'csv-parse/sync';
import request from 'supertest';
import { insertJob } from '../support/job-rows.js';
import { connectRaw } from '../support/raw-http.js';
import { startTestApi, type TestApi } from '../support/test-api.js';

describe('GET /history/export', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await startTestApi();
  });

  afterAll(() => api.close());

  const get = (query: string) => request(api.server).get(`/api/v1/history/export?${query}`);

  /** Rows by the million are the database's to make. */
  const insertMany = (session: string, count: number) =>
    api.db.rows(
      `INSERT INTO jobs (id, client_id, session_id, input_type, file_name, created_at)
       SELECT gen_random_uuid(), 'local', $1, 'FILE', repeat('x', 200), now() - n * interval '1 second'
       FROM generate_series(1, $2::int) AS n`,
      [session, count],
    );

  const openCursors = async () =>
    Number(
      (
        await api.db.row<{ count: string }>(
          `SELECT count(*) FROM pg_stat_activity
           WHERE usename = 'docling_app' AND datname = current_database() AND state <> 'idle'`,
        )
      ).count,
    );

  it('when NDJSON is asked for, then each line is a job, newest first, over all batches', async () => {
    await insertMany('lines', 1_200);

    const response = await get('sessionId=lines&format=ndjson').buffer(true).parse(asText);

    expect(response.status).toBe(200);
    expect(response.headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
    expect(response.headers['content-disposition']).toBe('attachment; filename=history-lines.ndjson');
    const jobs = (response.body as string)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { createdAt: string; results: unknown });
    expect(jobs).toHaveLength(1_200);
    const times = jobs.map(({ createdAt }) => createdAt);
    expect(times).toEqual([...times].sort().reverse());
    expect(jobs[0]?.results).toEqual([]);
  });

  it('when CSV is asked for, then it reads back, and no cell is a formula', async () => {
    await insertJob(api.db, 'PARTIAL_COMPLETE', { session_id: 'sheet', file_name: '=1+1,"x"\n.md' });
    await insertJob(api.db, 'PENDING', { session_id: 'sheet', file_name: '@SUM(A1)' });

    const response = await get('sessionId=sheet&format=csv');

    expect(response.headers['content-type']).toMatch(/^text\/csv; charset=utf-8/);
    const rows = parse(response.text, { columns: true }) as Record<string, string>[];
    expect(rows.map((row) => row['fileName']).sort()).toEqual(['\'=1+1,"x"\n.md', "'@SUM(A1)"]);
    expect(rows.map((row) => row['results']).sort()).toEqual(['', 'markdown:19']);
    expect(rows[0]?.['createdAt']).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  it('when a session has no jobs, then NDJSON is empty and CSV has its header', async () => {
    const lines = await get('sessionId=nobody').buffer(true).parse(asText);
    const sheet = await get('sessionId=nobody&format=csv');

    expect([lines.status, lines.body]).toEqual([200, '']);
    expect(sheet.text).toMatch(/^id,sessionId,status,.*,results\r\n$/);
  });

  it('when the session is named by more than letters, then the file name is a safe one', async () => {
    const response = await get(`sessionId=${encodeURIComponent('../a "b"; ü')}&format=csv`);

    expect(response.headers['content-disposition']).toBe('attachment; filename=history-.._a_b_.csv');
  });

  it('when only the headers are asked for, then no history is read', async () => {
    const response = await request(api.server).head('/api/v1/history/export?sessionId=lines&format=csv');

    expect(response.status).toBe(200);
    expect(response.headers['content-disposition']).toContain('history-lines.csv');
  });

  describe('when a client reads slowly', () => {
    beforeAll(() => insertMany('long', 40_000));

    const begin = async () => {
      const client = await connectRaw(api.port);
      await client.send('GET /api/v1/history/export?sessionId=long HTTP/1.1\r\nHost: x\r\n\r\n');
      await client.receive(/HTTP\/1\.1 200 OK[^]*"sessionId":"long"/);
      client.socket.pause();
      return client;
    };

    it('then a third export is refused with Retry-After, and the connections are free when it has gone', async () => {
      const clients = [await begin(), await begin()];

      const third = await get('sessionId=long');
      const busy = await openCursors();
      for (const client of clients) client.socket.destroy();
      while ((await openCursors()) > 0 || api.db.database.state().inUse > 0) await nextTurn();
      const fourth = await get('sessionId=nobody');

      expect(third.status).toBe(429);
      expect(third.body).toMatchObject({ code: 'E601', retryable: true });
      expect(third.headers['retry-after']).toBe('10');
      expect(busy).toBe(2);
      expect(fourth.status).toBe(200);
      expect(api.logLines().filter(({ level }) => level === 'error')).toEqual([]);
    });

    it('then a failure after the first byte breaks the connection off', async () => {
      const client = await begin();

      await api.db.rows(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE usename = 'docling_app' AND datname = current_database() AND state <> 'idle'`,
      );
      client.socket.resume();
      const received = await client.untilClosed();

      expect(received).not.toMatch(/\r\n0\r\n\r\n$/);
      expect(api.logLines().some(({ level, code }) => level === 'error' && code === 'E401')).toBe(true);
    });
  });

  it('when the database fails before the first byte, then a problem is answered', async () => {
    await api.db.rows('REVOKE SELECT ON jobs FROM docling_app');
    try {
      const response = await get('sessionId=lines');

      expect(response.status).toBe(500);
      expect(response.headers['content-type']).toBe('application/problem+json');
      expect(response.headers['content-disposition']).toBeUndefined();
    } finally {
      await api.db.rows('GRANT SELECT ON jobs TO docling_app');
    }
  });
});

function asText(response: request.Response, done: (error: Error | null, text: string) => void): void {
  const stream = response as unknown as NodeJS.ReadableStream;
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  stream.on('end', () => {
    done(null, text);
  });
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
