import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { serverAccount } from '../../dist/database/embedded/account.js';
import { migrateUp } from '../../dist/database/migrator.js';
import { DATABASE_NAME, provisionDatabase } from '../../dist/database/provision.js';
import { ROOT } from '../bootstrap/checkout.mjs';
import { toolPath } from '../bootstrap/tools.mjs';
import { freePort, Program } from './program.mjs';

const execute = promisify(execFile);
const SLOT = 'replica_1';
const ROLES = ['docling_migration', 'docling_app', 'monitoring_user'];

/** Small on purpose: few connections to exhaust, a cache that a scan overflows. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 40,
  shared_buffers: '2MB',
  shared_preload_libraries: 'pg_stat_statements',
  fsync: 'off',
  archive_mode: 'on',
  wal_keep_size: '64MB',
};

/** A primary with the service's database in it, migrated and monitored, and standbys of it; nothing but the drill's own. */
export class PostgresPair {
  /** @type {Program[]} */
  #servers = [];
  /** @type {Record<string, string>} */
  passwords = Object.fromEntries(['postgres', ...ROLES].map((role) => [role, randomBytes(12).toString('hex')]));

  /**
   * @param {string} folder that its account may enter
   * @param {{ uid?: number, gid?: number }} account
   * @param {{ primary: number, replica: number }} ports
   */
  constructor(folder, account, ports) {
    this.folder = folder;
    this.account = account;
    this.ports = ports;
    /** While this file is there, archiving fails. */
    this.archiveBreaker = path.join(folder, 'archive-broken');
  }

  /** @param {string} parent folder that everyone may enter */
  static async create(parent) {
    const account = await serverAccount(undefined);
    const folder = path.join(parent, 'postgres');
    await makeFolder(folder, account);
    await makeFolder(path.join(folder, 'archive'), account);
    return new PostgresPair(folder, account, { primary: await freePort(), replica: await freePort() });
  }

  /**
   * Connection string of a role.
   *
   * @param {string} role
   * @param {number} [port]
   */
  url(role, port = this.ports.primary) {
    return `postgres://${role}:${this.passwords[role]}@127.0.0.1:${port}/${DATABASE_NAME}`;
  }

  get primary() {
    return /** @type {Program} */ (this.#servers[0]);
  }

  get replica() {
    return /** @type {Program} */ (this.#servers[1]);
  }

  async startPrimary() {
    const data = path.join(this.folder, 'primary');
    const passwordFile = path.join(this.folder, 'superuser.password');
    await writeFile(passwordFile, this.passwords['postgres'] ?? '', { mode: 0o600 });
    await give(passwordFile, this.account);
    const options = [
      '-U',
      'postgres',
      '-E',
      'UTF8',
      '--auth=scram-sha-256',
      '--data-checksums',
      '--pwfile',
      passwordFile,
    ];
    await this.#run('initdb', ['-D', data, ...options]);
    const archive = `test ! -e ${this.archiveBreaker} && cp %p ${this.folder}/archive/%f`;
    const lines = Object.entries({ ...SETTINGS, archive_command: archive }).map(
      ([name, value]) => `${name} = '${value}'\n`,
    );
    await writeFile(path.join(data, 'postgresql.conf'), lines.join(''), { flag: 'a' });
    await this.#startServer('primary', data, this.ports.primary);
    await provisionDatabase({
      superuserUrl: (database) => this.url('postgres').replace(/[^/]+$/, database),
      passwords: Object.fromEntries(ROLES.map((role) => [role, this.passwords[role] ?? ''])),
    });
    await migrateUp({ directUrl: this.url('docling_migration') });
    await this.query(await readFile(path.join(ROOT, 'db/monitoring.sql'), 'utf8'));
  }

  async startReplica() {
    const data = path.join(this.folder, 'replica');
    await this.query(`SELECT pg_create_physical_replication_slot('${SLOT}')`);
    const source = ['-h', '127.0.0.1', '-p', String(this.ports.primary), '-U', 'postgres'];
    await this.#run('pg_basebackup', [...source, '-D', data, '-R', '-S', SLOT, '-c', 'fast'], {
      PGPASSWORD: this.passwords['postgres'],
    });
    await this.#startServer('replica', data, this.ports.replica);
  }

  /**
   * Rows of a query as superuser, on a connection of its own.
   *
   * @param {string} text
   * @param {number} [port]
   */
  async query(text, port = this.ports.primary) {
    const client = await this.connect('postgres', port);
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  }

  /**
   * @param {string} role
   * @param {number} [port]
   */
  async connect(role, port) {
    const client = new pg.Client({
      connectionString: this.url(role, port),
      connectionTimeoutMillis: 10_000,
      application_name: 'alerts-drill',
    });
    client.on('error', () => undefined); // the drill ends servers that have sessions
    await client.connect();
    return client;
  }

  /** Ends both, the standby first. */
  async stop() {
    for (const server of this.#servers.toReversed()) await server.stop();
  }

  /**
   * @param {string} name
   * @param {string} data
   * @param {number} port
   */
  async #startServer(name, data, port) {
    const server = new Program({
      name: `PostgreSQL (${name})`,
      file: 'postgres',
      args: ['-D', data, '-p', String(port)],
      account: this.account,
      log: path.join(this.folder, '..', `postgres-${name}.log`),
      ending: 'SIGINT', // a fast shutdown
      isReady: async () => {
        const database = this.#servers.length > 1 ? DATABASE_NAME : 'postgres';
        const client = new pg.Client({ connectionString: this.url('postgres', port).replace(/[^/]+$/, database) });
        client.on('error', () => undefined);
        try {
          await client.connect();
          return true;
        } finally {
          await client.end();
        }
      },
    });
    this.#servers.push(server);
    await server.start();
  }

  /**
   * @param {string} file
   * @param {readonly string[]} args
   * @param {NodeJS.ProcessEnv} [env]
   */
  async #run(file, args, env = {}) {
    await execute(file, [...args], {
      ...this.account,
      cwd: '/',
      env: { PATH: toolPath(), LC_ALL: 'C.UTF-8', ...env },
      timeout: 60_000,
    });
  }
}

/**
 * @param {string} folder
 * @param {{ uid?: number, gid?: number }} account
 */
export async function makeFolder(folder, account) {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await give(folder, account);
}

/**
 * @param {string} file
 * @param {{ uid?: number, gid?: number }} account
 */
export async function give(file, { uid, gid }) {
  if (uid !== undefined && gid !== undefined) await chown(file, uid, gid);
}
