import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { findClientTools } from '../../dist/operations/backup/client-tools.js';
import { createCopy, findRestorer, newCopyName, removeCopy } from '../../dist/operations/backup/copies.js';
import { dumpDatabase } from '../../dist/operations/backup/dump.js';
import { dumpPath } from '../../dist/operations/backup/manifest.js';
import { restoreArchive } from '../../dist/operations/backup/restore.js';
import { withMaintenanceSession, withSession } from '../../dist/operations/backup/with-session.js';

/** @type {readonly import('../../dist/operations/backup/dump.js').DumpOptions[]} */
const DUMPS = [
  { format: 'custom', jobs: 1, compression: 1 },
  { format: 'custom', jobs: 1, compression: 6 },
  { format: 'directory', jobs: 2, compression: 1 },
];
/** By format: connections that restore at once. What is compressed harder is only dumped. */
const RESTORE_JOBS = { custom: [1, 2], directory: [1, 2] };

const CLEAN_UP_MS = 60_000;

/**
 * Dumps and restores a database in every way in turns, so that what else the machine does falls on all alike.
 *
 * @param {object} options
 * @param {import('../../dist/operations/backup/server.js').Server} options.server
 * @param {string} options.directory for dumps, and the notes of copies
 * @param {number} options.rounds
 * @param {AbortSignal} options.signal
 * @param {(what: string, seconds: number, bytes?: number) => void} options.onMeasured
 */
export async function measureBackups({ server, directory, rounds, signal, onMeasured }) {
  const folder = await mkdtemp(path.join(directory, 'measure-'));
  try {
    await withSession(server, server.database, signal, async (session) => {
      const [host] = await session.query('backup/describe-server', []);
      const tools = await findClientTools(host.major, { signal });
      for (let round = 0; round < rounds; round += 1) {
        for (const options of DUMPS) {
          const name = `${options.format} -Z${options.compression}`;
          const target = dumpPath(folder, { database: server.database, format: options.format });
          const dumped = await dumpDatabase({ server, session, tools, target, options, signal });
          onMeasured(`dump ${name} -j${options.jobs}`, dumped.seconds, await sizeOf(target));
          for (const jobs of options.compression > 1 ? [] : RESTORE_JOBS[options.format]) {
            const copy = newCopyName(server.database);
            const restorer = await findRestorer(session, dumped.properties);
            try {
              const started = performance.now();
              await createCopy(session, folder, copy, dumped, restorer);
              await restoreArchive({ server, tools, archive: target, database: copy, restorer, jobs, signal });
              onMeasured(`restore ${name} -j${jobs}`, (performance.now() - started) / 1_000);
            } finally {
              // On a connection of its own: a signal has closed the other.
              await withMaintenanceSession(server, AbortSignal.timeout(CLEAN_UP_MS), (own) =>
                removeCopy(own, folder, copy),
              );
            }
          }
          await rm(target, { recursive: true });
        }
      }
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param {string} target */
async function sizeOf(target) {
  const status = await stat(target);
  if (status.isFile()) return status.size;
  const sizes = (await readdir(target)).map(async (name) => (await stat(path.join(target, name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
