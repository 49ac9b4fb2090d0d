import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../errors.js';
import type { Connection } from './connection.js';
import { QueueFullError, WaitQueue, WaitTimeoutError } from './wait-queue.js';
import type { Log } from './wire.js';

const FIRST_BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 30_000;

export interface PoolOptions {
  /** Connections that are kept. */
  readonly size: number;
  /** Callers that may wait for one at once. */
  readonly maxWaiting: number;
  /** Documents after which a connection is replaced. */
  readonly maxDocuments: number;
  /** Opens one connection; rejects with an AppError. */
  readonly connect: (signal: AbortSignal) => Promise<Connection>;
  readonly log: Log;
  /** Called for each connection that has to be replaced, but not at the end. */
  readonly onEnded?: (ending: ChildEnding) => void;
}

/**
 * Why a connection was replaced: it died by itself; it was stopped in the middle of a call, or did not answer; it held on
 * to too much memory; it had served its number of documents; it never came up.
 */
export const CHILD_ENDINGS = ['lost', 'stopped', 'worn', 'spent', 'unstarted'] as const;
export type ChildEnding = (typeof CHILD_ENDINGS)[number];

export interface PoolStatus {
  readonly idle: number;
  readonly busy: number;
  /** Being started, or waiting for the next try. */
  readonly starting: number;
  readonly waiting: number;
  /** Process ids of the children, where there are any. */
  readonly pids: readonly number[];
}

/** What a lease was used for: nothing, a document, or one after which the connection is best replaced. */
export type ConnectionUse = 'unused' | 'served' | 'worn';

/** The right to one connection. Whichever is called first of the two ends it; the rest do nothing. */
export interface Lease {
  readonly connection: Connection;
  /** Gives a healthy connection back. */
  release(use: ConnectionUse): void;
  /** Ends the connection, since it died or may still be at work; another takes its place. */
  discard(): void;
}

/**
 * Keeps `size` connections open, lends each to one caller at a time, and replaces those that died:
 * at once, but with growing pauses while new ones fail before they have served anyone.
 */
export class ConnectionPool {
  private readonly idle: Connection[] = [];
  private readonly busy = new Set<Connection>();
  private readonly documents = new WeakMap<Connection, number>();
  private readonly queue: WaitQueue<Connection>;
  private readonly closing = new AbortController();
  private readonly work = new Set<Promise<unknown>>();
  private starting = 0;
  private failures = 0;
  private lastFailure: AppError | undefined;

  constructor(private readonly options: PoolOptions) {
    this.queue = new WaitQueue(options.maxWaiting);
    this.fill();
  }

  get status(): PoolStatus {
    const pids = [...this.idle, ...this.busy].flatMap(({ pid }) => pid ?? []);
    const { starting, queue } = this;
    return { idle: this.idle.length, busy: this.busy.size, starting, waiting: queue.length, pids };
  }

  /**
   * Waits for a connection. Rejects with the signal's reason, or with AppError: E201 when none can
   * be opened, too many callers wait or the pool is closed, E202 when all stay busy for `timeoutMs`.
   */
  async acquire(options: { readonly signal: AbortSignal; readonly timeoutMs: number }): Promise<Lease> {
    const deadline = performance.now() + options.timeoutMs;
    for (;;) {
      options.signal.throwIfAborted();
      if (this.closing.signal.aborted) throw closedError();
      const timeoutMs = Math.max(0, deadline - performance.now());
      const connection = this.takeIdle() ?? (await this.wait(options.signal, timeoutMs));
      if (!(await connection.isAlive())) this.replaceDead(connection);
      else if (options.signal.aborted) this.offer(connection);
      else return this.lease(connection);
    }
  }

  /** Ends every connection and turns away who waits. Safe to repeat. */
  async close(): Promise<void> {
    this.closing.abort();
    this.queue.refuseAll(closedError());
    for (const connection of [...this.idle, ...this.busy]) this.retire(connection, 'stopped');
    await Promise.all(this.work);
  }

  private async wait(signal: AbortSignal, timeoutMs: number): Promise<Connection> {
    try {
      return await this.queue.wait({ signal, timeoutMs });
    } catch (error) {
      if (error instanceof QueueFullError) {
        throw new AppError('E201', 'Too many documents wait for the converter.', { cause: error });
      }
      if (!(error instanceof WaitTimeoutError)) throw error;
      if (this.busy.size === 0 && this.lastFailure) throw this.lastFailure;
      throw new AppError('E202', 'No converter became free in time.', { cause: error });
    }
  }

