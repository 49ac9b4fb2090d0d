import { PassThrough } from 'node:stream';
import request from 'supertest';
import { createConverter } from '../../src/conversion/client/create-converter.js';
import { EventRepository } from '../../src/events/event-repository.js';
import { JobRepository } from '../../src/jobs/job-repository.js';
import { TransitionRecorder } from '../../src/jobs/transitions.js';
import { createLogger, type Logger } from '../../src/observability/logger.js';
import { Rescuer } from '../../src/processing/rescuer.js';
import { GatedConverter } from '../support/gated-converter.js';
import { insertJob } from '../support/job-rows.js';
import { startTestApi, type TestApi } from '../support/test-api.js';
import { createTestWorker, type TestWorker } from '../support/test-worker.js';

const LEASE_MS = 30_000;

interface Change {
  readonly from: string | null;
  readonly to: string;
}

/** What a web and a worker process log of the jobs that both change, against the audit trail. */
describe('the log of transitions', () => {
  let api: TestApi;
  let gate: GatedConverter;
  let working: TestWorker;
  let logger: Logger;
  let lines: Record<string, unknown>[];

  beforeEach(async () => {
    api = await startTestApi();
    const output = new PassThrough();
    lines = [];
    output.on('data', (chunk: Buffer) => lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>));
    logger = createLogger({ level: 'debug', service: 'worker', output });
    gate = new GatedConverter(createConverter({ url: undefined, command: undefined, memoryMb: 256, poolSize: 1 }));
    working = await createTestWorker({ db: api.db, storage: api.storage, converter: gate, logger, leaseMs: LEASE_MS });
  });
  afterEach(async () => {
    await working.close();
    await api.close();
  });

  const isTransition = ({ message }: Record<string, unknown>) => message === 'job transition';
  const ofWeb = () => api.logLines().filter(isTransition);
  const ofWorker = () => lines.filter(isTransition);
  const rescuer = () => {
    const { metrics, folders } = working;
    const transitions = new TransitionRecorder(logger, metrics);
    const [jobs, events] = [new JobRepository(api.db.database), new EventRepository(api.db.database)];
    return new Rescuer({ jobs, events, folders, leaseMs: LEASE_MS, metrics, transitions, logger });
  };

  async function submit(requestId: string, content = 'a,b\n1,2\n'): Promise<string> {
    const post = request(api.url).post('/api/v1/process').set('X-Request-Id', requestId).field('sessionId', 's');
    const { body } = await post.attach('file', Buffer.from(content), 'name-of-client.csv').expect(200);
    return body.jobId as string;
  }

  /** The lines of all processes about one job, in order, as the trail has it. */
  function told(jobId: string): Change[] {
    const all = [...ofWeb(), ...ofWorker()].filter((line) => line['jobId'] === jobId);
    const inOrder = all.sort((one, other) => String(one['timestamp']).localeCompare(String(other['timestamp'])));
    return inOrder.map(({ from, to }) => ({ from, to }) as Change);
  }
  const happened = (jobId: string) =>
    api.db.rows<Change & Record<string, unknown>>(
      `SELECT from_status AS "from", to_status AS "to" FROM job_events
       WHERE job_id = $1 AND from_status IS DISTINCT FROM to_status ORDER BY seq`,
      [jobId],
    );

  test('when a job is made, worked and completed, then each change is one line, where it was made, with what it stems from', async () => {
    const jobId = await submit('the-request');
    gate.openGate();
    await working.workAll();

    expect(told(jobId)).toEqual(await happened(jobId));
    expect(ofWeb()).toMatchObject([
      { level: 'info', jobId, from: null, to: 'PENDING', requestId: 'the-request', clientId: 'local' },
    ]);
    const byWorker = { level: 'info', jobId, workerId: working.id, attempt: 1, ms: expect.any(Number) };
    expect(ofWorker()).toMatchObject([
      { ...byWorker, from: 'PENDING', to: 'UPLOADING', stage: 'upload' },
      { ...byWorker, from: 'UPLOADING', to: 'PROCESSING', stage: 'parsing' },
      { ...byWorker, from: 'PROCESSING', to: 'COMPLETE', stage: 'saving' },
    ]);
    expect(JSON.stringify([...api.logLines(), ...lines])).not.toContain('name-of-client');
    const stored = await api.db.row<{ bytes: number }>('SELECT sum(size_bytes)::int AS bytes FROM results');
    const { values } = await working.metrics.resultsBytes.get();
    expect(values.reduce((sum, { value }) => sum + value, 0)).toBe(stored.bytes);
  });

  test('when the same request comes again by its key, then the job is told of once', async () => {
    const post = () =>
      request(api.url)
        .post('/api/v1/process')
        .set('Idempotency-Key', 'k')
        .send({ sessionId: 's', inputType: 'URL', inputUrl: 'https://example.org/' })
        .expect(200);

    await post();
    await post();

    expect(ofWeb()).toHaveLength(1);
  });

  test('when a running job is cancelled, then the web process tells, with the time that it had run', async () => {
    const jobId = await submit('first');
    await working.worker.claimOnce();
    await gate.arrival();
    await api.db.rows(
      `UPDATE job_events SET occurred_at = now() - interval '1 hour' WHERE job_id = $1 AND to_status = 'PROCESSING'
       AND from_status = 'UPLOADING'`,
      [jobId],
    );
    await request(api.url).post(`/api/v1/jobs/${jobId}/cancel`).set('X-Request-Id', 'second').expect(200);
    await working.worker.lookOnce();
    await working.worker.idle();
    await request(api.url).post(`/api/v1/jobs/${jobId}/cancel`).expect(409);

    expect(told(jobId)).toEqual(await happened(jobId));
    const line = ofWeb().find(({ to }) => to === 'CANCELLED');
    expect(line).toMatchObject({ from: 'PROCESSING', requestId: 'second', attempt: 1, stage: 'conversion' });
    expect(Math.round(Number(line!['ms']) / 60_000)).toBe(60);
    const { values } = await api.metrics.stateDuration.get();
    expect(values.find(({ metricName }) => metricName?.endsWith('_count'))).toMatchObject({
      labels: { status: 'PROCESSING' },
      value: 1,
    });
  });

  test('when a job has waited for an hour and fails for good, then its wait and the code of its failure are told', async () => {
    const { id } = await insertJob(api.db, 'RETRY_UPLOAD', {
      input_path: '/nowhere/at-all.csv',
      updated_at: new Date(Date.now() - 3_600_000),
    });
    await working.workAll();

    const [claim, failure] = ofWorker();
    expect(claim).toMatchObject({ jobId: id, from: 'RETRY_UPLOAD', to: 'UPLOADING' });
    expect(Math.round(Number(claim!['ms']) / 60_000)).toBe(60);
    expect(failure).toMatchObject({ from: 'UPLOADING', to: 'FAILED', errorCode: 'E104' });
    expect(JSON.stringify(lines)).not.toContain('at-all');
  });

  test('when a failed attempt is to be repeated, then it is a retry; when a worker gives a job back, then it is none', async () => {
    const retried = await insertJob(api.db, 'PENDING', {
      input_type: 'URL',
      input_path: null,
      input_url: 'http://127.0.0.1:1/',
    });
    await working.workAll();
    const given = await submit('given');
    await working.worker.claimOnce();
    await gate.arrival();
    await working.worker.drain(0);

    expect(told(retried.id).slice(-1)).toEqual([{ from: 'UPLOADING', to: 'RETRY_UPLOAD' }]);
    expect(told(given)).toEqual(await happened(given));
    expect(ofWorker().at(-1)).toMatchObject({ from: 'PROCESSING', to: 'RETRY_PENDING', cause: 'hand-back' });
    const { values } = await working.metrics.retries.get();
    expect(values.filter(({ value }) => value > 0)).toMatchObject([{ labels: { status: 'RETRY_UPLOAD' }, value: 1 }]);
  });

  test('when a lost worker’s job is rescued, then that is a warning, with whose it was and how long it ran', async () => {
    const jobs = new JobRepository(api.db.database);
    const { id } = await insertJob(api.db);
    await jobs.claimBatch('lost-worker', 1, LEASE_MS);
    await api.db.rows(`UPDATE job_leases SET expires_at = now() - interval '1 s'`);
    await api.db.rows(`UPDATE job_events SET occurred_at = now() - interval '1 hour' WHERE to_status = 'UPLOADING'`);

    await rescuer().runOnce();

    const [line, ...others] = ofWorker();
    expect(others).toEqual([]);
    expect(line).toMatchObject({
      level: 'warn',
      jobId: id,
      from: 'UPLOADING',
      to: 'RETRY_PENDING',
      workerId: 'lost-worker',
      attempt: 1,
      errorCode: 'E201',
      cause: 'rescue',
    });
    expect(Math.round(Number(line!['ms']) / 60_000)).toBe(60);
  });

  test('when the audit trail cannot be read after a cancellation, then it is cancelled and told of all the same', async () => {
    const { id } = await insertJob(api.db, 'RETRY_SAVE');
    await api.db.rows('REVOKE SELECT ON job_events FROM docling_app');

    await request(api.url).post(`/api/v1/jobs/${id}/cancel`).expect(200);

    const [line] = ofWeb();
    expect(line).toMatchObject({ jobId: id, to: 'CANCELLED' });
    expect(line).not.toHaveProperty('ms');
  });
});
