import type { Account } from '../../database/embedded/run.js';
import { ProgramFailed, runProgram } from './program.js';

export interface PgBackRestOptions {
  /** Path of `pgbackrest.conf`. */
  readonly config: string;
  /** The folder beside it whose `*.conf` are read too; holds the key of the repository. */
  readonly includeDirectory: string;
  readonly stanza: string;
  /** The owner of the data directory. */
  readonly account: Account;
  readonly signal?: AbortSignal | undefined;
}

export type BackupType = 'full' | 'incremental';

/** A backup as `pgbackrest info` tells of it. */
export interface BackupInfo {
  readonly label: string;
  readonly type: string;
  /** Pages of the database failed their checksums while it was made. */
  readonly error: boolean | null;
  readonly archive: { readonly start: string; readonly stop: string };
  /** Seconds since 1970. */
  readonly timestamp: { readonly start: number; readonly stop: number };
  /** Bytes: of the database, and of what the backup itself added to the repository. */
  readonly info: { readonly size: number; readonly repository: { readonly delta: number } };
}

export interface RestoreOptions {
  /** An empty directory of the account, or, with `delta=y`, one that held the database before. */
  readonly directory: string;
  /** A time with its zone, as PostgreSQL reads it; undefined: the end of the archive. */
  readonly target?: string | undefined;
  /** Whether the restored server archives: a copy that is only looked at must not, or it forks the archive. */
  readonly archive: boolean;
}

interface ListEntry {
  readonly type: string;
  readonly size?: number;
}

const SHORT_MS = 120_000;
const LONG_MS = 12 * 60 * 60 * 1_000;
const SEGMENT_FILE = /\/([0-9A-F]{24})-[0-9a-f]{40}(\.\w+)?$/;
const HISTORY_FILE = /\/([0-9A-F]{8})\.history$/;

/** pgBackRest with one configuration. Each call is bounded, and throws ProgramFailed with what pgBackRest said. */
export class PgBackRest {
  constructor(private readonly options: PgBackRestOptions) {}

  /** Makes the stanza in the repository; does nothing when it is there and fits the database. */
  async createStanza(): Promise<void> {
    await this.run('stanza-create', [], SHORT_MS);
  }

  /** Has the server finish a segment, and waits until it has arrived in the repository. */
  async check(): Promise<void> {
    await this.run('check', [], SHORT_MS);
  }

  async backup(type: BackupType): Promise<void> {
    await this.run('backup', [`--type=${type === 'full' ? 'full' : 'incr'}`], LONG_MS);
  }

  /**
   * Reads every file of the repository and compares it with its checksum. Returns pgBackRest's own report: its exit
   * code is 0 whatever it finds.
   */
  verify(): Promise<string> {
    return this.run('verify', ['--output=text', '--verbose', '--log-level-console=info'], LONG_MS);
  }

  /** All backups, oldest first; none where there is no stanza. */
  async listBackups(): Promise<BackupInfo[]> {
    const output = await this.run('info', ['--output=json'], SHORT_MS);
    const stanzas = JSON.parse(output) as { name: string; backup?: BackupInfo[] }[];
    return stanzas.find(({ name }) => name === this.options.stanza)?.backup ?? [];
  }

  /** What the archive holds: the names of segments, and of histories by timeline. */
  async listArchive(): Promise<{ segments: string[]; histories: Map<number, string> }> {
    const files = await this.list(`archive/${this.options.stanza}`);
    const segments = files.flatMap(({ name }) => SEGMENT_FILE.exec(name)?.[1] ?? []);
    const histories = files.flatMap(({ name }) => {
      const timeline = HISTORY_FILE.exec(name)?.[1];
      return timeline === undefined ? [] : [[parseInt(timeline, 16), name] as const];
    });
    return { segments, histories: new Map(histories) };
  }

  /** Bytes in the repository, all in all. */
  async repositorySize(): Promise<number> {
    const sizes = (await this.list('')).map(({ size }) => size);
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  /** A file of the repository, decrypted. @param name as `listArchive` has it */
  read(name: string): Promise<string> {
    return this.run('repo-get', [name], SHORT_MS);
  }

  /** Restores into `directory`, which is not started. */
  async restore({ directory, target, archive }: RestoreOptions): Promise<void> {
    const until = target === undefined ? [] : ['--type=time', `--target=${target}`, '--target-action=promote'];
    const archiving = archive ? [] : ['--archive-mode=off'];
    await this.run('restore', [`--pg1-path=${directory}`, ...until, ...archiving], LONG_MS);
  }

  private async list(folder: string): Promise<{ name: string; size: number }[]> {
    const output = await this.run('repo-ls', ['--recurse', '--output=json', ...(folder ? [folder] : [])], SHORT_MS);
    const entries = Object.entries(JSON.parse(output) as Record<string, ListEntry>);
    const prefix = folder ? `${folder}/` : '';
    return entries.flatMap(([name, { type, size = 0 }]) => (type === 'file' ? [{ name: prefix + name, size }] : []));
  }

  private run(command: string, args: readonly string[], timeoutMs: number): Promise<string> {
    const { config, includeDirectory, stanza, account, signal } = this.options;
    const common = [`--config=${config}`, `--config-include-path=${includeDirectory}`, `--stanza=${stanza}`];
    return runProgram('pgbackrest', [...common, command, ...args], { account, timeoutMs, signal });
  }
}

/** The first line of what pgBackRest said was wrong, without time and process. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof ProgramFailed)) return error instanceof Error ? error.message : String(error);
  const lines = error.output.split('\n');
  const line = lines.find((text) => /\bERROR: \[/.test(text)) ?? error.message;
  return line.replace(/^.*?ERROR: /, 'pgBackRest error ').trim();
}
