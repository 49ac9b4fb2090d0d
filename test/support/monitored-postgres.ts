import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startPostgresExporter } from '../../scripts/alerts-drill/exporters.mjs';
import { PostgresPair } from '../../scripts/alerts-drill/postgres.mjs';

/** A PostgreSQL of one test's own with its exporter, both Debian's, as the alerts drill has them. */
export interface MonitoredPostgres {
  readonly postgres: PostgresPair;
  readonly folder: string;
  /** Samples of the exporter of one server. */
  scrape(which?: 'primary' | 'replica'): Promise<string>;
  stop(): Promise<void>;
}

/** @param replica whether it has a standby, with an exporter of its own */
export async function startMonitoredPostgres({ replica }: { replica: boolean }): Promise<MonitoredPostgres> {
  const folder = await mkdtemp(path.join(tmpdir(), 'docling-jobs-monitored-'));
  await chmod(folder, 0o711); // its servers run as another user than root
  const postgres = await PostgresPair.create(folder);
  const exporters: Partial<Record<'primary' | 'replica', Awaited<ReturnType<typeof startPostgresExporter>>>> = {};
  const stop = async () => {
    for (const exporter of Object.values(exporters)) await exporter.program.stop();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await postgres.startPrimary();
    exporters.primary = await startPostgresExporter(postgres, 'primary');
    if (replica) {
      await postgres.startReplica();
      exporters.replica = await startPostgresExporter(postgres, 'replica');
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    postgres,
    folder,
    scrape: async (which = 'primary') => {
      const response = await fetch(`http://127.0.0.1:${exporters[which]!.port}/metrics`);
      return response.text();
    },
    stop,
  };
}
