import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FRESH, writeBackupMetrics } from './backups.mjs';
import { DocumentServer, Traffic } from './documents.mjs';
import { startNodeExporter, startPostgresExporter } from './exporters.mjs';
import { PostgresPair } from './postgres.mjs';
import { endAllPrograms } from './program.mjs';
import { startAlertmanager, startPrometheus } from './prometheus.mjs';
import { AlertReceiver } from './receiver.mjs';
import { writeRules } from './rules.mjs';
import { startPgBouncer, startService } from './service.mjs';

/** Enough that the rate of transactions is looked at. */
const REQUESTS_PER_SECOND = 15;

/** What is closed at the end, the last opened first, whatever fails on the way; then no program is left. */
export class Curtain {
  /** @type {(() => Promise<void>)[]} */
  #closes = [];
  /** Of everything that was written. @type {string | undefined} */
  folder;

  /** @param {() => Promise<void>} close */
  add(close) {
    this.#closes.push(close);
  }

  /** @param {{ keepFolder: boolean, say: (line: string) => void }} options */
  async fall({ keepFolder, say }) {
    for (const close of this.#closes.splice(0).reverse()) {
      await close().catch((error) => console.error(`not everything was cleaned up: ${error}`));
    }
    await endAllPrograms();
    if (this.folder === undefined) return;
    if (keepFolder) say(`logs are kept in ${this.folder}`);
    else await rm(this.folder, { recursive: true, force: true });
  }
}

/**
 * Starts all that the drill needs, in a new folder. The tests and previews of dashboards stand on it too.
 *
 * @param {object} options
 * @param {Curtain} options.curtain
 * @param {AbortSignal} options.signal ends it between two programs
 * @param {(line: string) => void} options.say
 */
export async function setStage({ curtain, signal, say }) {
  const folder = await mkdtemp(path.join(tmpdir(), 'docling-jobs-drill-'));
  await chmod(folder, 0o711); // some programs run as another user than root
  curtain.folder = folder;
  const rules = await writeRules(path.join(folder, 'rules'));
  const receiver = new AlertReceiver();
  await receiver.listen();
  curtain.add(() => receiver.close());
  const documents = new DocumentServer();
  await documents.listen();
  curtain.add(() => documents.close());

  const postgres = await PostgresPair.create(folder);
  curtain.add(() => postgres.stop());
  await postgres.startPrimary();
  signal.throwIfAborted();
  await postgres.startReplica();
  say('PostgreSQL: a primary and a streaming replica with a slot');
  const primary = await startPostgresExporter(postgres, 'primary');
  curtain.add(() => primary.program.stop());
  signal.throwIfAborted();
  const replica = await startPostgresExporter(postgres, 'replica');
  curtain.add(() => replica.program.stop());
  const backupFolder = path.join(folder, 'backup-metrics');
  await mkdir(backupFolder);
  await writeBackupMetrics(backupFolder, FRESH);
  const node = await startNodeExporter(backupFolder, path.join(folder, 'node-exporter.log'));
  curtain.add(() => node.program.stop());
  signal.throwIfAborted();
  const pgBouncer = await startPgBouncer(folder, postgres);
  curtain.add(() => pgBouncer.pooler.stop());
  curtain.add(() => pgBouncer.exporter.stop());
  signal.throwIfAborted();
  const service = await startService(folder, { pooledUrl: pgBouncer.url, directUrl: postgres.url('docling_app') });
  for (const program of [service.web, ...service.workers]) curtain.add(() => program.stop());
  say('PgBouncer, the exporters, web and two workers');

  const alertmanager = await startAlertmanager(folder, receiver);
  curtain.add(() => alertmanager.program.stop());
  signal.throwIfAborted();
  const ports = {
    'docling-jobs-web': [service.port],
    'docling-jobs-worker': service.workerPorts,
    postgres: [primary.port, replica.port],
    pgbouncer: [pgBouncer.exporterPort],
    node: [node.port],
  };
  const prometheus = await startPrometheus(folder, ports, alertmanager.port);
  curtain.add(() => prometheus.program.stop());
  say('Prometheus and Alertmanager');
  const traffic = new Traffic();
  traffic.start(service.url, REQUESTS_PER_SECOND);
  curtain.add(async () => traffic.stop());
  const exporters = { primary: primary.program, replica: replica.program };
  const prometheusUrl = `http://127.0.0.1:${prometheus.port}`;
  return { folder, rules, receiver, documents, postgres, exporters, backupFolder, pgBouncer, service, prometheusUrl };
}
