import { rm } from 'node:fs/promises';
import path from 'node:path';
import { writeDurably } from '../../durable-file.js';
import { listArchive, readArchive } from './archive.js';
import { writeChecksums } from './checksums.js';
import { findClientTools, type ClientTools } from './client-tools.js';
import { dumpDatabase, type DumpOptions, type Dumped } from './dump.js';
import { requireFreeSpace } from './free-space.js';
import { dumpPath, MANIFEST, type Manifest } from './manifest.js';
import { writeReport, type BackupReport } from './report.js';
import type { Run } from './run.js';
import { beginBackup, finishBackup, listBackups, type StoredBackup } from './store.js';
import { withSession } from './with-session.js';

/**
 * Makes a backup: dumped, on disk, read to its end, summed up and described, and only then under its name. Run it
 * under the lock of the store.
 *
 * @throws BackupError when any of it fails; nothing is left then
 */
export async function makeBackup(run: Run, options: DumpOptions): Promise<StoredBackup & { report: BackupReport }> {
  const { server, directory, signal, say } = run;
  return withSession(server, server.database, signal, async (session) => {
    const [host] = await session.query('backup/describe-server', []);
    if (!host) throw new Error('The server does not describe itself.');
    const tools = await findClientTools(host.major, { signal });
    const last = (await listBackups(directory, server.database)).at(-1)?.report;
    await requireFreeSpace(directory, last?.sizeBytes, host.bytes);
    const started = performance.now();
    const { name, folder } = await beginBackup(directory, server.database, new Date());
    try {
      const target = dumpPath(folder, { database: server.database, format: options.format });
      say(`dumping ${server.database} as ${server.label} (${megabytes(host.bytes)} MB on disk, ${describe(options)})`);
      const dumped = await dumpDatabase({ server, session, tools, target, options, signal });
      say(`dumped in ${dumped.seconds.toFixed(1)} s; reading the dump to its end`);
      const manifest = toManifest(run, options, tools, host, dumped);
      await checkDump(tools, target, manifest, signal);
      await writeDurably(path.join(folder, MANIFEST), `${JSON.stringify(manifest)}\n`);
      const { bytes, sums } = await writeChecksums(folder, [path.basename(target), MANIFEST], signal);
      const report: BackupReport = {
        version: 1,
        name,
        path: dumpPath(path.join(directory, name), manifest),
        database: server.database,
        format: options.format,
        compression: options.compression,
        sizeBytes: bytes,
        sha256: sums.get(path.basename(target)) ?? sums.get(`${path.basename(target)}/toc.dat`) ?? '',
        snapshotAt: manifest.snapshotAt,
        finishedAt: new Date().toISOString(),
        tables: manifest.contents.tables.length,
        rows: manifest.contents.tables.reduce((sum, { rows }) => sum + rows, 0),
        databaseBytes: host.bytes,
        seconds: { dump: dumped.seconds, total: (performance.now() - started) / 1_000 },
        serverVersion: host.version,
        toolVersion: tools.version,
        verification: null,
      };
      await writeReport(folder, report);
      return { name, report, folder: await finishBackup(directory, name) };
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  });
}

async function checkDump(tools: ClientTools, target: string, manifest: Manifest, signal: AbortSignal): Promise<void> {
  await listArchive(tools, target, signal);
  await readArchive(tools, target, signal);
  if (manifest.contents.tables.length === 0) throw new Error('a dump of no tables');
}

function toManifest(
  { server }: Run,
  { format }: DumpOptions,
  tools: ClientTools,
  host: { readonly version: string; readonly systemIdentifier: string },
  { snapshot, properties, schema, contents }: Dumped,
): Manifest {
  return {
    version: 1,
    database: server.database,
    format,
    serverVersion: host.version,
    systemIdentifier: host.systemIdentifier,
    toolVersion: tools.version,
    snapshotAt: snapshot.takenAt.toISOString(),
    position: snapshot.position,
    properties: { ...properties, rights: [...properties.rights], settings: [...properties.settings] },
    schema: [...schema],
    contents: { tables: [...contents.tables], sequences: [...contents.sequences] },
  };
}

function describe({ format, jobs, compression }: DumpOptions): string {
  return `format ${format}${format === 'directory' ? `, ${jobs} jobs` : ''}, compression ${compression}`;
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
