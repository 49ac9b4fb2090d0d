import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { serverAccount } from '../../src/database/embedded/account.js';
import type { Account } from '../../src/database/embedded/run.js';
import { toolPath } from '../../scripts/bootstrap/tools.mjs';

/** A PgBouncer of one test's own, in transaction mode, on a port of its own. */
export interface PgBouncer {
  /** Connection string of the role and database that it was started for. */
  readonly url: string;
  /** Ends it as a crash of the pooler would look to its clients, and starts it again on the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Settings of `pgbouncer.ini` beside those that a test cannot do without. */
export type PgBouncerSettings = Readonly<Record<string, string | number>>;

const START_LIMIT_MS = 10_000;
const LOG_LIMIT = 10_000;

/** @param target connection string of a role, straight to PostgreSQL */
export async function startPgBouncer(target: string, settings: PgBouncerSettings = {}): Promise<PgBouncer> {
  const account = await serverAccount(undefined); // PgBouncer, too, refuses to run as root
  const folder = await mkdtemp(path.join(tmpdir(), 'docling-jobs-pgbouncer-'));
  const url = new URL(target);
  url.host = `127.0.0.1:${await freePort()}`;
  const ini = await configure(folder, account, new URL(target), { listen_port: url.port, ...settings });
  let running = await launch(ini, account);
  return {
    url: url.href,
    restart: async () => {
      await end(running);
      running = await launch(ini, account);
    },
    stop: async () => {
      await end(running);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Writes `pgbouncer.ini` and the list of users, and answers the path of the former. */
async function configure(folder: string, account: Account, server: URL, settings: PgBouncerSettings): Promise<string> {
  const ini = path.join(folder, 'pgbouncer.ini');
  const users = path.join(folder, 'userlist.txt');
  const all = {
    listen_addr: '127.0.0.1',
    unix_socket_dir: '',
    auth_type: 'scram-sha-256',
    auth_file: users,
    pool_mode: 'transaction',
    max_client_conn: 500,
    default_pool_size: 20,
    query_wait_timeout: 5,
    server_login_retry: 1,
    ...settings,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}\n`);
  const databases = `[databases]\n* = host=${server.hostname} port=${server.port}\n`;
  await writeFile(ini, `${databases}[pgbouncer]\n${lines.join('')}`, { mode: 0o600 });
  await writeFile(users, `"${server.username}" "${decodeURIComponent(server.password)}"\n`, { mode: 0o600 });
  const { uid, gid } = account;
  if (uid !== undefined && gid !== undefined) for (const file of [folder, ini, users]) await chown(file, uid, gid);
  return ini;
}

/** Resolves when it accepts connections. */
async function launch(ini: string, account: Account): Promise<ChildProcess> {
  const child = spawn('pgbouncer', [ini], {
    ...account,
    cwd: '/', // it has to be able to read the folder that it is started in
    env: { PATH: toolPath() },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  await new Promise<void>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`PgBouncer ${why}:\n${log}`));
    const timer = setTimeout(() => fail('did not start in time'), START_LIMIT_MS);
    child.stderr.on('data', (chunk: Buffer) => {
      if (log.length < LOG_LIMIT) log += chunk.toString();
      if (!log.includes('process up')) return;
      clearTimeout(timer);
      resolve();
    });
    child.once('error', (error) => fail(error.message));
    child.once('exit', () => fail('ended'));
  });
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
