import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import pg from 'pg';

const SQL = readFileSync(new URL('fill-jobs.sql', import.meta.url), 'utf8');
const LIVE_ROWS = readFileSync(new URL('live-rows.sql', import.meta.url), 'utf8');
const BATCH = 500;
/** Bytes of Markdown, HTML and JSON together, for each byte of Markdown. */
const RESULTS_OF_A_JOB = 6.5;
const MAX_TEXT_BYTES = 64 * 1024 * 1024;

/**
 * @typedef {object} Filling
 * @property {string} url connection string of the schema's owner
 * @property {number} jobs how many to add at most
 * @property {number} [bytes] stop when the database is as large as this
 * @property {number} markdownBytes of one result; HTML has half as much again, JSON four times as much; 0: no results
 * @property {number} sessions that the jobs are spread over
 * @property {(done: { jobs: number, bytes: number }) => void} [onBatch] told of each batch
 */

/**
 * Fills a migrated database with jobs that have ended and their results, in batches of a transaction each; then
 * brings its statistics up to date.
 *
 * @param {Filling} filling
 * @returns {Promise<{ jobs: number, bytes: number }>} jobs added, and bytes of the database then
 */
export async function fillDatabase({ url, jobs, bytes = Infinity, markdownBytes, sessions, onBatch }) {
  return withClient(url, async (client) => {
    const size = async () =>
      Number((await client.query('SELECT pg_database_size(current_database()) AS size')).rows[0].size);
    let done = { jobs: 0, bytes: await size() };
    for (let batch = 0; done.jobs < jobs && done.bytes < bytes; batch += 1) {
      const count = Math.min(BATCH, jobs - done.jobs);
      await client.query(SQL, [count, batch, markdownBytes, sessions, makeText(count * markdownBytes)]);
      done = { jobs: done.jobs + count, bytes: await size() };
      onBatch?.(done);
    }
    await client.query('VACUUM ANALYZE jobs, job_events, results');
    return { ...done, bytes: await size() };
  });
}

/**
 * Adds some hundred rows to a migrated database, so that every table has some: what is not over yet, which a worker
 * would take up. For copies that nothing works on.
 *
 * @param {string} url connection string of the schema's owner
 */
export async function addLiveRows(url) {
  await withClient(url, (client) => client.query(LIVE_ROWS));
}

/**
 * Text that is as hard to compress as base 16 is, however far a program looks back: about half.
 *
 * @param {number} markdownBytes of all jobs of a batch
 */
function makeText(markdownBytes) {
  const bytes = Math.min(Math.ceil(markdownBytes * RESULTS_OF_A_JOB), MAX_TEXT_BYTES);
  return Buffer.from(randomBytes(Math.ceil(bytes / 2)).toString('hex'));
}

/**
 * @template T
 * @param {string} url
 * @param {(client: pg.Client) => Promise<T>} work
 */
async function withClient(url, work) {
  const client = new pg.Client({ connectionString: url, application_name: 'docling-jobs-fill' });
  client.on('error', () => undefined); // the statement under way rejects with the same error
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined); // nothing is left to lose
  }
}
