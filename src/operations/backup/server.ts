import type { Config } from '../../config.js';
import { findEmbeddedPostgres } from '../../database/embedded/index.js';
import { BackupError } from './backup-error.js';
import { findPassword } from './password-file.js';

/** How to reach the server that is backed up, and whose copies are made on it. */
export interface Server {
  /** For people: user, host and port. */
  readonly label: string;
  /** The database that is backed up. */
  readonly database: string;
  /** Connection string for one of its databases. */
  url(database: string): string;
  /** What libpq's programs need to reach it; the password is in it, and nowhere else. */
  readonly environment: NodeJS.ProcessEnv;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;
const MODES = ['disable', 'prefer', 'require', 'verify-full'];
const CONNECT_SECONDS = '10';
const TLS_FILES = { PGSSLROOTCERT: 'sslrootcert', PGSSLCERT: 'sslcert', PGSSLKEY: 'sslkey' } as const;

/**
 * The server that the settings name, else the embedded PostgreSQL of `npm start`, as its superuser.
 *
 * @param environment for libpq's own variables: `PGPASSWORD`, `PGPASSFILE`, `PGSSL…`
 * @throws BackupError that says what to set
 */
export async function findServer(
  { backup, environment: kind, database, dataDir }: Config,
  environment: NodeJS.ProcessEnv,
): Promise<Server> {
  if (!backup.server) return findEmbedded(dataDir, backup.database, database.url !== undefined);
  const { host, port, user } = backup.server;
  const tls = readTls(host, environment, kind === 'production');
  const password = await findPassword({ host, port, database: backup.database, user }, environment);
  return describe({ host, port, user, password, tls, database: backup.database });
}

interface Tls {
  readonly mode: string | undefined;
  readonly files: readonly (readonly [keyof typeof TLS_FILES, string])[];
}

async function findEmbedded(dataDir: string, database: string, hasUrl: boolean): Promise<Server> {
  if (hasUrl) {
    throw new BackupError(
      'DATABASE_URL is for the application, whose role cannot back up. Set DB_HOST, DB_PORT and DB_USER to reach ' +
        'PostgreSQL itself as docling_backup (db/backup-role.sql), and PGPASSWORD or ~/.pgpass.',
    );
  }
  const server = await findEmbeddedPostgres(dataDir);
  if (!server) {
    throw new BackupError(
      `There is nothing to back up: DB_HOST is not set, and no embedded PostgreSQL runs with the data in ${dataDir}. ` +
        'Set DB_HOST, DB_PORT and DB_USER, or start the service with npm start.',
    );
  }
  const { username, password, hostname, port } = new URL(server.superuserUrl(database));
  const tls = { mode: undefined, files: [] };
  const login = { host: hostname, port: Number(port), user: username, password: decodeURIComponent(password) };
  return describe({ ...login, tls, database });
}

/** @throws BackupError for a mode that libpq's programs and `pg` would not understand in the same way */
function readTls(host: string, environment: NodeJS.ProcessEnv, production: boolean): Tls {
  const mode = environment['PGSSLMODE'] || undefined;
  if (mode !== undefined && !MODES.includes(mode)) {
    throw new BackupError(`PGSSLMODE is ${mode}: set it to one of ${MODES.join(', ')}.`);
  }
  const isLocal = host.startsWith('/') || LOOPBACK.test(host);
  if (production && !isLocal && mode !== 'verify-full') {
    throw new BackupError(
      `In production a backup does not cross the network unverified: set PGSSLMODE=verify-full, and PGSSLROOTCERT to ` +
        `the certificate of the authority that signed the one of ${host}.`,
    );
  }
  const names = Object.keys(TLS_FILES) as (keyof typeof TLS_FILES)[];
  const files = names.flatMap((name) => (environment[name] ? [[name, environment[name]] as const] : []));
  return { mode, files };
}

interface Described {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | undefined;
  readonly database: string;
  readonly tls: Tls;
}

function describe({ host, port, user, password, database, tls }: Described): Server {
  const login = encodeURIComponent(user) + (password === undefined ? '' : `:${encodeURIComponent(password)}`);
  const address = host.includes(':') ? `[${host}]` : encodeURIComponent(host);
  return {
    label: `${user} at ${host}:${port}`,
    database,
    url: (name) => `postgres://${login}@${address}:${port}/${encodeURIComponent(name)}${query(tls)}`,
    environment: {
      PGHOST: host,
      PGPORT: String(port),
      PGUSER: user,
      PGDATABASE: database,
      PGCONNECT_TIMEOUT: CONNECT_SECONDS,
      PGAPPNAME: APPLICATION_NAME,
      PGPASSFILE: '/dev/null', // the password is known by now
      ...(password !== undefined && { PGPASSWORD: password }),
      ...(tls.mode !== undefined && { PGSSLMODE: tls.mode }),
      ...Object.fromEntries(tls.files),
    },
  };
}

/** Shown in `pg_stat_activity`. */
export const APPLICATION_NAME = 'docling-jobs-backup';

/** `pg` takes `require` for verified, and knows no `prefer`: without a mode it takes plain text. */
function query({ mode, files }: Tls): string {
  if (mode !== 'require' && mode !== 'verify-full') return '';
  const parameters = new URLSearchParams({ sslmode: mode === 'require' ? 'no-verify' : mode });
  if (mode === 'verify-full') for (const [name, file] of files) parameters.set(TLS_FILES[name], file);
  return `?${parameters.toString()}`;
}
