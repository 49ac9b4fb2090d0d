import { readFileSync } from 'node:fs';
import { X509Certificate } from 'node:crypto';
import type { SecureContextOptions } from 'node:tls';
import { parseUrl } from '../parse-url.js';

/** The parts of a connection string that `pg` reads TLS settings from. */
const TLS_PARAMETERS = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'sslnegotiation', 'ssl', 'uselibpqcompat'];
/** Parameters beside `sslmode` that change what it means. */
const OTHER_MODES = ['ssl', 'uselibpqcompat'];
/** With one, which libpq refuses, `pg` encodes the whole string once more, and so takes another host from it. */
const LONE_PERCENT = /%(?![0-9a-f]{2})/i;

/** What a connection that has to be verified is made with. */
export interface VerifiedConnection {
  /** Without what says how to secure it: `pg` would take that before all else. */
  readonly connectionString: string;
  readonly ssl: SecureContextOptions;
  readonly sslnegotiation: 'postgres' | 'direct';
}

/**
 * What a connection string with `sslmode=verify-full` asks for, its files read; undefined for any other,
 * whose meaning is left to `pg`.
 *
 * @throws Error that names the parameter and the file when one cannot be read
 */
export function readVerifiedConnection(connectionString: string): VerifiedConnection | undefined {
  const url = parseUrl(connectionString);
  if (!url || !isVerifyFull(url)) return undefined;
  const file = (name: string) => readTlsFile(url, name);
  const ssl = Object.fromEntries(
    Object.entries({ ca: file('sslrootcert'), cert: file('sslcert'), key: file('sslkey') }).filter(
      ([, text]) => text !== undefined,
    ),
  );
  const sslnegotiation = parameter(url, 'sslnegotiation') === 'direct' ? 'direct' : 'postgres';
  for (const name of TLS_PARAMETERS) url.searchParams.delete(name);
  return { connectionString: url.href, ssl, sslnegotiation };
}

/**
 * Why the service cannot, or in production must not, connect with this string: one line each, none with
 * a password in it.
 */
export function connectionProblems(setting: string, connectionString: string, production: boolean): string[] {
  const url = parseUrl(connectionString);
  if (!url) return [`${setting} cannot be read as a URL`];
  if (LONE_PERCENT.test(connectionString)) return [`${setting} holds a % that stands for itself: write it as %25`];
  const problems: string[] = [];
  if (production && !isVerifyFull(url) && !isUnixSocket(url))
    problems.push(`${setting} ${VERIFY}${contradiction(url)}`);
  for (const name of ['sslrootcert', 'sslcert', 'sslkey']) {
    try {
      readTlsFile(url, name);
    } catch (error) {
      problems.push(`${setting}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return problems;
}

const VERIFY =
  'has to say sslmode=verify-full, just once, in production: add ?sslmode=verify-full&sslrootcert=/path/to/ca.pem ' +
  '(without sslrootcert: the authorities that Node.js trusts)';

function contradiction({ searchParams }: URL): string {
  const others = OTHER_MODES.filter((name) => searchParams.has(name));
  return others.length === 0 ? '' : `, and no ${others.join(' or ')}`;
}

/** Chain and host name are checked, and nothing else in the string says otherwise. */
function isVerifyFull({ searchParams }: URL): boolean {
  const modes = searchParams.getAll('sslmode');
  return modes.length === 1 && modes[0] === 'verify-full' && !OTHER_MODES.some((name) => searchParams.has(name));
}

/** A socket in the file system, which no network lies behind. As `pg` does, a parameter goes before the host. */
function isUnixSocket(url: URL): boolean {
  const host = parameter(url, 'host');
  return host ? host.startsWith('/') : /^%2f/i.test(url.hostname);
}

/** The last of its name, as `pg` takes it. */
function parameter({ searchParams }: URL, name: string): string | undefined {
  return searchParams.getAll(name).at(-1);
}

function readTlsFile(url: URL, name: string): string | undefined {
  const file = parameter(url, name);
  if (!file) return undefined;
  const text = readText(name, file);
  if (name !== 'sslkey' && !isCertificate(text)) throw new Error(`${name} ${file} holds no certificate in PEM format`);
  return text;
}

function readText(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new Error(`${name} ${file} cannot be read (${code})`, { cause: error });
  }
}

/** OpenSSL would take any other text for a list of no authorities, and refuse every server. */
function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}
