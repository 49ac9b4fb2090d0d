import pg from 'pg';
import Cursor from 'pg-cursor';
import { AppError } from '../errors.js';
import { within } from '../within.js';
import { loadCatalogue, type Catalogue } from './catalogue.js';
import { clientConfig, VerifyingClient } from './client.js';
import { isWorthRepeating } from './retry.js';
import { AnswerLost, isAway, PoolExhausted, READ_ONLY, sqlStateOf, toAppError, toConnectError } from './sqlstate.js';
import type { StatementName, Statements } from './statements.js';
import { types } from './types.js';

export type Params<N extends StatementName> = Statements[N]['params'];
export type Row<N extends StatementName> = Statements[N]['row'];

/** Runs statements of the catalogue: the pool itself, or one transaction. */
export interface Executor {
  /** All rows. Throws AppError E401, E402 (AnswerLost when it may have taken effect), E403 or E701 as `sqlstate.ts` says. */
  query<N extends StatementName>(name: N, params: Params<N>): Promise<Row<N>[]>;
  /**
   * The rows in batches, through a cursor, from one snapshot and in constant memory. Ends early when
   * the caller stops iterating or `signal` aborts.
   */
  stream<N extends StatementName>(
    name: N,
    params: Params<N>,
    options: StreamOptions,
  ): AsyncGenerator<Row<N>[], void, undefined>;
}

export interface StreamOptions {
  /** Rows per batch. */
  readonly batchSize: number;
  readonly signal: AbortSignal;
}

export interface StatementObservation {
  readonly name: StatementName;
  readonly seconds: number;
  readonly failed: boolean;
}

/** How a wait for a connection went. */
export interface AcquireObservation {
  readonly seconds: number;
  /** None became free in time, or too many waited already. */
  readonly exhausted: boolean;
}

export interface DatabaseOptions {
  readonly url: string;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  readonly poolSize: number;
  /** Milliseconds that a statement may wait for a connection. */
  readonly poolTimeoutMs: number;
  /** Statements that may wait for a connection at once. */
  readonly poolMaxWaiting: number;
  readonly statementTimeoutMs: number;
  readonly preparedStatements: boolean;
  /** Whether `url` leads to PostgreSQL itself and not to a pooler, which knows no start-up options. */
  readonly direct: boolean;
  /** Called after every statement. */
  readonly onStatement?: (observation: StatementObservation) => void;
  /** Called after every wait for a connection, however short. */
  readonly onAcquire?: (observation: AcquireObservation) => void;
  /** Called when an idle connection breaks; the pool replaces it by itself. */
  readonly onConnectionLost?: (error: Error) => void;
}

/** Connections of the pool at this moment. */
export interface PoolState {
  readonly size: number;
  readonly inUse: number;
  readonly idle: number;
  readonly waiting: number;
}

/** How long beyond the server's own limit a statement may take before its connection is given up. */
const CLIENT_GRACE_MS = 1_000;
const CLOSE_LIMIT_MS = 2_000;
/** As `pg` says it of a statement. */
const NO_ANSWER = 'Query read timeout';
/** How long a connection may be silent before the system asks whether the other side is still there. */
const KEEP_ALIVE_DELAY_MS = 10_000;

/** A bounded pool of connections that runs the statements of the catalogue. */
export class Database implements Executor {
  private readonly pool: pg.Pool;
  private readonly catalogue: Catalogue;
  /** When a connection was last known to work; by the monotonic clock, as is the next. */
  private readonly provenAt = new WeakMap<pg.PoolClient, number>();
  /** When a connection was last lost: those that have done nothing since may be dead as well. */
  private lossAt = -Infinity;

  constructor(
    private readonly options: DatabaseOptions,
    catalogue: Catalogue = loadCatalogue(),
  ) {
    this.catalogue = catalogue;
    this.pool = new pg.Pool({
      ...clientConfig(options.url),
      // Its type knows only classes without arguments; the pool hands each its own options.
      Client: VerifyingClient as unknown as new () => pg.Client,
      application_name: options.applicationName,
      max: options.poolSize,
      connectionTimeoutMillis: options.poolTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
      types,
      ...(options.direct && { options: `-c statement_timeout=${options.statementTimeoutMs}` }),
    });
    this.pool.on('connect', (client) => {
      // For as long as it lives: while one is lent, and in the very moment of lending, the pool does not listen.
      client.on('error', ignore);
      this.prove(client);
    });
    this.pool.on('error', (error) => {
      this.lossAt = performance.now();
      options.onConnectionLost?.(error);
    });
  }

  /** As the interface says; sent once more where that is safe and may help. */
  async query<N extends StatementName>(name: N, params: Params<N>): Promise<Row<N>[]> {
    try {
      return await this.queryOnce(name, params);
    } catch (first) {
      if (!isWorthRepeating(first, this.catalogue[name].repeatable)) throw first;
      return await this.queryOnce(name, params).catch((second: unknown) => {
        // That the second could not even be sent does not tell what became of the first.
        throw first instanceof AnswerLost && isConnectionError(second) ? first : second;
      });
    }
  }

