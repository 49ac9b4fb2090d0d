import { Database } from '../../database/database.js';
import type { Executor } from '../../database/database.js';
import { AppError } from '../../errors.js';
import { EventRepository } from '../../events/event-repository.js';
import { JobRepository, TOP } from '../../jobs/job-repository.js';
import { ResultRepository } from '../../results/result-repository.js';
import { APPLICATION_NAME } from './server.js';

const CLIENT = 'local';
const SESSION = 'restore-proof';
const WORKER = 'restore-proof';
const LEASE_MS = 60_000;
const STATEMENT_LIMIT_MS = 60_000;
const FORBIDDEN_TRANSITION = 'E701';

/** Ends the transaction with nothing kept. */
class RollBack extends Error {}

/**
 * Lets the service's own statements work a job on a copy, from its creation to its end, with the application's
 * rights, and undoes it. Answers what did not go as it does in the service, each as a sentence.
 *
 * @param role the application's; undefined where there is none
 */
export async function trySmoke(url: string, role: string | undefined): Promise<string[]> {
  const database = new Database({
    url,
    applicationName: APPLICATION_NAME,
    poolSize: 1,
    poolTimeoutMs: STATEMENT_LIMIT_MS,
    poolMaxWaiting: 1,
    statementTimeoutMs: STATEMENT_LIMIT_MS,
    preparedStatements: false,
    direct: true,
  });
  const problems: string[] = [];
  const inTransaction = async (work: (executor: Executor) => Promise<void>): Promise<void> => {
    const outcome = database.transaction(async (executor) => {
      if (role !== undefined) await executor.query('transactions/assume-role', [role]);
      await work(executor);
      throw new RollBack();
    });
    await outcome.catch((error: unknown) => {
      if (!(error instanceof RollBack))
        problems.push(`The service's statements do not work on the copy: ${explain(error)}.`);
    });
  };
  try {
    await inTransaction(async (executor) => void problems.push(...(await workOneJob(executor))));
    await inTransaction(async (executor) => void problems.push(...(await tryForbidden(executor))));
  } finally {
    await database.close();
  }
  return problems;
}

async function workOneJob(executor: Executor): Promise<string[]> {
  const jobs = new JobRepository(executor);
  const results = new ResultRepository(executor);
  const { id } = await insertJob(jobs);
  const lists = [
    (await jobs.listHistoryPage(CLIENT, SESSION, null, 1, 20)).jobs,
    await jobs.listHistoryAfter(CLIENT, SESSION, null, TOP, 20),
    await jobs.listClientAfter(CLIENT, null, TOP, 20),
  ];
  const [claimed] = await jobs.claimBatch(WORKER, 1, LEASE_MS);
  if (!claimed) return ['No job of the copy can be claimed.'];
  const lease = { jobId: claimed.id, workerId: WORKER, fencingToken: claimed.fencingToken };
  const input = { fileName: 'proof.md', fileSize: 1, fileMime: 'text/markdown' };
  const steps = [
    claimed.status === 'PROCESSING' || (await jobs.startProcessing(lease, input, 10)),
    await jobs.recordProgress(lease, 'conversion', 50),
    await jobs.complete(lease, 'COMPLETE', 'proof', [{ format: 'markdown', content: '# Proof' }], null),
  ];
  const stored = await results.list(claimed.id, claimed.clientId);
  const events = await new EventRepository(executor).listAfter(claimed.id, 0, 1_000);
  return [
    ...(lists.some((list) => !list.some((job) => job.id === id))
      ? ['A new job is not in its history on the copy.']
      : []),
    ...(steps.every(Boolean) ? [] : ['A claimed job of the copy cannot be worked to its end.']),
    ...(stored.length === 1 ? [] : [`A job that was completed on the copy has ${stored.length} results, not 1.`]),
    ...(events.at(-1)?.status === 'COMPLETE' ? [] : ['The audit trail of the copy does not record changes.']),
  ];
}

/** The trigger is what keeps the state machine, whoever connects. */
async function tryForbidden(executor: Executor): Promise<string[]> {
  const { id } = await insertJob(new JobRepository(executor));
  try {
    await executor.query('copies/try-transition', [id, 'COMPLETE']);
  } catch (error) {
    if (error instanceof AppError && error.code === FORBIDDEN_TRANSITION) throw new RollBack();
    throw error;
  }
  return ['The copy allows a job to go from PENDING to COMPLETE, which the state machine forbids.'];
}

function insertJob(jobs: JobRepository): Promise<{ readonly id: string }> {
  return jobs.insert({
    clientId: CLIENT,
    sessionId: SESSION,
    inputType: 'FILE',
    inputPath: 'proof.md',
    inputUrl: null,
    fileName: 'proof.md',
    fileSize: 1,
    fileMime: 'text/markdown',
    timeoutMs: null,
    maxRetries: 0,
  });
}

function explain(error: unknown): string {
  const cause = error instanceof AppError ? error.cause : error;
  return cause instanceof Error ? cause.message : String(error);
}
