import { existsSync } from 'node:fs';
import { appendFile, open, readdir, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { fillDatabase } from '../../perf/fill/run.mjs';
import { toolPath } from '../../scripts/bootstrap/tools.mjs';
import type { Cluster } from '../../src/operations/point-in-time/cluster.js';
import { awaitAnswer, causeDisaster, LOST, type Disaster } from '../../src/operations/point-in-time/disaster.js';
import { DrillSite, SETTINGS, STANZA } from '../../src/operations/point-in-time/drill-site.js';
import type { PgBackRest } from '../../src/operations/point-in-time/pgbackrest.js';
import { Phases } from '../../src/operations/point-in-time/phases.js';
import { recover, type Recovered } from '../../src/operations/point-in-time/recover.js';

const REPLAY_MS = 60_000;
const FILLED_BYTES = 20e6;
/** Here files are written without waiting for a disk, which PostgreSQL and pgBackRest do for each of some thousand. */
const MEMORY = '/dev/shm';
const MEMORY_BYTES = 2e9;

/** A repository that a test may spoil. */
export interface Repository {
  readonly name: string;
  readonly pgbackrest: PgBackRest;
  /** Path of its configuration file. */
  readonly config: string;
  /** What a server that archives into it has for `archive_command`. */
  readonly archiveCommand: string;
  /** Path below it. */
  at(...names: string[]): string;
}

/** A server that was lost, with its repository: made once, since it takes a while, and copied by each test. */
export class LostServer {
  private copies = 0;
  private running: Cluster[] = [];
  private made: string[] = [];

  private constructor(
    readonly site: DrillSite,
    readonly disaster: Disaster,
    private readonly path: string | undefined,
  ) {}

  /** Has this process find PostgreSQL's programs, too, until `remove`. */
  static async make(): Promise<LostServer> {
    const before = process.env['PATH'];
    process.env['PATH'] = toolPath();
    const site = await DrillSite.create(await workDirectory());
    try {
      const fill = async (url: string) => {
        await fillDatabase({ url, jobs: 1e9, bytes: FILLED_BYTES, markdownBytes: 8_000, sessions: 10 });
      };
      const phases = new Phases(() => undefined);
      return new LostServer(site, await causeDisaster(site, { fill, archiveTimeoutSeconds: 2, phases }), before);
    } catch (error) {
      await site.remove();
      throw error;
    }
  }

  /** @param cluster that pgBackRest speaks to, where it speaks to one */
  async copyRepository(cluster?: Cluster): Promise<Repository> {
    const name = this.nextName('repository');
    await this.site.copy('repository', name);
    const pgbackrest = await this.site.pgBackRest(cluster ?? (await this.site.cluster('server')), name);
    const config = this.site.at(`${name}.conf`);
    // It would try again after 15 s, should the store have been away.
    await appendFile(config, '\n[global]\njob-retry=0\n');
    const include = this.site.at('keys');
    const command = `pgbackrest --config=${config} --config-include-path=${include} --stanza=${STANZA} archive-push %p`;
    return { name, pgbackrest, config, archiveCommand: command, at: (...names) => this.site.at(name, ...names) };
  }

  async recoverTo(target: string, { pgbackrest } = { pgbackrest: this.disaster.pgbackrest }): Promise<Recovered> {
    return recover(pgbackrest, await this.emptyCluster(), target, REPLAY_MS);
  }

  async emptyCluster(): Promise<Cluster> {
    const name = this.nextName('copy');
    await this.site.makeDirectory(name);
    return this.track(await this.site.cluster(name));
  }

  /** A server that runs on a copy of the data directory `from`, without waiting for the disk. */
  async startCopy(from: string): Promise<Cluster> {
    const name = this.nextName('spoilt');
    await this.site.copy(from, name);
    const cluster = this.track(await this.site.cluster(name));
    cluster.launch({ fsync: 'off' });
    await awaitAnswer(cluster);
    return cluster;
  }

  /** The server as it was lost, running again, with a copy of the repository that it archives into unless told otherwise. */
  async revive(settings: Record<string, string> = {}): Promise<{ cluster: Cluster; repository: Repository }> {
    const name = this.nextName('revived');
    await this.site.copy(LOST, name);
    const cluster = this.track(await this.site.cluster(name, SETTINGS));
    const repository = await this.copyRepository(cluster);
    cluster.launch({ archive_command: repository.archiveCommand, ...settings });
    await awaitAnswer(cluster);
    return { cluster, repository };
  }

  /** Ends and removes what a test has made. */
  async cleanUp(): Promise<void> {
    for (const cluster of this.running.splice(0)) await cluster.stop();
    for (const name of this.made.splice(0)) await rm(this.site.at(name), { recursive: true, force: true });
  }

  async remove(): Promise<void> {
    await this.cleanUp();
    await this.site.remove();
    process.env['PATH'] = this.path;
  }

  private nextName(kind: string): string {
    this.copies += 1;
    const name = `${kind}-${this.copies}`;
    this.made.push(name);
    return name;
  }

  private track(cluster: Cluster): Cluster {
    this.running.push(cluster);
    return cluster;
  }
}

async function workDirectory(): Promise<string> {
  if (!existsSync(MEMORY)) return tmpdir();
  const { bavail, bsize } = await statfs(MEMORY);
  return bavail * bsize > MEMORY_BYTES ? MEMORY : tmpdir();
}

/** Runs statements in one session of the superuser, and answers the rows of the last. */
export async function sql(cluster: Cluster, ...statements: string[]): Promise<pg.QueryResultRow[]> {
  const client = new pg.Client({ connectionString: cluster.url() });
  await client.connect();
  try {
    let rows: pg.QueryResultRow[] = [];
    for (const statement of statements) rows = (await client.query<pg.QueryResultRow>(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

/** Paths below `folder` that match, sorted. */
export async function filesIn(folder: string, pattern: RegExp): Promise<string[]> {
  const found = await readdir(folder, { recursive: true });
  return found
    .filter((file) => pattern.test(file))
    .map((file) => path.join(folder, file))
    .sort();
}

/** Turns over the bits of the byte in the middle of a file. */
export async function flipByte(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    const position = Math.floor((await handle.stat()).size / 2);
    const { buffer } = await handle.read({ buffer: Buffer.alloc(1), position });
    buffer[0] = buffer[0]! ^ 0xff;
    await handle.write(buffer, 0, 1, position);
  } finally {
    await handle.close();
  }
}
