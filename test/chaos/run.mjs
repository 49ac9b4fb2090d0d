import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ChaosClients } from './client.mjs';
import { Faults } from './faults.mjs';
import { compareInputs, entriesOf, sweepStoredInputs } from './files.mjs';
import { ChaosPostgres } from './postgres.mjs';
import { Random } from './random.mjs';
import { isAlive, ServiceProcess } from './service.mjs';
import { countUnfinished, measureRescues, verifyJobs, Violations } from './verify.mjs';

const LEASE_MS = 3_000;
const WEBS = 2;
const WORKERS = 4;
const WORKER_CONCURRENCY = 2;
/** Share of the time over which documents are submitted. */
const SUBMITTING = 0.8;
/** Longest that clients may try once nothing is hurt any more. */
const SETTLE_LIMIT_MS = 300_000;
/** Longest that no job may end while some are left: however slow the machine is, one is stuck then. */
const STANDSTILL_MS = 120_000;
/** The workers look for folders that nobody needs every minute or so. */
const SWEEP_LIMIT_MS = 90_000;
const POLL_MS = 500;
const START_LIMIT_MS = 60_000;

/**
 * @typedef {object} ChaosOptions
 * @property {number} minutes how long things are hurt
 * @property {number} jobs
 * @property {number} seed
 * @property {AbortSignal} signal ends it early
 * @property {(line: string) => void} say
 */

/**
 * One run: a service of its own that is hurt while clients submit documents, and then has to have kept
 * every promise. Leaves nothing behind but its logs, and those only when a promise was broken.
 *
 * @param {ChaosOptions} options
 */
export async function runChaos({ minutes, jobs, seed, signal, say }) {
  const folder = await mkdtemp(path.join(tmpdir(), 'docling-jobs-chaos-'));
  await chmod(folder, 0o711); // PostgreSQL runs as another user than root
  const began = Date.now();
  const postgres = await ChaosPostgres.start(path.join(folder, 'data'));
  const service = await startService(folder, postgres);
  const processes = [...service.webs, ...service.workers];
  signal.addEventListener('abort', () => processes.forEach((process) => process.kill()));
  const violations = new Violations();
  const durationMs = minutes * 60_000;
  let report;
  try {
    const clients = new ChaosClients({ seed, webs: service.webs, jobs, spreadMs: durationMs * SUBMITTING });
    const faults = new Faults({ random: new Random(seed), ...service, postgres, leaseMs: LEASE_MS });
    await Promise.race([hurt(clients, faults, durationMs, say), once(signal, 'abort')]);
    signal.throwIfAborted();
    const settledMs = await settle(postgres, violations, { signal, say });
    await awaitEmptyWork(folder, violations);
    const ends = await stopService(service, violations);
    const rows = await verifyJobs(postgres, clients.accepted, violations);
    const swept = await verifyFiles(folder, postgres, violations);
    for (const answer of clients.unexpected) violations.add('clients are told nothing unexpected', answer);
    report = {
      ...{ seed, minutes, jobs, leaseMs: LEASE_MS, webs: WEBS, workers: WORKERS, concurrency: WORKER_CONCURRENCY },
      tookSeconds: Math.round((Date.now() - began) / 1_000),
      settledSeconds: Math.round(settledMs / 1_000),
      accepted: clients.accepted.length,
      unacknowledged: rows.length - clients.accepted.filter(({ deleted }) => !deleted).length,
      statuses: countBy(rows, ({ status }) => status),
      attempts: countBy(rows, ({ retry_count }) => `${retry_count} retries`),
      faults: faults.counts,
      outages: postgres.outages.map(({ from, to }) => to - from),
      answers: clients.answers,
      processEnds: ends,
      rescueMs: await measureRescues(postgres),
      swept,
      violations: violations.list(),
    };
  } finally {
    await Promise.all(processes.map((process) => process.stop()));
    await postgres.stop();
  }
  if (report.violations.length === 0) await rm(folder, { recursive: true, force: true });
  else say(`logs and data are kept in ${folder}`);
  return report;
}

/**
 * @param {string} folder
 * @param {ChaosPostgres} postgres
 */
async function startService(folder, postgres) {
  const logs = path.join(folder, 'logs');
  await mkdir(logs);
  const settings = {
    DATABASE_URL: postgres.appUrl,
    DIRECT_DATABASE_URL: postgres.appUrl,
    DATA_DIR: path.join(folder, 'data'),
    PORT: '0',
    LEASE_MS: String(LEASE_MS),
    WORKER_POLL_MS: '100',
    WORKER_CONCURRENCY: String(WORKER_CONCURRENCY),
  };
  const start = (
    /** @type {string} */ name,
    /** @type {'web.js' | 'worker.js'} */ entry,
    /** @type {number} */ count,
  ) => Array.from({ length: count }, (_, index) => new ServiceProcess(`${name}-${index + 1}`, entry, settings, logs));
  const webs = start('web', 'web.js', WEBS);
  const workers = start('worker', 'worker.js', WORKERS);
  if (!(await allReady([...webs, ...workers]))) throw new Error(`Not every process starts: see ${logs}`);
  return { webs, workers };
}

