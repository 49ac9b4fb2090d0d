import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { within } from '../within.js';
import { clientConfig, VerifyingClient } from './client.js';

/** What PgBouncer's console is asked for; each is a table of its own. */
const VIEWS = ['POOLS', 'STATS', 'DATABASES', 'LISTS', 'CONFIG'] as const;

/** A row as the console sends it: every value as text. */
export type ConsoleRow = Readonly<Record<string, string | null>>;
export type ConsoleViews = Readonly<Record<(typeof VIEWS)[number], readonly ConsoleRow[]>>;

const CLOSE_LIMIT_MS = 500;

const asText: pg.CustomTypesConfig = {
  getTypeParser: (() => (text: string) => text) as unknown as typeof pg.types.getTypeParser,
};

/**
 * Asks the console of a PgBouncer (https://www.pgbouncer.org/usage.html#show-commands), on a connection
 * that is made for it and closed: there is none to break when PgBouncer restarts, and the console takes
 * its users also when `max_client_conn` is reached.
 *
 * @param url of the database `pgbouncer`, as one of `stats_users`
 * @param limitMs for all of it
 * @throws Error when PgBouncer is away, refuses the user, or does not answer in time
 */
export async function readPgBouncerConsole(url: string, limitMs: number): Promise<ConsoleViews> {
  const client = new VerifyingClient({
    ...clientConfig(url),
    application_name: 'docling-jobs-pgbouncer-exporter',
    connectionTimeoutMillis: limitMs,
    types: asText,
  });
  client.on('error', () => undefined); // the statement under way tells
  try {
    return await within(limitMs, readViews(client), `PgBouncer did not answer within ${limitMs} ms.`);
  } finally {
    // A PgBouncer that hangs does not answer the farewell.
    await Promise.race([client.end().catch(() => undefined), delay(CLOSE_LIMIT_MS, undefined, { ref: false })]);
  }
}

async function readViews(client: VerifyingClient): Promise<ConsoleViews> {
  await client.connect();
  const views: Record<string, readonly ConsoleRow[]> = {};
  for (const view of VIEWS) views[view] = (await client.query<ConsoleRow>(`SHOW ${view}`)).rows;
  return views as ConsoleViews;
}
