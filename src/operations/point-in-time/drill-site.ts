import { appendFile, chmod, chown, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { serverAccount } from '../../database/embedded/account.js';
import type { Account } from '../../database/embedded/run.js';
import { Cluster } from './cluster.js';
import { PgBackRest } from './pgbackrest.js';
import { runProgram } from './program.js';
import { writeRepositoryKey } from './repository-key.js';

/** What is shipped for production, and runs in the drill: seen from `src/…` and from `dist/…` alike. */
const SHIPPED = fileURLToPath(new URL('../../../deploy/pgbackrest/', import.meta.url));
export const STANZA = 'docling';
/** The data directory of the server that is going to be lost, and the directory of its settings. */
export const SERVER = 'server';
export const SETTINGS = 'settings';
/** In the name of a socket below a directory of the site's own: it need not be free. */
const PORT = 5432;
const COPY_MS = 600_000;

/** A private directory with all that a drill makes: cluster, repository, configuration and sockets. */
export class DrillSite {
  private sockets = 0;

  private constructor(
    readonly directory: string,
    readonly account: Account,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** @param parent where it is made; the account of PostgreSQL has to be able to enter it */
  static async create(parent = tmpdir(), signal?: AbortSignal): Promise<DrillSite> {
    const account = await serverAccount(undefined);
    const directory = await mkdtemp(path.join(parent, 'docling-jobs-recovery-'));
    const site = new DrillSite(directory, account, signal);
    try {
      await site.give(directory);
      for (const name of ['repository', 'log', 'lock', 'spool', 'keys']) await site.makeDirectory(name);
      await writeRepositoryKey(site.at('keys'), account);
    } catch (error) {
      await site.remove();
      throw error;
    }
    return site;
  }

  at(...names: string[]): string {
    return path.join(this.directory, ...names);
  }

  /** An empty directory that only the account can enter. */
  async makeDirectory(name: string): Promise<string> {
    await mkdir(this.at(name), { mode: 0o700 });
    await this.give(this.at(name));
    return this.at(name);
  }

  /**
   * A server on the data directory `name`, which need not be there yet.
   *
   * @param settings directory of its settings; undefined: the data directory, as a restored copy has it
   */
  async cluster(name: string, settings?: string): Promise<Cluster> {
    this.sockets += 1;
    const socketDirectory = await this.makeDirectory(`s${this.sockets}`);
    const { account, signal } = this;
    const settingsDirectory = settings === undefined ? undefined : this.at(settings);
    return new Cluster({ directory: this.at(name), socketDirectory, port: PORT, settingsDirectory, account, signal });
  }

  /** pgBackRest as shipped, for the data directory of `cluster` and the repository in the directory `repository`. */
  async pgBackRest(cluster: Cluster, repository = 'repository'): Promise<PgBackRest> {
    const shipped = await readFile(path.join(SHIPPED, 'pgbackrest.conf'), 'utf8');
    const config = this.at(`${repository}.conf`);
    await writeFile(
      config,
      replaceSettings(shipped, {
        'repo1-path': this.at(repository),
        'log-path': this.at('log'),
        'lock-path': this.at('lock'),
        'spool-path': this.at('spool'),
        'pg1-path': cluster.options.directory,
        'pg1-port': String(cluster.options.port),
        'pg1-socket-path': cluster.options.socketDirectory,
      }),
    );
    const { account, signal } = this;
    return new PgBackRest({ config, includeDirectory: this.at('keys'), stanza: STANZA, account, signal });
  }

  /**
   * Makes a server with the shipped settings and rules of access, which lie outside its data directory, as Debian has
   * it: what is restored from a backup has to do without them.
   *
   * @param archiveTimeoutSeconds undefined: as shipped
   */
  async createServer(archiveTimeoutSeconds?: number): Promise<Cluster> {
    const cluster = await this.cluster(SERVER, SETTINGS);
    await cluster.create();
    await this.makeDirectory(SETTINGS);
    for (const name of ['postgresql.conf', 'pg_hba.conf', 'pg_ident.conf']) {
      await rename(this.at(SERVER, name), this.at(SETTINGS, name));
    }
    const shipped = (name: string) => readFile(path.join(SHIPPED, name), 'utf8');
    const configured = `pgbackrest --config=${this.at('repository.conf')} --config-include-path=${this.at('keys')} --`;
    const settings = (await shipped('postgresql.conf')).replaceAll('pgbackrest --', configured);
    const own = archiveTimeoutSeconds === undefined ? '' : `archive_timeout = ${archiveTimeoutSeconds}\n`;
    await appendFile(this.at(SETTINGS, 'postgresql.conf'), `\n${settings}${own}timezone = 'UTC'\n`);
    const rules = this.at(SETTINGS, 'pg_hba.conf');
    await writeFile(rules, (await shipped('pg_hba.conf')) + (await readFile(rules, 'utf8')));
    const user = this.account.uid === undefined ? userInfo().username : 'postgres';
    const identities = (await shipped('pg_ident.conf')).replace(' postgres ', ` ${user} `);
    await appendFile(this.at(SETTINGS, 'pg_ident.conf'), identities);
    return cluster;
  }

  /** Copies a directory of the site. */
  async copy(from: string, to: string): Promise<void> {
    const options = { account: this.account, timeoutMs: COPY_MS, signal: this.signal };
    await runProgram('cp', ['-a', this.at(from), this.at(to)], options);
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  private async give(file: string): Promise<void> {
    await chmod(file, 0o700);
    const { uid, gid } = this.account;
    if (uid !== undefined && gid !== undefined) await chown(file, uid, gid);
  }
}

/** @throws Error when the file lacks one of the settings: what is shipped and what is drilled must not drift apart */
function replaceSettings(text: string, settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings).reduce((replaced, [name, value]) => {
    const line = new RegExp(`^${name}=.*$`, 'm');
    if (!line.test(replaced)) throw new Error(`deploy/pgbackrest/pgbackrest.conf does not set ${name}.`);
    return replaced.replace(line, () => `${name}=${value}`);
  }, text);
}
