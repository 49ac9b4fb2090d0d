import { setTimeout as delay } from 'node:timers/promises';
import { loadCatalogue, type Catalogue } from './catalogue.js';
import { clientConfig, VerifyingClient } from './client.js';

export interface NotificationListenerOptions {
  /** Of PostgreSQL itself: a pooler in transaction mode forwards no notifications. */
  readonly url: string;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  /** Called with every notification, and whenever it listens anew: some may have been missed until then. */
  readonly onNotification: () => void;
  /** Called when listening ends or fails, once until it succeeds again. */
  readonly onLost?: (error: Error) => void;
}

const CONNECT_LIMIT_MS = 5_000;
const CLOSE_LIMIT_MS = 1_000;
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 30_000;
/** After this long without traffic the system asks whether the other end is still there. */
const KEEP_ALIVE_MS = 30_000;

/** Listens for changed jobs on a connection of its own, and connects anew for as long as it is not closed. */
export class NotificationListener {
  private readonly closing = new AbortController();
  private endListening: (why: Error) => void = () => undefined;
  private ended: Promise<void> = Promise.resolve();
  private failures = 0;
  private readonly connection: ReturnType<typeof clientConfig>;

  constructor(
    private readonly options: NotificationListenerOptions,
    private readonly catalogue: Catalogue = loadCatalogue(),
  ) {
    this.connection = clientConfig(options.url);
  }

  start(): void {
    this.ended = this.run();
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.endListening(new Error('The listener was closed.'));
    await this.ended;
  }

  private async run(): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      const error = await this.listen();
      if (signal.aborted) return;
      if (this.failures === 0) this.options.onLost?.(error);
      const pauseMs = Math.min(FIRST_RETRY_MS * 2 ** this.failures, LAST_RETRY_MS);
      this.failures += 1;
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Connects and listens until the connection ends; answers why it did. */
  private async listen(): Promise<Error> {
    const { applicationName } = this.options;
    const client = new VerifyingClient({
      ...this.connection,
      application_name: applicationName,
      connectionTimeoutMillis: CONNECT_LIMIT_MS,
      query_timeout: CONNECT_LIMIT_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    });
    const ended = new Promise<Error>((resolve) => {
      this.endListening = resolve;
      client.on('error', resolve).on('end', () => {
        resolve(new Error('The connection has ended.'));
      });
    });
    try {
      await Promise.race([this.begin(client), ended]);
      return await ended;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    } finally {
      // A server that is gone without a word does not answer the farewell.
      await Promise.race([client.end().catch(() => undefined), delay(CLOSE_LIMIT_MS, undefined, { ref: false })]);
    }
  }

  private async begin(client: VerifyingClient): Promise<void> {
    const { onNotification } = this.options;
    await client.connect();
    client.on('notification', onNotification);
    await client.query(this.catalogue['events/listen'].text);
    this.failures = 0;
    onNotification();
  }
}
