import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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

  /** A server on the data directory `name`, which need not be there yet. */
  async cluster(name: string): Promise<Cluster> {
    this.sockets += 1;
    const socketDirectory = await this.makeDirectory(`s${this.sockets}`);
    const { account, signal } = this;
    return new Cluster({ directory: this.at(name), socketDirectory, port: PORT, account, signal });
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
   * Makes `cluster` with the shipped settings and rules of access.
   *
   * @param archiveTimeoutSeconds undefined: as shipped
   */
  async createArchivingCluster(cluster: Cluster, archiveTimeoutSeconds?: number): Promise<void> {
    const settings = await readFile(path.join(SHIPPED, 'postgresql.conf'), 'utf8');
    const configured = `pgbackrest --config=${this.at('repository.conf')} --config-include-path=${this.at('keys')} --`;
    const own = archiveTimeoutSeconds === undefined ? '' : `archive_timeout = ${archiveTimeoutSeconds}\n`;
    await cluster.create(`\n${settings.replaceAll('pgbackrest --', configured)}${own}timezone = 'UTC'\n`);
    const rules = path.join(cluster.options.directory, 'pg_hba.conf');
    const access = await readFile(path.join(SHIPPED, 'pg_hba.conf'), 'utf8');
    await writeFile(rules, access + (await readFile(rules, 'utf8')));
    const names = await readFile(path.join(SHIPPED, 'pg_ident.conf'), 'utf8');
    const user = this.account.uid === undefined ? userInfo().username : 'postgres';
    const identities = path.join(cluster.options.directory, 'pg_ident.conf');
    await writeFile(identities, names.replace(' postgres ', ` ${user} `));
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
