import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Binaries } from './binaries.js';
import { hasErrorCode } from './errors.js';
import { commandLineOf, isPidTaken } from './process-identity.js';
import { NEUTRAL_DIRECTORY, run, serverEnvironment } from './run.js';
import type { Server } from './site.js';

const FAST_STOP_SECONDS = 15;
const IMMEDIATE_STOP_SECONDS = 5;
const CUT_SHORT_AFTER_MS = 2_000;

export interface Postmaster {
  readonly pid: number;
  readonly port: number;
}

/** A postmaster that this process started; `exited` once it is gone. */
export interface Launch {
  readonly pid: number | undefined;
  exited: boolean;
}

/**
 * The postmaster that runs on the server's cluster, starting and stopping ones included. PostgreSQL
 * writes `postmaster.pid` itself, so this finds one whatever became of the process that started it.
 * After a crash or a reboot the file may name a pid that belongs to another program by now: such a
 * file is no postmaster.
 */
export async function findPostmaster({ cluster }: Pick<Server, 'cluster'>): Promise<Postmaster | undefined> {
  const lines = await readPidFile(cluster);
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  if (!Number.isInteger(pid) || pid <= 0 || !port) return undefined;
  return isPostmasterOf(cluster, pid) ? { pid, port } : undefined;
}

async function readPidFile(cluster: string): Promise<string[]> {
  try {
    return (await readFile(path.join(cluster, 'postmaster.pid'), 'utf8')).split('\n');
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return [];
    throw error;
  }
}

function isPostmasterOf(cluster: string, pid: number): boolean {
  if (!isPidTaken(pid)) return false;
  if (process.platform === 'win32') return true;
  const commandLine = commandLineOf(pid).replaceAll('\0', ' ');
  return commandLine.includes(`postgres -D ${cluster} `);
}

/** The log of what the postmaster says before it has opened its own log. */
export function startupLogOf({ home }: Server): string {
  return path.join(home, 'startup.log');
}

/**
 * Starts a postmaster that outlives this process, in a session of its own so that Ctrl-C in a terminal
 * does not reach it. Call it under the lock, when `findPostmaster` finds none.
 */
export async function launchPostmaster(server: Server, binaries: Binaries, port: number): Promise<Launch> {
  await removeMisleadingPidFile(server);
  const log = openSync(startupLogOf(server), 'w', 0o600);
  try {
    const must = { listen_addresses: '127.0.0.1', unix_socket_directories: '', logging_collector: 'on' };
    const settings = Object.entries(must).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = spawn(binaries.postgres, ['-D', server.cluster, '-p', String(port), ...settings], {
      ...server.account,
      cwd: NEUTRAL_DIRECTORY,
      env: serverEnvironment(),
      detached: true,
      stdio: ['ignore', log, log],
      windowsHide: true,
    });
    return follow(child);
  } finally {
    closeSync(log);
  }
}

function follow(child: ChildProcess): Launch {
  const launch: Launch = { pid: child.pid, exited: false };
  const end = (): void => {
    launch.exited = true;
  };
  child.once('exit', end).once('error', end);
  child.unref();
  return launch;
}

/**
 * PostgreSQL tells a stale `postmaster.pid` by its pid being free, so it refuses to start when that
 * pid was given to another program of its user, or the file was cut short by a power failure. The
 * file of a pid that is free is left to PostgreSQL, which also waits for backends that survived.
 */
async function removeMisleadingPidFile({ cluster }: Server): Promise<void> {
  const file = path.join(cluster, 'postmaster.pid');
  const lines = await readPidFile(cluster);
  if (lines.length === 0) return;
  const pid = Number(lines[0]);
  const isMisleading =
    Number.isInteger(pid) && pid > 0
      ? isPidTaken(pid)
      : // A young file without a pid may be one that a postmaster is writing at this moment.
        Date.now() - (await stat(file)).mtimeMs > CUT_SHORT_AFTER_MS;
  if (isMisleading) await rm(file, { force: true });
}

/** Stops the postmaster: sessions are ended, and if that takes too long it is stopped as by a crash, which loses nothing. */
export async function stopPostmaster(server: Server, binaries: Binaries): Promise<void> {
  const stop = (mode: string, seconds: number) =>
    run(binaries.pgCtl, ['-D', server.cluster, '-m', mode, '-w', '-t', String(seconds), 'stop'], {
      account: server.account,
      timeoutMs: (seconds + 2) * 1000,
    });
  try {
    await stop('fast', FAST_STOP_SECONDS);
  } catch {
    if ((await findPostmaster(server)) === undefined) return;
    await stop('immediate', IMMEDIATE_STOP_SECONDS);
  }
}
