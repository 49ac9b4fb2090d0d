import { readdir } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { Database } from '../../dist/database/database.js';
import { sweepInputs } from '../../dist/jobs/input-sweep.js';
import { JobRepository } from '../../dist/jobs/job-repository.js';
import { InputStorage } from '../../dist/storage/input-storage.js';

/** Names in a folder; none when there is no folder. @param {string} folder */
export async function entriesOf(folder) {
  return readdir(folder).catch(() => /** @type {string[]} */ ([]));
}

/**
 * Does once what every process does hourly, without the hour: removes stored inputs that no job refers to.
 *
 * @param {string} dataDir
 * @param {string} url
 */
export async function sweepStoredInputs(dataDir, url) {
  const storage = new InputStorage(path.join(dataDir, 'inputs'));
  const database = new Database({
    url,
    applicationName: 'chaos',
    poolSize: 1,
    poolTimeoutMs: 10_000,
    poolMaxWaiting: 10,
    statementTimeoutMs: 30_000,
    preparedStatements: false,
    direct: true,
  });
  try {
    const signal = AbortSignal.timeout(60_000);
    const inputs = await sweepInputs(storage, new JobRepository(database), { olderThanMs: 0, signal });
    return { inputs, uploads: await storage.sweep(0) };
  } finally {
    await database.close();
  }
}

/**
 * Stored inputs without a job, and jobs whose stored input is missing.
 *
 * @param {string} dataDir
 * @param {string} superuserUrl
 */
export async function compareInputs(dataDir, superuserUrl) {
  const root = path.join(dataDir, 'inputs');
  const stored = new Set();
  for (const folder of await entriesOf(root)) {
    for (const name of await entriesOf(path.join(root, folder))) stored.add(`${folder}/${name}`);
  }
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    // The input of a cancelled job goes with its cancellation.
    const { rows } = await client.query('SELECT input_path, status FROM jobs WHERE input_path IS NOT NULL');
    const referred = new Set(rows.map(({ input_path }) => input_path));
    return {
      withoutJob: [...stored].filter((file) => !referred.has(file)),
      missing: rows.filter(({ input_path, status }) => status !== 'CANCELLED' && !stored.has(input_path)),
    };
  } finally {
    await client.end();
  }
}
