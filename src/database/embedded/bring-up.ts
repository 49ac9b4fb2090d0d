import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { prepareBinaries } from './binaries.js';
import { createCluster, hasCluster, removeOldLogs } from './cluster.js';
import { EmbeddedPostgresError, hasErrorCode } from './errors.js';
import { findPostmaster, launchPostmaster, startupLogOf, type Launch, type Postmaster } from './postmaster.js';
import type { Server } from './site.js';

const POLL_MS = 25;
const RETRY_MS = 250;
const PROBE_TIMEOUT_MS = 2_000;
const MAX_FAILED_STARTS = 5;
const TOO_MANY_CONNECTIONS = '53300';
const INVALID_PASSWORD = '28P01';

/** Failed starts that pass by themselves: another postmaster comes up, or backends of a killed one are still ending. */
const PASSING_FAILURE = /pre-existing shared memory block|lock file "postmaster\.pid"/;

export interface RunningServer extends Postmaster {
  /** False if this call started it. */
  readonly adopted: boolean;
}

/**
 * Returns the server's postmaster once it accepts connections: the one that runs, or a new one. Call
 * it under the lock.
 *
 * @throws EmbeddedPostgresError when it cannot be started, or is not ready by `deadline` (ms since 1970).
 */
export async function bringUp(
  server: Server,
  deadline: number,
  log: (message: string) => void,
): Promise<RunningServer> {
  const running = await findPostmaster(server);
  if (running !== undefined && (await probe(server, running)) === 'ready') return { ...running, adopted: true };
  const binaries = await prepareBinaries(server.home, server.account, log);
  if (!(await hasCluster(server))) {
    log('making a new PostgreSQL database');
    await createCluster(server, binaries);
  }
  await removeOldLogs(server);
  let launch: Launch | undefined;
  for (let failures = 0; Date.now() < deadline; await delay(POLL_MS)) {
    const postmaster = await findPostmaster(server);
    if (postmaster !== undefined) {
      if ((await probe(server, postmaster)) === 'ready') {
        return { ...postmaster, adopted: postmaster.pid !== launch?.pid };
      }
    } else if (launch === undefined || launch.exited) {
      if (launch !== undefined) failures = await countFailure(server, failures);
      launch = await launchPostmaster(
        server,
        binaries,
        await choosePort(failures === 0 ? server.state.port : undefined),
      );
    }
  }
  throw new EmbeddedPostgresError(
    `The embedded PostgreSQL in ${server.home} was not ready in time. What it last said: ${await lastWords(server)}`,
  );
}

async function countFailure(server: Server, failures: number): Promise<number> {
  const words = await lastWords(server);
  await delay(RETRY_MS);
  if (PASSING_FAILURE.test(words)) return failures;
  if (failures + 1 < MAX_FAILED_STARTS) return failures + 1;
  throw new EmbeddedPostgresError(
    `The embedded PostgreSQL in ${server.home} does not start. Its log, in ${server.cluster}/log, ends: ${words}`,
  );
}

async function lastWords(server: Server): Promise<string> {
  const text = await readFile(startupLogOf(server), 'utf8').catch(() => '');
  return text.trim().slice(-1_000) || '(nothing)';
}

/** The wished port if it is free, else any free one. Someone may take it before PostgreSQL does: that start fails, the next takes another. */
async function choosePort(wished: number | undefined): Promise<number> {
  return (wished === undefined ? undefined : await tryPort(wished)) ?? (await tryPort(0)) ?? 0;
}

async function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const listener = createServer();
    listener.once('error', () => resolve(undefined));
    listener.listen(port, '127.0.0.1', () => {
      const { port: free } = listener.address() as AddressInfo;
      listener.close(() => resolve(free));
    });
  });
}

/**
 * Asks for a session. 'not yet' while the server starts, recovers or stops.
 *
 * @throws EmbeddedPostgresError when the server refuses the password of the state file.
 */
export async function probe(server: Server, { port }: Postmaster): Promise<'ready' | 'not yet'> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password: server.state.passwords.postgres,
    database: 'postgres',
    connectionTimeoutMillis: PROBE_TIMEOUT_MS,
  });
  // Without a listener, a session that breaks after it was opened would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return 'ready';
  } catch (error) {
    if (hasErrorCode(error, TOO_MANY_CONNECTIONS)) return 'ready';
    if (!hasErrorCode(error, INVALID_PASSWORD)) return 'not yet';
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL refuses the password in ${server.site.stateFile}: ` +
        'the file belongs to another cluster, or the password of "postgres" was changed.',
      error,
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}
