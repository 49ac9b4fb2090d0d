import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import request from 'supertest';
import { ROOT } from '../support/generated.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** The compiled processes, as a Procfile and npm start run them. */
describe('the processes', () => {
  let dataDir: string;
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'docling-jobs-process-'));
    await chmod(dataDir, 0o711); // the embedded server runs as another user than root
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
    }
    await rm(dataDir, { recursive: true, force: true });
  });

  interface Run {
    readonly child: ChildProcess;
    output(): string;
    /** Resolves with the first match in what it prints. */
    says(pattern: RegExp): Promise<RegExpExecArray>;
    /** Its exit code, once it has ended. */
    ended(): Promise<number | null>;
  }

  function run(entry: string, args: readonly string[] = [], settings: NodeJS.ProcessEnv = {}): Run {
    const child = spawn(process.execPath, [path.join(ROOT, 'dist', entry), ...args], {
      env: { PATH: process.env['PATH'], DATA_DIR: dataDir, PORT: '0', METRICS_PORT: '0', ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    let output = '';
    let heard: () => void = () => undefined;
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        heard();
      });
    }
    const exit = once(child, 'exit').then(([code]) => code as number | null);
    return {
      child,
      output: () => output,
      says: async (pattern) => {
        for (;;) {
          const match = pattern.exec(output);
          if (match) return match;
          const ended = await Promise.race([
            exit.then(() => true),
            new Promise<false>((resolve) => (heard = () => resolve(false))),
          ]);
          if (ended && !pattern.test(output)) throw new Error(`it ended without saying ${pattern}:\n${output}`);
        }
      },
      ended: () => exit,
    };
  }

  describe('npm start: everything in one, with the embedded PostgreSQL', () => {
    const ready = /ready at (http:\S+)/;
    const urlOf = async (running: Run) => (await running.says(ready))[1]!;
    const upload = (url: string) =>
      request(url)
        .post('/api/v1/process')
        .field('sessionId', 's')
        .attach('file', Buffer.from('a,b\n'), 'a.csv')
        .expect(200);

    test('when it is told to end, then it exits 0 and PostgreSQL has ended with it, and the data is there the next time', async () => {
      const first = run('start.js');
      const url = await urlOf(first);
      const { body } = await upload(url);
      await request(url).get('/api/v1/jobs').set('Host', 'rebound.example').expect(403);
      const asked = run('db-url.js');
      expect(await asked.ended()).toBe(0);
      const databaseUrl = asked.output().trim();

      first.child.kill('SIGTERM');
      expect(await first.ended()).toBe(0);
      const client = new pg.Client({ connectionString: databaseUrl });
      await expect(client.connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      expect(await run('db-url.js').ended()).toBe(1);

      const second = run('start.js');
      const job = await request(await urlOf(second))
        .get(body.links.self)
        .expect(200);
      expect(job.body.fileName).toBe('a.csv');
    });

    test('when it is killed, then the next start adopts what is left and serves', async () => {
      const killed = run('start.js');
      await urlOf(killed);
      killed.child.kill('SIGKILL');
      await killed.ended();

      const next = run('start.js');

      expect((await upload(await urlOf(next))).status).toBe(200);
    });

    test('when the port is taken, then it says what to set, exits 1 and leaves no PostgreSQL behind', async () => {
      const first = run('start.js');
      const { port } = new URL(await urlOf(first));
      const other = await mkdtemp(path.join(tmpdir(), 'docling-jobs-process-'));
      await chmod(other, 0o711);

      const second = run('start.js', [], { PORT: port, DATA_DIR: other });

      expect(await second.ended()).toBe(1);
      expect(second.output()).toContain(`port ${port} is in use; set PORT`);
      expect(await run('db-url.js', [], { DATA_DIR: other }).ended()).toBe(1);
      await rm(other, { recursive: true });
    });
  });

  test('when settings are wrong, then each process names all of them and exits 1', async () => {
    for (const entry of ['start.js', 'web.js', 'worker.js', 'migrate.js']) {
      const refused = run(entry, [], { PORT: 'http', LEASE_MS: '1' });

      expect(await refused.ended()).toBe(1);
      expect(refused.output()).toMatch(/PORT[^]*LEASE_MS/);
      expect(refused.output()).not.toContain('    at '); // no stack
    }
  });

  describe('a Procfile deployment', () => {
    let db: TestDatabase;
    beforeAll(async () => {
      db = await createTestDatabase();
    });
    afterAll(() => db.drop());
    const settings = () => ({ DATABASE_URL: db.appUrl, DIRECT_DATABASE_URL: db.migrationUrl, WORKER_POLL_MS: '50' });

    test('when web takes a document and worker converts it, then both end with exit code 0', async () => {
      const web = run('web.js', [], settings());
      const worker = run('worker.js', [], settings());
      const [, url] = await web.says(/"url":"(http:[^"]+)"/);
      await worker.says(/working jobs/);

      const { body } = await request(url!)
        .post('/api/v1/process')
        .field('sessionId', 's')
        .attach('file', Buffer.from('# T\n'), 't.md')
        .expect(200);
      await worker.says(/"to":"COMPLETE"/);

      await request(url!).get(`${body.links.results}/html`).expect(200);
      for (const running of [web, worker]) {
        running.child.kill('SIGTERM');
        expect(await running.ended()).toBe(0);
      }
    });

    test('when a worker is to work nothing, then it says so and exits 1', async () => {
      const idle = run('worker.js', [], { ...settings(), WORKER_CONCURRENCY: '0' });

      expect(await idle.ended()).toBe(1);
      expect(idle.output()).toContain('WORKER_CONCURRENCY');
    });

    test('when the database is not there, then it says so without a stack', async () => {
      const lost = run('migrate.js', ['up'], { DATABASE_URL: 'postgres://u:secret@127.0.0.1:1/none' });

      expect(await lost.ended()).toBe(1);
      expect(lost.output()).toContain('The database cannot be reached');
      expect(lost.output()).not.toContain('secret');
    });

    test('when migrations go down, up and are listed, then the command does and says it', async () => {
      const migrate = async (...args: string[]) => {
        const running = run('migrate.js', args, settings());
        return { code: await running.ended(), output: running.output() };
      };

      const files = readdirSync(path.join(ROOT, 'db/migrations')).filter((file) => file.endsWith('.up.sql'));
      const newest = path.basename(files.sort().at(-1)!, '.up.sql');

      expect(await migrate('status')).toMatchObject({ code: 0, output: expect.stringContaining('0001_clients') });
      expect(await migrate('down')).toMatchObject({
        code: 0,
        output: expect.stringContaining(newest),
      });
      expect(await migrate('status')).toMatchObject({ code: 2, output: expect.stringContaining('pending') });
      expect(await migrate('up')).toMatchObject({ code: 0, output: expect.stringContaining(newest) });
      expect(await migrate('up')).toMatchObject({ code: 0, output: expect.stringContaining('Nothing to do') });
      expect(await migrate('sideways')).toMatchObject({ code: 1, output: expect.stringContaining('Usage') });
    });
  });
});
