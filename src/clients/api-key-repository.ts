import type { Executor, Row } from '../database/database.js';
import type { NewApiKey } from './api-key.js';

/** The statements on `api_keys`. */
export class ApiKeyRepository {
  constructor(private readonly executor: Executor) {}

  /** The key with this hash and its client; undefined when there is none, or it no longer holds. */
  async authenticate(hash: Buffer): Promise<Row<'api-keys/authenticate'> | undefined> {
    const [key] = await this.executor.query('api-keys/authenticate', [hash]);
    return key;
  }

  /** Makes a key, and its client when that is new. `days`: until it expires; null: never. */
  async insert(
    clientId: string,
    name: string,
    { prefix, hash }: Pick<NewApiKey, 'prefix' | 'hash'>,
    days: number | null,
  ): Promise<Row<'api-keys/insert'>> {
    const [key] = await this.executor.query('api-keys/insert', [clientId, name, prefix, hash, days]);
    if (!key) throw new Error('A key was inserted and is not there.');
    return key;
  }

  /** All keys, the newest first; null: of every client. */
  async list(clientId: string | null): Promise<Row<'api-keys/list'>[]> {
    return this.executor.query('api-keys/list', [clientId]);
  }

  /** Refuses a key from now on; undefined when there is none. Safe to repeat. */
  async revoke(id: string): Promise<Row<'api-keys/revoke'> | undefined> {
    const [key] = await this.executor.query('api-keys/revoke', [id]);
    return key;
  }
}
