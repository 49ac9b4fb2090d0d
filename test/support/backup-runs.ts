import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfig } from '../../src/config.js';
import { makeBackup } from '../../src/operations/backup/make-backup.js';
import { proveBackup, type ProofOptions } from '../../src/operations/backup/prove-backup.js';
import type { Verification } from '../../src/operations/backup/report.js';
import type { Run } from '../../src/operations/backup/run.js';
import { findServer } from '../../src/operations/backup/server.js';
import { openStore, type StoredBackup } from '../../src/operations/backup/store.js';
import type { BackupCluster } from './backup-cluster.js';

/** A folder of backups of one test's own, and the steps of a run in this process. */
export class BackupFolder {
  readonly said: string[] = [];

  private constructor(
    readonly directory: string,
    readonly cluster: BackupCluster,
  ) {}

  static async create(cluster: BackupCluster): Promise<BackupFolder> {
    const directory = await mkdtemp(path.join(tmpdir(), 'docling-jobs-backups-'));
    await openStore(directory);
    return new BackupFolder(directory, cluster);
  }

  /** @param settings beside those that reach the cluster as the role of backups */
  async run(settings: NodeJS.ProcessEnv = {}, signal = new AbortController().signal): Promise<Run> {
    const environment = { ...this.cluster.environment(this.directory), ...settings };
    const server = await findServer(loadConfig(environment), environment);
    return { server, directory: this.directory, signal, say: (line) => this.said.push(line) };
  }

  async backUp(settings: NodeJS.ProcessEnv = {}, format: 'custom' | 'directory' = 'custom'): Promise<StoredBackup> {
    return makeBackup(await this.run(settings), { format, jobs: 2, compression: 1 });
  }

  async prove(
    backup: StoredBackup,
    options: Partial<ProofOptions> = {},
    settings: NodeJS.ProcessEnv = {},
  ): Promise<Verification> {
    return proveBackup(await this.run(settings), backup, { jobs: 2, rtoSeconds: 600, ...options });
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}
