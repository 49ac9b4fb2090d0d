import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfig } from '../../src/config.js';
import { createLogger } from '../../src/observability/logger.js';
import { Closing } from '../../src/runtime/closing.js';
import { serveHttp } from '../../src/runtime/serve-http.js';
import { openServices } from '../../src/runtime/services.js';
import { openEventStream } from '../support/event-stream.js';
import { insertJob } from '../support/job-rows.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** Event streams of web processes as they are put together for production. */
describe('event streams over the life of web processes', () => {
  let db: TestDatabase;
  let dataDir: string;
  const running = new Set<Closing>();

  beforeAll(async () => {
    db = await createTestDatabase();
    dataDir = await mkdtemp(path.join(tmpdir(), 'docling-jobs-events-'));
  });
  afterEach(async () => {
    for (const closing of running) await closing.close();
  });
  afterAll(async () => {
    await db.drop();
    await rm(dataDir, { recursive: true });
  });

  const startWeb = async (settings: NodeJS.ProcessEnv = {}) => {
    const config = loadConfig({
      NODE_ENV: 'test',
      DATABASE_URL: db.appUrl,
      DIRECT_DATABASE_URL: db.migrationUrl,
      DATA_DIR: dataDir,
      PORT: '0',
      ...settings,
    });
    const closing = new Closing();
    running.add(closing);
    const logger = createLogger({ level: 'silent', service: 'test' });
    const url = await serveHttp(await openServices({ config, logger, closing }, 'events'));
    return { port: Number(new URL(url).port), close: () => closing.close() };
  };
  const change = (id: string, status: string) => db.rows(`UPDATE jobs SET status = '${status}' WHERE id = $1`, [id]);
  const listeners = () =>
    db.rows(`SELECT FROM pg_stat_activity WHERE application_name = 'docling-jobs-listen' AND datname = $1`, [db.name]);

  test('when a process ends, then its streams end at once, nothing of it is left, and another one goes on', async () => {
    const { id } = await insertJob(db);
    const first = await startWeb();
    const second = await startWeb();
    const stream = await openEventStream(first.port, id);
    await stream.next();
    await change(id, 'UPLOADING');
    expect((await stream.next())?.id).toBe(2);

    await first.close();

    expect(await stream.rest()).toEqual([]);
    await change(id, 'PROCESSING');
    const resumed = await openEventStream(second.port, id, { headers: { 'Last-Event-ID': '2' } });
    expect((await resumed.next())?.id).toBe(3);
    await change(id, 'CANCELLED');
    expect((await resumed.rest()).map(({ id: seq }) => seq)).toEqual([4]);
    await second.close();
    while ((await listeners()).length > 0) await new Promise((resolve) => setImmediate(resolve));
  });

  test('when nothing can be heard on the direct connection, then the processes serve all the same', async () => {
    const { id } = await insertJob(db);
    const web = await startWeb({ DIRECT_DATABASE_URL: 'postgres://x:y@127.0.0.1:1/other' });
    const stream = await openEventStream(web.port, id);
    await stream.next();

    await change(id, 'CANCELLED');

    expect((await stream.rest()).map(({ event }) => event)).toEqual(['cancelled']);
  });
});
