import { v7 as uuidv7 } from 'uuid';
import type { Executor, Row } from '../database/database.js';
import { insertValues, type CreatedJob, type NewJob } from './job-repository.js';

/** A request's right to a client's key: to make the one job that the key is to stand for. */
export interface KeyClaim {
  readonly clientId: string;
  readonly key: string;
  /** Unlike that of any other request. */
  readonly claimId: string;
}

/** The statements on `idempotency_keys`; deleting a job frees its key by itself. */
export class IdempotencyRepository {
  constructor(private readonly executor: Executor) {}

  /** Claims the key for `claimMs`, or tells what it stands for; undefined: another claimed it in the same moment. */
  async claim(
    { clientId, key, claimId }: KeyClaim,
    claimMs: number,
  ): Promise<Row<'idempotency-keys/claim'> | undefined> {
    const [row] = await this.executor.query('idempotency-keys/claim', [clientId, key, claimId, claimMs]);
    return row;
  }

  /** Makes the claim hold for `claimMs` from now. */
  async prolong({ clientId, key, claimId }: KeyClaim, claimMs: number): Promise<void> {
    await this.executor.query('idempotency-keys/prolong', [clientId, key, claimId, claimMs]);
  }

  /** Gives up a claim that no job was made under; does nothing to any other. */
  async release({ clientId, key, claimId }: KeyClaim): Promise<void> {
    await this.executor.query('idempotency-keys/release', [clientId, key, claimId]);
  }

  /** Makes the key's job. Undefined, and no job: another request has taken the key over. */
  async insertJob(
    { key, claimId }: KeyClaim,
    requestHash: Buffer,
    job: NewJob,
    id = uuidv7(),
  ): Promise<CreatedJob | undefined> {
    const [row] = await this.executor.query('idempotency-keys/insert-job', [
      ...insertValues(id, job),
      key,
      claimId,
      requestHash,
    ]);
    return row && { id, createdAt: row.createdAt };
  }

  /** Forgets up to `limit` keys whose time is up; answers how many. */
  async deleteExpired(limit: number): Promise<number> {
    return (await this.executor.query('idempotency-keys/delete-expired', [limit])).length;
  }
}
