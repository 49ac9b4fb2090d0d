import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isPidTaken } from '../../database/embedded/process-identity.js';
import { NEUTRAL_DIRECTORY, serverEnvironment, type Account } from '../../database/embedded/run.js';
import { DATABASE_NAME } from '../../database/provision.js';
import { runProgram } from './program.js';

export interface ClusterOptions {
  readonly directory: string;
  /** A directory that only `account` and root can enter: whoever can is let in as anybody. */
  readonly socketDirectory: string;
  /** Part of the socket's name; nothing listens on the network. */
  readonly port: number;
  /** Where postgresql.conf, pg_hba.conf and pg_ident.conf are; undefined: in the data directory. */
  readonly settingsDirectory?: string | undefined;
  readonly account: Account;
  readonly signal?: AbortSignal | undefined;
}

const INITDB_MS = 120_000;
const STOP_MS = 60_000;
const POLL_MS = 50;
/** Of postmaster.pid: its key and its id (PostgreSQL's miscadmin.h, LOCK_FILE_LINE_SHMEM_KEY). */
const SHARED_MEMORY_LINE = 6;
const LOG_BYTES = 20_000;
const FAILURE = /\b(FATAL|PANIC|ERROR):/;
/** What a session is told that came too early or too late. */
const REFUSAL = /FATAL: +the database system is /;

/** A PostgreSQL server of a drill's own, on a Unix socket, made and run by the programs on the PATH. */
export class Cluster {
  private postmaster: ChildProcess | undefined;

  constructor(readonly options: ClusterOptions) {}

  get log(): string {
    return `${this.options.directory}.log`;
  }

  /** Connection string of a role, by default the superuser. */
  url(role = 'postgres', database = DATABASE_NAME): string {
    const { socketDirectory, port } = this.options;
    return `postgres://${role}@${encodeURIComponent(socketDirectory)}:${port}/${database}`;
  }

  /** Makes the data directory, with checksums. */
  async create(): Promise<void> {
    const options = ['--username=postgres', '--auth=trust', '--data-checksums', '--encoding=UTF8', '--locale=C'];
    await this.run('initdb', ['-D', this.options.directory, ...options], INITDB_MS);
  }

  /**
   * Starts the server and does not wait for it: one that replays WAL answers when it is consistent.
   *
   * @param settings beside those of its files
   */
  launch(settings: Readonly<Record<string, string>> = {}): void {
    const { directory, socketDirectory, port, account, settingsDirectory } = this.options;
    const file = (name: string) => path.join(settingsDirectory ?? directory, name);
    const all = {
      config_file: file('postgresql.conf'),
      hba_file: file('pg_hba.conf'),
      ident_file: file('pg_ident.conf'),
      listen_addresses: '',
      unix_socket_directories: socketDirectory,
      logging_collector: 'off',
      // In the data directory, where it goes with it: a killed server leaves its memory behind.
      dynamic_shared_memory_type: 'mmap',
      ...settings,
    };
    const given = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const log = openSync(this.log, 'a', 0o600);
    try {
      this.postmaster = spawn('postgres', ['-D', directory, '-p', String(port), ...given], {
        ...account,
        cwd: NEUTRAL_DIRECTORY,
        env: serverEnvironment(),
        stdio: ['ignore', log, log],
      });
      this.postmaster.once('error', () => undefined); // isAlive says it, and the log is empty
    } finally {
      closeSync(log);
    }
  }

  /** Whether the server that was started is still there: one that cannot reach its recovery target ends. */
  isAlive(): boolean {
    return (
      this.postmaster?.pid !== undefined && this.postmaster.exitCode === null && this.postmaster.signalCode === null
    );
  }

  /** Ends every process of the server at once, as a failure of the host would, and waits until they are gone. */
  async kill(): Promise<void> {
    const pid = this.postmaster?.pid;
    if (pid === undefined || !this.isAlive()) return;
    // The postmaster first: it would take the death of a child for a crash, and begin recovery.
    const pids = [pid, ...childrenOf(pid)];
    for (const each of pids) if (isPidTaken(each)) process.kill(each, 'SIGKILL');
    for (let waited = 0; pids.some(isRunning) || this.isAlive(); waited += POLL_MS) {
      if (waited > STOP_MS) throw new Error(`Processes ${pids.filter(isRunning).join(', ')} outlive SIGKILL.`);
      await delay(POLL_MS);
    }
    await this.removeSharedMemory();
  }

  /** Stops the server, and does not wait for its sessions; nothing when it does not run. */
  async stop(): Promise<void> {
    if (!this.isAlive()) return;
    this.postmaster?.kill('SIGQUIT'); // immediate shutdown: children are ended, and nothing is flushed
    for (let waited = 0; this.isAlive(); waited += POLL_MS) {
      if (waited > STOP_MS) return this.kill();
      await delay(POLL_MS);
    }
  }

  /** The last words of the server that tell why it ended. */
  async lastWords(): Promise<string> {
    const lines = (await readEnd(this.log)).split('\n').filter((line) => FAILURE.test(line) && !REFUSAL.test(line));
    return (lines.at(-1) ?? 'its log says nothing').replace(/^.*?((FATAL|PANIC|ERROR):)/, '$1');
  }

  /** The segment by which PostgreSQL keeps a second server off a data directory; a killed one leaves it to the system. */
  private async removeSharedMemory(): Promise<void> {
    const lines = (await readEnd(path.join(this.options.directory, 'postmaster.pid'))).split('\n');
    const id = lines[SHARED_MEMORY_LINE]?.trim().split(/\s+/)[1];
    const { account } = this.options;
    if (id) await runProgram('ipcrm', ['-m', id], { account, timeoutMs: STOP_MS }).catch(() => undefined);
  }

  run(program: string, args: readonly string[], timeoutMs: number): Promise<string> {
    return runProgram(program, args, { account: this.options.account, timeoutMs, signal: this.options.signal });
  }
}

/** Fields 3 and 4 of /proc/PID/stat, state and parent; the name before them may hold anything (proc(5)). */
function readStat(pid: number): { state: string; parent: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return undefined; // it has ended
  }
}

function childrenOf(parent: number): number[] {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return pids.filter((pid) => readStat(pid)?.parent === parent);
}

function isRunning(pid: number): boolean {
  const state = readStat(pid)?.state;
  return state !== undefined && state !== 'Z' && state !== 'X';
}

async function readEnd(file: string): Promise<string> {
  if (!existsSync(file)) return '';
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read({
      buffer: Buffer.alloc(LOG_BYTES),
      position: Math.max(0, size - LOG_BYTES),
    });
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
