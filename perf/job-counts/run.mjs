import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { loadCatalogue } from '../../dist/database/catalogue.js';
import { Database } from '../../dist/database/database.js';
import { ensureEmbeddedPostgres } from '../../dist/database/embedded/index.js';
import { migrateDown, migrateUp } from '../../dist/database/migrator.js';
import { DATABASE_NAME, provisionDatabase } from '../../dist/database/provision.js';
import { JobRepository } from '../../dist/jobs/job-repository.js';

/** The migration that brought the counts. */
const COUNTS = '0010_job_counts';
const CONNECTIONS = 5;
const JOBS_A_ROUND = 300;
/** Rounds that only warm up caches and the files of tables. */
const WARM_UP = 1;
const DELTAS = 40_000;

/**
 * @typedef {{ database: Database, superuser: pg.Client, jobs: JobRepository }} Site
 * @typedef {{ perSecond: number, cpuMs: number }} Taken jobs per second, and milliseconds of the server's processors for each
 * @typedef {{ create: Taken[], work: Taken[] }} Rounds
 */

/**
 * What counting costs those who write, with and without it in turns, and what reading the counts costs.
 *
 * @param {{ rounds: number, sizes: readonly number[], onLine: (line: string) => void }} options
 */
export async function measureJobCounts({ rounds, sizes, onLine }) {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'docling-jobs-perf-'));
  await chmod(dataDir, 0o711); // the server runs as another user than root
  const server = await ensureEmbeddedPostgres({ dataDir });
  try {
    const sites = { counting: await openSite(server, true), without: await openSite(server, false) };
    try {
      for (const synchronous of /** @type {const} */ (['on', 'off'])) {
        onLine(
          `synchronous_commit ${synchronous}${synchronous === 'off' ? ': without the disk, what processors do' : ''}`,
        );
        await compareWriting(sites, rounds, synchronous, onLine);
      }
      await measureReading(sites.counting, sizes, onLine);
    } finally {
      for (const { database, superuser } of Object.values(sites)) {
        await database.close();
        await superuser.end();
      }
    }
  } finally {
    await server.release();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/**
 * A database of its own, as the service has it.
 *
 * @param {Awaited<ReturnType<typeof ensureEmbeddedPostgres>>} server
 * @param {boolean} counting
 * @returns {Promise<Site>}
 */
async function openSite(server, counting) {
  await provisionDatabase({ superuserUrl: server.superuserUrl, passwords: server.passwords });
  const directUrl = server.roleUrl('docling_migration', DATABASE_NAME);
  await migrateUp({ directUrl });
  if (!counting) await migrateDown({ directUrl }, COUNTS);
  const name = `perf_${counting ? 'counting' : 'without'}`;
  const administrator = new pg.Client({ connectionString: server.superuserUrl('postgres') });
  await administrator.connect();
  await administrator.query(`ALTER DATABASE ${DATABASE_NAME} RENAME TO ${name}`);
  await administrator.end();
  const superuser = new pg.Client({ connectionString: server.superuserUrl(name) });
  await superuser.connect();
  const database = new Database({
    url: server.roleUrl('docling_app', name),
    applicationName: 'docling-jobs-perf',
    poolSize: CONNECTIONS,
    poolTimeoutMs: 60_000,
    poolMaxWaiting: 100_000,
    statementTimeoutMs: 600_000,
    preparedStatements: true,
    direct: true,
  });
  return { database, superuser, jobs: new JobRepository(database) };
}

/**
 * @param {Readonly<Record<'counting' | 'without', Site>>} sites
 * @param {number} rounds
 * @param {'on' | 'off'} synchronous
 * @param {(line: string) => void} onLine
 */
async function compareWriting(sites, rounds, synchronous, onLine) {
  for (const { superuser } of Object.values(sites)) {
    await superuser.query(`ALTER SYSTEM SET synchronous_commit = ${synchronous}`);
    await superuser.query('SELECT pg_reload_conf()');
  }
  /** @type {Record<'counting' | 'without', Rounds>} */
  const taken = { counting: { create: [], work: [] }, without: { create: [], work: [] } };
  for (let round = 0; round < WARM_UP + rounds; round += 1) {
    // Each goes first in every other round: the machine and its disk are not the same from minute to minute.
    const order = /** @type {const} */ (round % 2 === 0 ? ['counting', 'without'] : ['without', 'counting']);
    for (const site of order) {
      const create = await take(sites[site], createMany);
      const work = await take(sites[site], workAll);
      if (round < WARM_UP) continue;
      taken[site].create.push(create);
      taken[site].work.push(work);
    }
  }
  onLine(`  ${CONNECTIONS} connections, ${rounds} rounds of ${JOBS_A_ROUND} jobs: median (range)`);
  for (const kind of /** @type {const} */ (['create', 'work'])) {
    for (const measure of /** @type {const} */ (['perSecond', 'cpuMs'])) {
      const of = (/** @type {'counting' | 'without'} */ site) => taken[site][kind].map((round) => round[measure]);
      const ratios = of('counting').map((value, round) => value / (of('without')[round] ?? NaN));
      const digits = measure === 'cpuMs' ? 3 : 0;
      const compared = `without ${shown(of('without'), digits)}, counting ${shown(of('counting'), digits)}`;
      onLine(`  ${kind}, ${measure}: ${compared}, ratio by round ${shown(ratios, 2)}`);
    }
  }
}

/**
 * @param {Site} site
 * @param {(jobs: JobRepository) => Promise<void>} work
 * @returns {Promise<Taken>}
 */
async function take({ jobs, superuser }, work) {
  const cpuBefore = await cpuMsOf(superuser);
  const started = performance.now();
  await work(jobs);
  const seconds = (performance.now() - started) / 1_000;
  return { perSecond: JOBS_A_ROUND / seconds, cpuMs: ((await cpuMsOf(superuser)) - cpuBefore) / JOBS_A_ROUND };
}

/**
 * Milliseconds that the processes of the pool's connections have had a processor: what the kernel counts (Linux only, else
 * NaN), and what a busy machine disturbs least.
 *
 * @param {pg.Client} superuser
 */
async function cpuMsOf(superuser) {
  const { rows } = await superuser.query(
    `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'docling-jobs-perf'`,
  );
  let sum = 0;
  for (const { pid } of rows) {
    const text = await readFile(`/proc/${pid}/schedstat`, 'utf8').catch(() => 'NaN');
    sum += Number(text.split(' ')[0]) / 1e6;
  }
  return sum;
}

/** @param {JobRepository} jobs */
async function createMany(jobs) {
  const job = {
    clientId: 'local',
    sessionId: 'perf',
    inputType: /** @type {const} */ ('FILE'),
    inputPath: null,
    inputUrl: null,
    fileName: 'a.pdf',
    fileSize: 1_000,
    fileMime: 'application/pdf',
    timeoutMs: null,
    maxRetries: 3,
  };
  let left = JOBS_A_ROUND;
  await inParallel(async () => {
    while (left-- > 0) await jobs.insert(job);
  });
}

/**
 * Every job that waits: claimed, processed with its notes of progress, completed with its results.
 *
 * @param {JobRepository} jobs
 */
async function workAll(jobs) {
  const exports = /** @type {const} */ (['markdown', 'html', 'json']).map((format) => ({ format, content: '{}' }));
  await inParallel(async (worker) => {
    for (;;) {
      const claimed = await jobs.claimBatch(`worker-${worker}`, 1, 60_000);
      if (claimed.length === 0) return;
      for (const { id, fencingToken } of claimed) {
        const lease = { jobId: id, workerId: `worker-${worker}`, fencingToken };
        await jobs.startProcessing(lease, { fileName: 'a.pdf', fileSize: 1_000, fileMime: 'application/pdf' }, 10);
        for (const [stage, percent] of /** @type {const} */ ([
          ['conversion', 15],
          ['export', 75],
          ['saving', 95],
        ]))
          // prettier-ignore
          await jobs.recordProgress(lease, stage, percent);
        await jobs.complete(lease, 'COMPLETE', 'tool', exports, null);
      }
    }
  });
}

/** @param {(worker: number) => Promise<void>} work */
async function inParallel(work) {
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, worker) => work(worker)));
}

