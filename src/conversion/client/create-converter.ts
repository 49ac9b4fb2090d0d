import { fileURLToPath } from 'node:url';
import { CONVERTER_ENTRY } from '../package-info.js';
import { splitCommandLine } from './command-line.js';
import { completedConverter } from './completed-converter.js';
import { Connection } from './connection.js';
import { ConnectionPool, type ChildEnding, type PoolStatus } from './connection-pool.js';
import type { Converter } from './converter.js';
import { httpWire } from './http-wire.js';
import { PooledSession } from './pooled-session.js';
import { stdioWire } from './stdio-wire.js';
import type { Log, Wire } from './wire.js';

/** Of a child's memory; the rest is for Node itself (75 MB), buffers, and the young generation. */
const HEAP_SHARE = 0.75;

export interface ConverterOptions {
  /** A server over streamable HTTP. */
  readonly url: string | undefined;
  /** The command line of a server over standard input and output; both undefined: the built-in one. */
  readonly command: string | undefined;
  /** Memory of one child of the built-in converter, all in all. */
  readonly memoryMb: number;
  /** Children or sessions that are kept ready; at least 1. */
  readonly poolSize: number;
  /** Callers of `open` that may wait at once; default 1,000. */
  readonly maxWaiting?: number;
  /** Documents after which a child or session is replaced; default 100. */
  readonly maxDocuments?: number;
  /** Memory that a child may hold on to between documents, or it is replaced; default half of `memoryMb`, at least 192. */
  readonly maxResidentMb?: number;
  /** Milliseconds for a child or session to answer after its start; default 60,000. */
  readonly startTimeoutMs?: number;
  readonly log?: Log;
  /** Called for each child or session that has to be replaced. */
  readonly onEnded?: (ending: ChildEnding) => void;
}

/** A converter that also tells how its children do. */
export interface PooledConverter extends Converter {
  readonly status: PoolStatus;
}

/**
 * The converter of the settings. Its children are started, or its sessions opened, straight away. What
 * another converter than the built-in one does not export, the built-in one makes.
 *
 * @throws Error when `command` cannot be read as a command line.
 */
export function createConverter(options: ConverterOptions): PooledConverter {
  const converter = createPool(options);
  const builtIn = { ...options, url: undefined, command: undefined };
  if (options.url === undefined && options.command === undefined) return converter;
  return completedConverter(converter, () => createPool({ ...builtIn, poolSize: 1 }));
}

function createPool(options: ConverterOptions): PooledConverter {
  const { maxWaiting = 1_000, maxDocuments = 100, startTimeoutMs = 60_000, log = () => undefined } = options;
  const { maxResidentMb = Math.max(192, options.memoryMb / 2) } = options;
  const makeWire = wireMaker(options, log);
  const pool = new ConnectionPool({
    size: Math.max(1, options.poolSize),
    maxWaiting,
    maxDocuments,
    connect: (signal) => Connection.open(makeWire(), { signal, timeoutMs: startTimeoutMs }),
    log,
    ...(options.onEnded && { onEnded: options.onEnded }),
  });
  const maxResidentBytes = maxResidentMb * 1024 * 1024;
  return {
    get status() {
      return pool.status;
    },
    open: async (waiting) => new PooledSession(await pool.acquire(waiting), maxResidentBytes),
    ping: (timeoutMs) => ping(pool, timeoutMs),
    close: () => pool.close(),
  };
}

/** A factory of one connection's wire each. */
function wireMaker({ url, command, memoryMb }: ConverterOptions, log: Log): () => Wire {
  if (url !== undefined) return () => httpWire(url);
  const builtIn = command === undefined;
  const child = builtIn ? { command: process.execPath, args: builtInArguments(memoryMb) } : splitCommandLine(command);
  // The built-in converter writes there only what went wrong; others also what goes well.
  const level = builtIn ? 'warn' : 'debug';
  const onStderr = (text: string) => log(level, 'A converter wrote to its standard error.', { text: text.trimEnd() });
  return () => stdioWire({ ...child, onStderr });
}

/** The heap gets what the process needs for itself less, so that V8 collects garbage before the watchdog steps in. */
function builtInArguments(memoryMb: number): string[] {
  const heapMb = Math.floor(memoryMb * HEAP_SHARE);
  return [`--max-old-space-size=${heapMb}`, fileURLToPath(CONVERTER_ENTRY), String(memoryMb)];
}

/** A busy converter cannot answer while it parses; that it is at work is answer enough. */
async function ping(pool: ConnectionPool, timeoutMs: number): Promise<void> {
  if (pool.status.busy > 0) return;
  const deadline = performance.now() + timeoutMs;
  const lease = await pool.acquire({ signal: new AbortController().signal, timeoutMs });
  try {
    await lease.connection.ping(Math.max(1, deadline - performance.now()));
    lease.release('unused');
  } catch (error) {
    lease.discard();
    throw error;
  }
}
