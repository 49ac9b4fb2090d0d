import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Account } from '../../database/embedded/run.js';
import { Cluster } from './cluster.js';
import type { PgBackRest } from './pgbackrest.js';
import { recover, type Recovered } from './recover.js';
import { runProgram } from './program.js';
import type { Target } from './target.js';
import { verifyCopy } from './verify-copy.js';

export interface Rehearsal {
  readonly pgbackrest: PgBackRest;
  readonly target: Target;
  /** Where the copy is made, and removed from; needs the room of the database and its WAL. */
  readonly parent?: string | undefined;
  readonly account: Account;
  readonly signal?: AbortSignal | undefined;
}

const REPLAY_MS = 12 * 60 * 60 * 1_000;
const MAKING_MS = 10_000;
const PORT = 5432;

/**
 * Restores the backups of a real server into a copy beside it, verifies the copy, and removes it. The server is not
 * touched. Throws RecoveryFailed when there is no copy to verify.
 */
export async function rehearse({ pgbackrest, target, parent, account, signal }: Rehearsal): Promise<{
  readonly recovered: Recovered;
  readonly faults: readonly string[];
  readonly verifySeconds: number;
}> {
  const directory = await mkdtemp(path.join(parent ?? tmpdir(), 'docling-jobs-rehearsal-'));
  const [data, socketDirectory] = [path.join(directory, 'data'), path.join(directory, 'socket')];
  const cluster = new Cluster({ directory: data, socketDirectory, port: PORT, account, signal });
  try {
    await chmod(directory, 0o700);
    if (account.uid !== undefined && account.gid !== undefined) await chown(directory, account.uid, account.gid);
    await runProgram('mkdir', ['-m', '700', data, socketDirectory], { account, timeoutMs: MAKING_MS });
    const recovered = await recover(pgbackrest, cluster, target, REPLAY_MS);
    const began = performance.now();
    const faults = await verifyCopy(recovered, target, {});
    return { recovered, faults, verifySeconds: (performance.now() - began) / 1_000 };
  } finally {
    await cluster.stop();
    await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