  private async queryOnce<N extends StatementName>(name: N, params: Params<N>): Promise<Row<N>[]> {
    const client = await this.connect();
    let broken = false;
    try {
      return await this.send(client, name, params);
    } catch (error) {
      broken = isConnectionError(error);
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /** Runs `work` in one transaction: committed when it resolves, rolled back when it throws. */
  async transaction<T>(work: (executor: Executor) => Promise<T>): Promise<T> {
    const client = await this.connect();
    let broken = false;
    try {
      await this.send(client, 'transactions/begin', []);
      const outcome = await work({
        query: (name, params) => this.send(client, name, params),
        stream: (name, params, options) => this.readCursor(client, name, params, options),
      });
      await this.send(client, 'transactions/commit', []);
      return outcome;
    } catch (error) {
      broken = error instanceof AnswerLost || !(await this.rollBack(client));
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /** As the interface says; holds one connection of the pool until it ends. */
  async *stream<N extends StatementName>(
    name: N,
    params: Params<N>,
    options: StreamOptions,
  ): AsyncGenerator<Row<N>[], void, undefined> {
    const client = await this.connect();
    let clean = false;
    let lost = false;
    try {
      await this.send(client, 'transactions/begin-reading', []);
      await this.send(client, 'transactions/lift-time-limit', []);
      yield* this.readCursor(client, name, params, options);
      await this.send(client, 'transactions/commit', []);
      clean = true;
    } catch (error) {
      lost = error instanceof AnswerLost;
      throw error;
    } finally {
      clean ||= !lost && (await this.rollBack(client));
      client.release(!clean);
    }
  }

  state(): PoolState {
    const { totalCount, idleCount, waitingCount } = this.pool;
    return { size: this.options.poolSize, inUse: totalCount - idleCount, idle: idleCount, waiting: waitingCount };
  }

  /** Waits for running statements and closes every connection. Safe to repeat. */
  async close(): Promise<void> {
    if (!this.pool.ending) await this.pool.end();
  }

  private async connect(): Promise<pg.PoolClient> {
    const started = performance.now();
    let exhausted = false;
    try {
      return await this.acquire();
    } catch (error) {
      exhausted = error instanceof PoolExhausted && !this.pool.ending;
      throw error;
    } finally {
      this.options.onAcquire?.({ seconds: (performance.now() - started) / 1_000, exhausted });
    }
  }

  private async acquire(): Promise<pg.PoolClient> {
    if (this.pool.ending) throw new PoolExhausted();
    const busy = this.pool.idleCount === 0 && this.pool.totalCount >= this.options.poolSize;
    if (busy && this.pool.waitingCount >= this.options.poolMaxWaiting) throw new PoolExhausted();
    try {
      let client = await this.pool.connect();
      while (this.isDoubtful(client)) {
        client.release(true);
        client = await this.pool.connect();
      }
      return client;
    } catch (error) {
      if (String(error).includes('timeout exceeded when trying to connect')) throw new PoolExhausted(error);
      throw toConnectError(error);
    }
  }

  /** Whether another connection was lost since this one last worked: a server that ends takes all with it. */
  private isDoubtful(client: pg.PoolClient): boolean {
    return (this.provenAt.get(client) ?? 0) < this.lossAt;
  }

  private prove(client: pg.PoolClient): void {
    this.provenAt.set(client, performance.now());
  }

  private async send<N extends StatementName>(client: pg.PoolClient, name: N, params: Params<N>): Promise<Row<N>[]> {
    const entry = this.catalogue[name];
    const started = performance.now();
    let failed = true;
    try {
      const config: pg.QueryConfig & { query_timeout: number } = {
        text: entry.text,
        values: [...params],
        // Not set for the pool: a cursor would take it for its whole life.
        query_timeout: this.options.statementTimeoutMs + CLIENT_GRACE_MS,
        ...(this.options.preparedStatements && entry.preparedName && { name: entry.preparedName }),
      };
      const result = await client.query<pg.QueryResultRow>(config);
      failed = false;
      this.prove(client);
      return result.rows as Row<N>[];
    } catch (error) {
      const meaning = toAppError(error);
      if (meaning instanceof AnswerLost || sqlStateOf(error) === READ_ONLY) this.lossAt = performance.now();
      throw meaning;
    } finally {
      this.options.onStatement?.({ name, seconds: (performance.now() - started) / 1_000, failed });
    }
  }

  private async *readCursor<N extends StatementName>(
    client: pg.PoolClient,
    name: N,
    params: Params<N>,
    { batchSize, signal }: StreamOptions,
  ): AsyncGenerator<Row<N>[], void, undefined> {
    const cursor = client.query(new Cursor<Row<N>>(this.catalogue[name].text, [...params], { types } as never));
    const limitMs = this.options.statementTimeoutMs + CLIENT_GRACE_MS;
    let open = true;
    try {
      while (!signal.aborted) {
        open = false; // a cursor whose reading fails is over, and cannot be closed any more
        const rows = await within(limitMs, cursor.read(batchSize), NO_ANSWER).catch((error: unknown) => {
          throw toAppError(error);
        });
        if (rows.length === 0) return;
        open = true;
        yield rows;
      }
    } finally {
      // One that does not close is on a dead connection, as the rollback will find.
      if (open) await within(CLOSE_LIMIT_MS, cursor.close(), NO_ANSWER).catch(ignore);
    }
  }

  /** Whether the connection is clean again; one that is not is thrown away, which rolls back too. */
  private async rollBack(client: pg.PoolClient): Promise<boolean> {
    return this.send(client, 'transactions/rollback', []).then(
      () => true,
      () => false,
    );
  }
}

/** A connection that breaks while it is lent says so to the statement under way, or to the next one. */
function ignore(): void {
  // nothing to add
}

function isConnectionError(error: unknown): boolean {
  return error instanceof AppError && isAway(error.code);
}