/**
 * @param {Site} site
 * @param {readonly number[]} sizes
 * @param {(line: string) => void} onLine
 */
async function measureReading({ superuser }, sizes, onLine) {
  const catalogue = loadCatalogue();
  const statements = {
    'job-counts/list': catalogue['job-counts/list'].text,
    'jobs/find-oldest-waiting': catalogue['jobs/find-oldest-waiting'].text,
    'count(*) by status, to compare': 'SELECT status, count(*) FROM jobs GROUP BY status',
  };
  await superuser.query('TRUNCATE jobs CASCADE');
  let there = 0;
  const measure = async (/** @type {string} */ title) => {
    for (const [name, text] of Object.entries(statements))
      onLine(`  ${title}: ${name}: ${await costOf(superuser, text)}`);
  };
  onLine('reading: pages touched, and milliseconds in the server, best of 5');
  for (const size of sizes) {
    await insertJobs(superuser, size - there);
    there = size;
    await superuser.query('VACUUM ANALYZE jobs, job_count_deltas');
    await measure(`${size} jobs`);
  }
  await superuser.query(
    `INSERT INTO job_count_deltas SELECT 'PENDING'::job_status, 'UPLOADING'::job_status, 1 FROM generate_series(1, $1::int / 2)
     UNION ALL SELECT 'UPLOADING', 'PENDING', 1 FROM generate_series(1, $1::int / 2)`,
    [DELTAS],
  );
  onLine(
    `  with ${DELTAS} deltas not folded: job-counts/list: ${await costOf(superuser, statements['job-counts/list'])}`,
  );
  const started = performance.now();
  for (let folded = 1; folded > 0;) {
    const { rows } = await superuser.query('SELECT jobs_fold_counts() AS folded');
    folded = rows[0].folded;
  }
  onLine(`  to fold them: ${(performance.now() - started).toFixed(0)} ms`);
}