  private lease(connection: Connection): Lease {
    let ended = false;
    const once = (end: () => void) => {
      if (ended) return;
      ended = true;
      end();
    };
    return {
      connection,
      release: (use) => once(() => this.takeBack(connection, use)),
      discard: () => once(() => this.retire(connection, connection.isLost ? 'lost' : 'stopped')),
    };
  }

  private takeBack(connection: Connection, use: ConnectionUse): void {
    const documents = (this.documents.get(connection) ?? 0) + (use === 'unused' ? 0 : 1);
    if (documents > 0) this.failures = 0;
    this.documents.set(connection, documents);
    if (connection.isLost) this.retire(connection, 'lost');
    else if (use === 'worn') this.retire(connection, 'worn');
    else if (documents >= this.options.maxDocuments) this.retire(connection, 'spent');
    else this.offer(connection);
  }

  private takeIdle(): Connection | undefined {
    const connection = this.idle.shift();
    if (connection) this.busy.add(connection);
    return connection;
  }

  /** Gives a connection to who waits first, else lays it down. */
  private offer(connection: Connection): void {
    // Busy before it is served: the waiter goes on later, and it must be counted meanwhile.
    this.busy.add(connection);
    if (this.queue.serve(connection)) return;
    this.busy.delete(connection);
    this.idle.push(connection);
  }

  private retire(connection: Connection, ending: ChildEnding): void {
    if (!this.closing.signal.aborted) this.options.onEnded?.(ending);
    this.forget(connection);
    this.track(connection.end());
    this.fill();
  }

  private forget(connection: Connection): void {
    this.busy.delete(connection);
    const at = this.idle.indexOf(connection);
    if (at >= 0) this.idle.splice(at, 1);
  }

  private fill(): void {
    if (this.closing.signal.aborted) return;
    while (this.idle.length + this.busy.size + this.starting < this.options.size) {
      this.starting += 1;
      this.track(this.start());
    }
  }

  private async start(): Promise<void> {
    const connection = await this.connectAtLast();
    this.starting -= 1;
    if (!connection) return;
    if (this.closing.signal.aborted || connection.isLost) {
      this.failures += 1;
      if (!this.closing.signal.aborted) this.options.onEnded?.('unstarted');
      await connection.end();
      this.fill();
      return;
    }
    this.lastFailure = undefined;
    // The loss of a busy one its holder learns from the call.
    connection.onLost(() => {
      if (this.idle.includes(connection)) this.replaceDead(connection);
    });
    this.offer(connection);
  }

  /** Tries until a connection stands; undefined when the pool closes. */
  private async connectAtLast(): Promise<Connection | undefined> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      await sleep(this.backoffMs(), undefined, { signal }).catch(() => undefined);
      const connection = signal.aborted ? undefined : await this.tryToConnect(signal);
      if (connection) return connection;
    }
    return undefined;
  }

  private async tryToConnect(signal: AbortSignal): Promise<Connection | undefined> {
    try {
      return await this.options.connect(signal);
    } catch (error) {
      this.failures += 1;
      this.lastFailure = error instanceof AppError ? error : new AppError('E201', 'No converter.', { cause: error });
      if (!signal.aborted) {
        this.options.onEnded?.('unstarted');
        const { message, cause } = this.lastFailure;
        this.options.log('warn', message, { reason: String(cause ?? message), failures: this.failures });
      }
      return undefined;
    }
  }

  /** For one that died or hangs without having been given a document. */
  private replaceDead(connection: Connection): void {
    const documents = this.documents.get(connection) ?? 0;
    if (documents === 0) this.failures += 1;
    this.options.log('warn', 'An idle converter ended.', { documents });
    this.retire(connection, connection.isLost ? 'lost' : 'stopped');
  }

  /** Half to all of a time that doubles with every failure in a row, so that children do not start in step. */
  private backoffMs(): number {
    if (this.failures === 0) return 0;
    const full = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (this.failures - 1));
    return full * (0.5 + Math.random() / 2);
  }

  /** Keeps what goes on in the background, for `close` to wait for. */
  private track(work: Promise<unknown>): void {
    this.work.add(work);
    void work.finally(() => this.work.delete(work));
  }
}

function closedError(): AppError {
  return new AppError('E201', 'The converter is shut down.');
}
