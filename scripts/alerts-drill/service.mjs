import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ROOT } from '../bootstrap/checkout.mjs';
import { DATABASE_NAME } from '../../dist/database/provision.js';
import { give, makeFolder } from './postgres.mjs';
import { answers, freePort, Program } from './program.mjs';

export const POOL_SIZE = 8;
export const MAX_CLIENTS = 50;
const LEASE_MS = 2_000;
const WORKERS = 2;

/**
 * PgBouncer before the primary, and its exporter.
 *
 * @param {string} folder
 * @param {import('./postgres.mjs').PostgresPair} postgres
 */
export async function startPgBouncer(folder, postgres) {
  const port = await freePort();
  const place = path.join(folder, 'pgbouncer');
  await makeFolder(place, postgres.account);
  const settings = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'scram-sha-256',
    auth_file: `${place}/users.txt`,
    pool_mode: 'transaction',
    default_pool_size: POOL_SIZE,
    max_client_conn: MAX_CLIENTS,
    query_wait_timeout: 10,
    server_login_retry: 1,
    stats_users: 'monitoring_user',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`);
  const databases = `[databases]\n* = host=127.0.0.1 port=${postgres.ports.primary}\n`;
  const users = ['docling_app', 'monitoring_user'].map((role) => `"${role}" "${postgres.passwords[role]}"\n`);
  const files = { 'pgbouncer.ini': `${databases}[pgbouncer]\n${lines.join('')}`, 'users.txt': users.join('') };
  for (const [name, content] of Object.entries(files)) {
    await writeFile(path.join(place, name), content, { mode: 0o600 });
    await give(path.join(place, name), postgres.account);
  }
  const url = (/** @type {string} */ role, database = DATABASE_NAME) =>
    `postgres://${role}:${postgres.passwords[role]}@127.0.0.1:${port}/${database}`;
  const exporterPort = await freePort();
  const pooler = new Program({
    name: 'PgBouncer',
    file: 'pgbouncer',
    args: [`${place}/pgbouncer.ini`],
    account: postgres.account,
    log: path.join(folder, 'pgbouncer.log'),
    isReady: async () => {
      const client = await postgres.connect('docling_app', port);
      await client.end();
      return true;
    },
  });
  const exporter = nodeProgram('pgbouncer-exporter', folder, `http://127.0.0.1:${exporterPort}/metrics`, {
    PGBOUNCER_STATS_URL: url('monitoring_user', 'pgbouncer'),
    PGBOUNCER_EXPORTER_PORT: String(exporterPort),
  });
  await pooler.start();
  await exporter.start();
  return { pooler, exporter, exporterPort, port, url: url('docling_app') };
}

/**
 * The service: one web process and two workers.
 *
 * @param {string} folder
 * @param {{ pooledUrl: string, directUrl: string }} database
 */
export async function startService(folder, { pooledUrl, directUrl }) {
  const settings = {
    DATABASE_URL: pooledUrl,
    DIRECT_DATABASE_URL: directUrl,
    DATA_DIR: path.join(folder, 'data'),
    HOST: '127.0.0.1',
    DB_POOL_SIZE: '3',
    DB_POOL_TIMEOUT_MS: '2000',
    LEASE_MS: String(LEASE_MS),
    WORKER_POLL_MS: '200',
    URL_ALLOW_PRIVATE: 'true', // the documents of the drill come from a server of its own
  };
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const web = nodeProgram('web', folder, `${url}/api/v1/health/live`, { ...settings, PORT: String(port) });
  const workerPorts = await Promise.all(Array.from({ length: WORKERS }, freePort));
  const workers = workerPorts.map((workerPort, index) =>
    nodeProgram(
      'worker',
      folder,
      `http://127.0.0.1:${workerPort}/metrics`,
      { ...settings, METRICS_PORT: String(workerPort) },
      `worker-${index + 1}`,
    ),
  );
  for (const program of [web, ...workers]) await program.start();
  return { web, workers, url, port, workerPorts };
}

/**
 * One of the service's own processes.
 *
 * @param {string} entry
 * @param {string} folder
 * @param {string} readyUrl answers once it works
 * @param {NodeJS.ProcessEnv} env
 * @param {string} [name]
 */
function nodeProgram(entry, folder, readyUrl, env, name = entry) {
  return new Program({
    name,
    file: process.execPath,
    args: [path.join(ROOT, 'dist', `${entry}.js`)],
    env,
    log: path.join(folder, `${name}.log`),
    isReady: () => answers(readyUrl),
  });
}
