import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import request from 'supertest';
import { insertJob } from '../support/job-rows.js';
import { connectRaw } from '../support/raw-http.js';
import { startTestApi, type TestApi, type TestApiOptions } from '../support/test-api.js';

describe('Prefer: wait', () => {
  let api: TestApi;
  const start = async (options: TestApiOptions = {}) => {
    api = await startTestApi({ watchPollMs: 20, ...options });
  };
  // What holds a connection or a watch for good makes this run out of time.
  afterEach(async () => {
    await untilHeld(0);
    while (api.watch.size + api.db.database.state().inUse > 0) await new Promise((resolve) => setImmediate(resolve));
    await api.close();
  });

  const held = async () => (await api.metrics.requestsHeld.get()).values[0]?.value;
  const untilHeld = async (count: number) => {
    while ((await held()) !== count) await new Promise((resolve) => setImmediate(resolve));
  };
  const show = (id: string, prefer: string) => request(api.server).get(`/api/v1/jobs/${id}`).set('Prefer', prefer);
  const submit = (prefer: string) =>
    request(api.server)
      .post('/api/v1/process')
      .set('Prefer', prefer)
      .field('sessionId', 's')
      .attach('file', Buffer.from('# x'), 'x.md');
  /** Ends the newest job. */
  const cancelNewest = () =>
    api.db.rows(`UPDATE jobs SET status = 'CANCELLED' WHERE id = (SELECT id FROM jobs ORDER BY id DESC LIMIT 1)`);

  describe('on GET /jobs/:id', () => {
    it('when the job ends meanwhile, then the answer is the job as it then is', async () => {
      await start();
      const { id } = await insertJob(api.db);
      const answer = show(id, 'wait=60').then((response) => response);
      await untilHeld(1);
      expect(api.db.database.state().inUse).toBe(0);

      await api.db.rows(`UPDATE jobs SET status = 'UPLOADING' WHERE id = $1`, [id]);
      await api.db.rows(`UPDATE jobs SET status = 'FAILED', error_code = 'E004' WHERE id = $1`, [id]);

      const { status, body, headers } = await answer;
      expect(status).toBe(200);
      expect(body).toMatchObject({ id, status: 'FAILED', errorCode: 'E004' });
      expect(headers).toMatchObject({ 'preference-applied': 'wait=60', vary: 'Prefer' });
    });

    it('when the time is up, then the answer is the job as far as it came', async () => {
      await start();
      const { id } = await insertJob(api.db);
      const answer = show(id, 'wait=1').then((response) => response);
      await untilHeld(1);

      await api.db.rows(`UPDATE jobs SET status = 'UPLOADING' WHERE id = $1`, [id]);

      expect((await answer).body).toMatchObject({ id, status: 'UPLOADING' });
      expect((await answer).headers['preference-applied']).toBe('wait=1');
    });

    it('when the job is terminal, then the answer comes at once', async () => {
      await start();
      const { id } = await insertJob(api.db, 'COMPLETE');

      const { body, headers } = await show(id, 'wait=60');

      expect(body.status).toBe('COMPLETE');
      expect(headers['preference-applied']).toBe('wait=60');
    });

    it('when the job is deleted meanwhile, then 404', async () => {
      await start();
      const { id } = await insertJob(api.db);
      const answer = show(id, 'wait=60').then((response) => response);
      await untilHeld(1);

      await request(api.server).delete(`/api/v1/jobs/${id}`).expect(204);

      expect((await answer).status).toBe(404);
    });

    it('when there is no such job, then 404 comes at once', async () => {
      await start();

      expect((await show('01900000-0000-7000-8000-000000000000', 'wait=60')).status).toBe(404);
    });

    it('when more is preferred than there is, then it is 60 seconds', async () => {
      await start();
      const { id } = await insertJob(api.db, 'COMPLETE');

      expect((await show(id, 'respond-async, wait="99999"; x=y')).headers['preference-applied']).toBe('wait=60');
    });

    it.each(['return=minimal', 'wait', 'wait=soon', 'wait=-1', 'waiting=5', ''])(
      'when %j is preferred, then it is as if nothing were',
      async (prefer) => {
        await start();
        const { id } = await insertJob(api.db);

        const { status, headers } = await show(id, prefer);

        expect(status).toBe(200);
        expect(headers).not.toHaveProperty('preference-applied');
        expect(headers['vary']).toBe('Prefer');
      },
    );

    it('when the client hangs up, then nothing of its wait is left', async () => {
      await start();
      const { id } = await insertJob(api.db);
      const client = await connectRaw(api.port);
      await client.send(`GET /api/v1/jobs/${id} HTTP/1.1\r\nHost: x\r\nPrefer: wait=60\r\n\r\n`);
      await untilHeld(1);

      client.socket.resetAndDestroy();

      await untilHeld(0);
      const ended = api.logLines().find(({ message }) => message === 'request');
      expect(ended).toMatchObject({ aborted: true, jobId: id });
      expect(api.logLines().filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
    });

    it('when as many wait as may, then one more is answered at once', async () => {
      await start({ maxEventStreams: 1 });
      const { id } = await insertJob(api.db);
      const first = show(id, 'wait=60').then((response) => response);
      await untilHeld(1);

      const { status, headers } = await show(id, 'wait=60');

      expect(status).toBe(200);
      expect(headers).not.toHaveProperty('preference-applied');
      await cancelNewest();
      expect((await first).body.status).toBe('CANCELLED');
    });

    it('when 200 wait for jobs on five connections, then all are answered', async () => {
      await start();
      const jobs = await Promise.all(Array.from({ length: 200 }, () => insertJob(api.db)));
      const answers = jobs.map(({ id }) => show(id, 'wait=60').then(({ body }) => body as { status: string }));
      await untilHeld(200);

      await api.db.rows(`UPDATE jobs SET status = 'CANCELLED'`);

      expect((await Promise.all(answers)).every(({ status }) => status === 'CANCELLED')).toBe(true);
    });

    it('when the process ends, then the answer comes at once, and its connection closes', async () => {
      await start();
      const { id } = await insertJob(api.db);
      const path = `/api/v1/jobs/${id}`;
      const asked = get({ port: api.port, host: '127.0.0.1', path, headers: { Prefer: 'wait=60' } });
      await untilHeld(1);
      const closed = once(api.server, 'close');

      api.server.close();
      await api.watch.close();

      const [response] = (await once(asked, 'response')) as [IncomingMessage];
      expect([response.statusCode, response.headers.connection]).toEqual([200, 'close']);
      response.resume();
      await closed;
    });
  });

  describe('on POST /process', () => {
    it('when the job ends meanwhile, then the answer has the status that it reached', async () => {
      await start();
      const answer = submit('wait=60').then((response) => response);
      await untilHeld(1);

      await cancelNewest();

      const { status, body, headers } = await answer;
      expect(status).toBe(200);
      expect(body).toEqual({
        jobId: expect.any(String),
        status: 'CANCELLED',
        createdAt: expect.any(String),
        links: expect.any(Object),
      });
      expect(headers).toMatchObject({ 'preference-applied': 'wait=60', vary: 'Prefer' });
      expect(headers['location']).toBe(`/api/v1/jobs/${body.jobId}`);
    });

    it('when the time is up, then the answer has the status that it came to', async () => {
      await start();
      const answer = submit('wait=1').then((response) => response);
      await untilHeld(1);

      await api.db.rows(`UPDATE jobs SET status = 'UPLOADING'`);

      expect((await answer).body.status).toBe('UPLOADING');
    });

    it('when a JSON body makes the job, then it is held as well', async () => {
      await start();
      const answer = request(api.server)
        .post('/api/v1/process')
        .set('Prefer', 'wait=60')
        .send({ sessionId: 's', inputType: 'FILE', filePath: `${api.inputDir}/later.md` })
        .then((response) => response);
      await untilHeld(1);

      await cancelNewest();

      expect((await answer).body.status).toBe('CANCELLED');
    });

    it('when the client hangs up, then nothing of its wait is left, but the job', async () => {
      await start();
      const sent = submit('wait=60');
      const failed = sent.then(
        () => undefined,
        (error: unknown) => error,
      );
      await untilHeld(1);

      sent.abort();

      await untilHeld(0);
      expect(await api.countJobs()).toBe(1);
      void failed;
    });

    it('when the request is refused, then that comes at once', async () => {
      await start();

      const { status } = await request(api.server).post('/api/v1/process').set('Prefer', 'wait=60').send({});

      expect(status).toBe(400);
    });
  });
});
