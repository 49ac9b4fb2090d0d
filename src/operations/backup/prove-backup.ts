import path from 'node:path';
import type { Session } from '../../database/session.js';
import { BackupError } from './backup-error.js';
import { checkChecksums } from './checksums.js';
import { findClientTools, type ClientTools } from './client-tools.js';
import { compareCopy } from './compare-copy.js';
import { createCopy, findRestorer, newCopyName, removeCopy, type Restorer } from './copies.js';
import { dumpPath, MANIFEST, readManifest, type Manifest } from './manifest.js';
import { restoreArchive } from './restore.js';
import type { Run } from './run.js';
import { trySmoke } from './smoke.js';
import type { StoredBackup } from './store.js';
import type { Verification } from './report.js';
import { withMaintenanceSession, withSession } from './with-session.js';

export interface ProofOptions {
  /** Connections that restore at once. */
  readonly jobs: number;
  readonly rtoSeconds: number;
  /** Called between restore and comparison, with the copy's name: where a test does damage. */
  readonly onRestored?: (copy: string) => Promise<void>;
}

/** Everything that is wrong with a backup or with its copy. */
export class ProofFailed extends BackupError {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ProofFailed';
  }
}

const APPLICATION_ROLE = 'docling_app';
const CLEAN_UP_MS = 60_000;

/**
 * Proves that a backup restores: checks its files, restores it into a database of its own, holds that against the
 * manifest of what was dumped, lets the service's statements work on it, and removes it. Needs nothing of the
 * backed up database, which may have moved on or be gone. Run it under the lock of the store.
 *
 * @throws ProofFailed with all that is wrong; BackupError when it cannot be tried
 */
export async function proveBackup(
  run: Run,
  { folder, name }: StoredBackup,
  options: ProofOptions,
): Promise<Verification> {
  const { server, directory, signal, say } = run;
  const started = performance.now();
  const manifest = await readManifest(folder);
  say(`checking the files of ${name}`);
  const damage = await checkChecksums(folder, [path.basename(dumpPath(folder, manifest)), MANIFEST], signal);
  if (damage.length > 0) throw new ProofFailed(damage);
  return withMaintenanceSession(server, signal, async (session) => {
    const tools = await findToolsFor(session, manifest, signal);
    const restorer = await findRestorer(session, manifest.properties);
    const copy = newCopyName(manifest.database);
    say(`restoring it into ${copy}, with ${options.jobs} ${options.jobs === 1 ? 'job' : 'jobs'}`);
    try {
      const restoring = performance.now();
      await createCopy(session, directory, copy, manifest, restorer);
      const archive = dumpPath(folder, manifest);
      const left = await restoreArchive({
        server,
        tools,
        archive,
        database: copy,
        restorer,
        jobs: options.jobs,
        signal,
      });
      const restoreSeconds = secondsSince(restoring);
      say(`restored in ${restoreSeconds.toFixed(1)} s (at most ${options.rtoSeconds} s are allowed)`);
      for (const { line } of left) say(`left out, since only a superuser restores it: ${line}`);
      await options.onRestored?.(copy);
      const problems = await examineCopy(run, copy, manifest, restorer);
      if (restoreSeconds > options.rtoSeconds) {
        problems.push(
          `The restore took ${restoreSeconds.toFixed(1)} s, longer than the ${options.rtoSeconds} s allowed.`,
        );
      }
      if (problems.length > 0) throw new ProofFailed(problems);
      const { jobs, rtoSeconds } = options;
      const verifiedAt = new Date().toISOString();
      return { verifiedAt, restoreSeconds, totalSeconds: secondsSince(started), rtoSeconds, jobs };
    } finally {
      await cleanUp(run, copy);
    }
  });
}

async function findToolsFor(session: Session, manifest: Manifest, signal: AbortSignal): Promise<ClientTools> {
  const [host] = await session.query('backup/describe-server', []);
  if (!host) throw new Error('The server does not describe itself.');
  const dumped = Number.parseInt(manifest.toolVersion, 10);
  if (dumped > host.major) {
    throw new BackupError(
      `The backup was made by pg_dump ${manifest.toolVersion}, and the server is PostgreSQL ${host.version}: restore it on a newer one.`,
    );
  }
  return findClientTools(host.major, { signal });
}

/** What is wrong with a restored copy, each as a sentence: not the same as was dumped, or of no use to the service. */
export async function examineCopy(run: Run, copy: string, manifest: Manifest, restorer: Restorer): Promise<string[]> {
  const { server, signal, say } = run;
  say('comparing it with what was dumped');
  const differences = await withSession(server, copy, signal, (session) =>
    compareCopy(session, copy, manifest, restorer),
  );
  say("running the service's statements on it");
  const failures = await trySmoke(server.url(copy), hasApplication(manifest) ? APPLICATION_ROLE : undefined);
  signal.throwIfAborted();
  return [...differences.map((difference) => `In the copy ${difference}`), ...failures];
}

/** On a hosted database with a single user the application is its owner. */
function hasApplication({ schema }: Manifest): boolean {
  return schema.some(({ rights }) => rights?.split(' ').some((right) => right.startsWith(`${APPLICATION_ROLE}=`)));
}

/** On a connection and a signal of its own: the run may be stopped, and its connection lost. */
async function cleanUp({ server, directory, say }: Run, copy: string): Promise<void> {
  const signal = AbortSignal.timeout(CLEAN_UP_MS);
  try {
    await withMaintenanceSession(server, signal, (session) => removeCopy(session, directory, copy));
  } catch (error) {
    say(`${copy} could not be removed; the next run does it. ${error instanceof Error ? error.message : ''}`);
  }
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1_000;
}
