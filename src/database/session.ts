import { loadCatalogue, type Catalogue } from './catalogue.js';
import { clientConfig, VerifyingClient } from './client.js';
import type { Executor, Params, Row } from './database.js';
import { toConnectError } from './sqlstate.js';
import type { StatementName } from './statements.js';
import { types } from './types.js';

const CONNECT_LIMIT_MS = 10_000;

/**
 * One direct connection, for what needs a session of its own: a lock, a snapshot that others see too, files
 * of several statements. Statements have no time limit but the server's; errors are PostgreSQL's own.
 */
export class Session implements Pick<Executor, 'query'> {
  private constructor(
    private readonly client: VerifyingClient,
    private readonly catalogue: Catalogue,
  ) {}

  /**
   * Connects.
   *
   * @param url of PostgreSQL itself, not of a pooler
   * @param applicationName shown in `pg_stat_activity`
   * @throws AppError E401 when the server cannot be reached
   */
  static async open(url: string, applicationName: string): Promise<Session> {
    const client = new VerifyingClient({
      ...clientConfig(url),
      application_name: applicationName,
      connectionTimeoutMillis: CONNECT_LIMIT_MS,
      types,
    });
    client.on('error', () => undefined); // the statement under way rejects with the same error
    try {
      await client.connect();
    } catch (error) {
      throw toConnectError(error);
    }
    return new Session(client, loadCatalogue());
  }

  async query<N extends StatementName>(name: N, params: Params<N>): Promise<Row<N>[]> {
    const { rows } = await this.client.query({ text: this.catalogue[name].text, values: [...params] });
    return rows as Row<N>[];
  }

  /** Runs a file of several statements. */
  async script(sql: string): Promise<void> {
    await this.client.query(sql);
  }

  /** Runs `work` in one transaction that `begin` begins: committed when it resolves, rolled back when it throws. */
  async transaction<T>(
    work: () => Promise<T>,
    begin: 'transactions/begin' | 'transactions/begin-snapshot' = 'transactions/begin',
  ): Promise<T> {
    await this.query(begin, []);
    try {
      const outcome = await work();
      await this.query('transactions/commit', []);
      return outcome;
    } catch (error) {
      await this.query('transactions/rollback', []).catch(() => undefined); // the first error says more
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.client.end().catch(() => undefined); // nothing is left to lose
  }
}