/** Whether all processes have started, within a limit. @param {readonly ServiceProcess[]} processes */
async function allReady(processes) {
  for (let waitedMs = 0; !processes.every(({ isReady }) => isReady); waitedMs += POLL_MS) {
    if (waitedMs > START_LIMIT_MS) return false;
    await delay(POLL_MS);
  }
  return true;
}

/**
 * @param {ChaosClients} clients
 * @param {Faults} faults
 * @param {number} durationMs
 * @param {(line: string) => void} say
 */
async function hurt(clients, faults, durationMs, say) {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), durationMs);
  const progress = setInterval(() => {
    const done = Object.values(faults.counts).reduce((sum, count) => sum + count, 0);
    say(`${clients.accepted.length} of ${clients.jobs} documents accepted, ${done} faults`);
  }, 15_000);
  try {
    // Once the faults are over, what was not accepted yet has to be soon.
    const patience = AbortSignal.timeout(durationMs + SETTLE_LIMIT_MS);
    await Promise.all([clients.run(patience), faults.run(over.signal)]);
  } finally {
    clearTimeout(timer);
    clearInterval(progress);
  }
}

/** Waits until every job is terminal, for as long as some still become so; answers how long it took. */
async function settle(postgres, violations, { signal, say }) {
  const began = Date.now();
  let progress = { at: began, left: Infinity };
  for (;;) {
    signal.throwIfAborted();
    const left = await countUnfinished(postgres);
    const waitedMs = Date.now() - began;
    if (left === 0) return waitedMs;
    if (left < progress.left) progress = { at: Date.now(), left };
    if (Date.now() - progress.at > STANDSTILL_MS) {
      violations.add('no job is stuck', `${left} jobs, of which none has ended for ${STANDSTILL_MS} ms`);
      return waitedMs;
    }
    if (waitedMs % 15_000 < POLL_MS) say(`${left} jobs to finish`);
    await delay(POLL_MS);
  }
}

/** The workers themselves remove the folders of attempts that were killed. */
async function awaitEmptyWork(folder, violations) {
  const work = path.join(folder, 'data', 'work');
  const deadline = Date.now() + SWEEP_LIMIT_MS;
  while ((await entriesOf(work)).length > 0) {
    if (Date.now() > deadline) return violations.add('no work folder is left', await entriesOf(work));
    await delay(POLL_MS);
  }
}

/** Ends every process as an operator would; each has to exit 0, and no child may outlive it. */
async function stopService({ webs, workers }, violations) {
  const processes = [...webs, ...workers];
  violations.check(
    await allReady(processes),
    'a process that ended starts again',
    processes.map(({ name }) => name),
  );
  const children = workers.flatMap((worker) => worker.children());
  const ends = await Promise.all(processes.map((process) => process.stop()));
  for (const [index, end] of ends.entries()) {
    violations.check(
      end === 'exit code 0',
      'a process that is told to end exits 0',
      `${processes[index].name}: ${end}`,
    );
  }
  for (const { name, ends: all } of processes) {
    const failed = all.filter((end) => end.startsWith('exit code') && end !== 'exit code 0');
    violations.check(failed.length === 0, 'no process ends by itself', `${name}: ${failed.join(', ')}`);
  }
  await delay(1_000); // a child looks for its parent four times a second
  const left = children.filter(isAlive);
  violations.check(left.length === 0, 'no converter child outlives its worker', left);
  return countBy(
    processes.flatMap((process) => process.ends),
    (end) => end,
  );
}

async function verifyFiles(folder, postgres, violations) {
  const dataDir = path.join(folder, 'data');
  const swept = await sweepStoredInputs(dataDir, postgres.appUrl);
  const { withoutJob, missing } = await compareInputs(dataDir, postgres.superuserUrl);
  violations.check(withoutJob.length === 0, 'no stored input is left without a job', withoutJob);
  violations.check(missing.length === 0, 'no job loses its stored input', missing);
  return swept;
}

/**
 * @template T
 * @param {readonly T[]} items
 * @param {(item: T) => string} keyOf
 */
function countBy(items, keyOf) {
  /** @type {Record<string, number>} */
  const counts = {};
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1;
  return counts;
}

/**
 * Writes the report, and answers it in lines for people.
 *
 * @param {Awaited<ReturnType<typeof runChaos>>} report
 * @param {string} file
 */
export async function writeReport(report, file) {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
  const list = (/** @type {Record<string, number>} */ counts) =>
    Object.entries(counts).map(([name, count]) => `  ${String(count).padStart(6)}  ${name}`);
  const { rescues, duringOutages, p50, p99, max } = report.rescueMs;
  return [
    `${report.accepted} documents accepted, ${report.unacknowledged} more made a job although the answer was lost`,
    ...list(report.statuses),
    'faults:',
    ...list(report.faults),
    'answers:',
    ...list(report.answers),
    `${rescues} jobs rescued, ${duringOutages} of them around an outage; the others after p50 ${p50}, p99 ${p99}, at most ${max} ms`,
    `settled ${report.settledSeconds} s after the last fault; ${report.tookSeconds} s in all; report in ${file}`,
    ...report.violations.flatMap(({ promise, count, examples }) => [
      `BROKEN: ${promise} (${count} times)`,
      ...examples.slice(0, 3).map((example) => `    ${JSON.stringify(example).slice(0, 2_000)}`),
    ]),
  ];
}