/**
 * @param {pg.Client} client
 * @param {number} n
 */
async function insertJobs(client, n) {
  const batch = 50_000;
  for (let done = 0; done < n; done += batch) {
    await client.query(
      `INSERT INTO jobs (id, client_id, session_id, input_type, status, created_at, next_attempt_at)
       SELECT gen_random_uuid(), 'local', 'session-' || i % 1000, 'FILE',
         (CASE WHEN i % 10 = 0 THEN 'PENDING' WHEN i % 10 = 1 THEN 'FAILED' ELSE 'COMPLETE' END)::job_status,
         now() - i * interval '1 second', now() - i * interval '1 second'
       FROM generate_series(1, $1::int) i`,
      [Math.min(batch, n - done)],
    );
  }
}

/**
 * @param {pg.Client} client
 * @param {string} text
 */
async function costOf(client, text) {
  let best = Infinity;
  let pages = 0;
  for (let time = 0; time < 5; time += 1) {
    const { rows } = await client.query(`EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) ${text}`);
    const [{ Plan: plan, 'Execution Time': ms }] = rows[0]['QUERY PLAN'];
    best = Math.min(best, ms);
    pages = plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
  }
  return `${pages} pages, ${best.toFixed(2)} ms`;
}

/**
 * @param {readonly number[]} values
 * @param {number} digits
 */
function shown(values, digits = 0) {
  const sorted = [...values].sort((left, right) => left - right);
  const at = (/** @type {number} */ index) => (sorted[index] ?? NaN).toFixed(digits);
  return `${at(Math.floor((sorted.length - 1) / 2))} (${at(0)}–${at(sorted.length - 1)})`;
}
