import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { ROOT } from '../bootstrap/checkout.mjs';
import { answers, freePort, Program } from './program.mjs';

const MONITORING = path.join(ROOT, 'monitoring');
const SCRAPE_SECONDS = 3;
/** The exporter of PgBouncer may take 4.5 s to find out that it hangs. */
const PGBOUNCER_SCRAPE_SECONDS = 5;

/**
 * Starts Alertmanager with the repository's configuration, but for where the webhook is and how long it gathers.
 *
 * @param {string} folder
 * @param {import('./receiver.mjs').AlertReceiver} receiver
 */
export async function startAlertmanager(folder, receiver) {
  const config = parse(await readFile(path.join(MONITORING, 'alertmanager/alertmanager.yml'), 'utf8'));
  for (const route of [config.route, ...config.route.routes]) {
    Object.assign(route, { group_wait: '1s', group_interval: '1s' });
  }
  const [webhook] = config.receivers[0].webhook_configs;
  webhook.url = `http://127.0.0.1:${receiver.port}/alerts`;
  const tokenFile = path.join(folder, 'receiver.token');
  webhook.http_config.authorization.credentials_file = tokenFile;
  await writeFile(tokenFile, receiver.token, { mode: 0o600 });
  await writeFile(path.join(folder, 'alertmanager.yml'), stringify(config));
  const port = await freePort();
  const program = new Program({
    name: 'Alertmanager',
    file: 'prometheus-alertmanager',
    args: [
      `--config.file=${folder}/alertmanager.yml`,
      `--storage.path=${folder}/alertmanager`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ],
    log: path.join(folder, 'alertmanager.log'),
    isReady: () => answers(`http://127.0.0.1:${port}/-/ready`),
  });
  await program.start();
  return { program, port };
}

/**
 * Starts Prometheus with the repository's configuration, but for where things are and how often it looks.
 *
 * @param {string} folder in which `rules` are
 * @param {Readonly<Record<string, readonly number[]>>} ports of the targets of each job, in the order of the file
 * @param {number} alertmanagerPort
 */
export async function startPrometheus(folder, ports, alertmanagerPort) {
  const config = parse(await readFile(path.join(MONITORING, 'prometheus/prometheus.yml'), 'utf8'));
  const port = await freePort();
  const interval = { scrape_interval: `${SCRAPE_SECONDS}s`, scrape_timeout: `${SCRAPE_SECONDS}s` };
  Object.assign(config.global, { ...interval, evaluation_interval: '1s' });
  config.rule_files = [`${folder}/rules/*.yml`];
  config.alerting.alertmanagers[0].static_configs[0].targets = [`127.0.0.1:${alertmanagerPort}`];
  for (const job of config.scrape_configs) {
    const ofJob = job.job_name === 'prometheus' ? [port] : ports[job.job_name];
    if (ofJob === undefined) throw new Error(`prometheus.yml has a job that the drill does not know: ${job.job_name}`);
    placeTargets(job.static_configs, ofJob);
    if (job.job_name === 'pgbouncer') {
      const seconds = `${PGBOUNCER_SCRAPE_SECONDS}s`;
      Object.assign(job, { scrape_interval: seconds, scrape_timeout: seconds });
    }
  }
  await writeFile(path.join(folder, 'prometheus.yml'), stringify(config));
  const program = new Program({
    name: 'Prometheus',
    file: 'prometheus',
    args: [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/prometheus`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    log: path.join(folder, 'prometheus.log'),
    isReady: () => answers(`http://127.0.0.1:${port}/-/ready`),
  });
  await program.start();
  return { program, port };
}

/**
 * One port for each group of targets; what is left over joins the last.
 *
 * @param {{ targets: string[] }[]} groups
 * @param {readonly number[]} ports
 */
function placeTargets(groups, ports) {
  const targets = ports.map((port) => `127.0.0.1:${port}`);
  groups.forEach((group, index) => {
    group.targets = index === groups.length - 1 ? targets.slice(index) : targets.slice(index, index + 1);
  });
}
