import { copyFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ROOT } from '../bootstrap/checkout.mjs';
import { DATABASE_NAME } from '../../dist/database/provision.js';
import { give } from './postgres.mjs';
import { answers, freePort, Program } from './program.mjs';

const QUERIES = path.join(ROOT, 'monitoring/postgres_exporter/queries.yaml');

/**
 * Starts the exporter of one server, with the service's own queries and the password in a file.
 *
 * @param {import('./postgres.mjs').PostgresPair} postgres
 * @param {'primary' | 'replica'} which
 */
export async function startPostgresExporter(postgres, which) {
  const port = await freePort();
  const passwordFile = path.join(postgres.folder, `${which}-monitoring.password`);
  await writeFile(passwordFile, postgres.passwords['monitoring_user'] ?? '', { mode: 0o600 });
  await give(passwordFile, postgres.account);
  const queries = path.join(postgres.folder, `${which}-queries.yaml`); // a copy: its account may not enter the checkout
  await copyFile(QUERIES, queries);
  await give(queries, postgres.account);
  const program = new Program({
    name: `postgres exporter (${which})`,
    file: 'prometheus-postgres-exporter',
    args: [`--web.listen-address=127.0.0.1:${port}`, `--extend.query-path=${queries}`],
    env: {
      DATA_SOURCE_URI: `127.0.0.1:${postgres.ports[which]}/${DATABASE_NAME}?sslmode=disable`,
      DATA_SOURCE_USER: 'monitoring_user',
      DATA_SOURCE_PASS_FILE: passwordFile,
    },
    account: postgres.account,
    log: path.join(postgres.folder, '..', `exporter-${which}.log`),
    isReady: () => answers(`http://127.0.0.1:${port}/metrics`),
  });
  await program.start();
  return { program, port };
}

/**
 * Starts a node exporter that reads `textFolder`, where backups leave their metrics, and tells of file systems.
 *
 * @param {string} textFolder
 * @param {string} log
 */
export async function startNodeExporter(textFolder, log) {
  const port = await freePort();
  const collectors = ['filesystem', 'textfile'].map((name) => `--collector.${name}`);
  const program = new Program({
    name: 'node exporter',
    file: 'prometheus-node-exporter',
    args: [
      `--web.listen-address=127.0.0.1:${port}`,
      '--collector.disable-defaults',
      ...collectors,
      `--collector.textfile.directory=${textFolder}`,
    ],
    log,
    isReady: () => answers(`http://127.0.0.1:${port}/metrics`),
  });
  await program.start();
  return { program, port };
}
