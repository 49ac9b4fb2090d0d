import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { BackupError } from './backup-error.js';

export interface Login {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

const OTHERS = 0o077;

/**
 * The password of a login: `PGPASSWORD`, else that of the password file, as libpq has them
 * (https://www.postgresql.org/docs/15/libpq-pgpass.html). Undefined: there is none, and the server may not ask.
 *
 * @throws BackupError when the file may be read by others, which libpq would pass over with a warning
 */
export async function findPassword(login: Login, environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  if (environment['PGPASSWORD']) return environment['PGPASSWORD'];
  const given = environment['PGPASSFILE'];
  const file = given || path.join(environment['HOME'] ?? homedir(), '.pgpass');
  let text: string;
  try {
    const { mode } = await stat(file);
    if ((mode & OTHERS) !== 0 && process.platform !== 'win32') {
      const octal = (mode & 0o777).toString(8).padStart(4, '0');
      throw new BackupError(`${file} has mode ${octal}, so that others can read passwords in it: chmod 0600 ${file}`);
    }
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof BackupError) throw error;
    if (!given) return undefined;
    throw new BackupError(
      `PGPASSFILE names ${file}, which cannot be read (${String((error as { code?: unknown }).code)}).`,
      error,
    );
  }
  return text
    .split('\n')
    .map(readLine)
    .find((entry) => entry && matches(entry, login))?.[4];
}

/** The five fields of a line; a backslash takes the meaning of the character after it away. */
function readLine(line: string): string[] | undefined {
  if (line.startsWith('#')) return undefined;
  const fields = [''];
  for (const [token] of line.replace(/\r$/, '').matchAll(/\\.|[^]/g)) {
    if (token === ':' && fields.length < 5) fields.push('');
    else fields[fields.length - 1] += token.length > 1 ? token.slice(1) : token;
  }
  return fields.length === 5 ? fields : undefined;
}

/** A Unix socket is `localhost` in the file. */
function matches([host, port, database, user]: readonly string[], login: Login): boolean {
  const name = login.host.startsWith('/') ? ['localhost', login.host] : [login.host];
  return (
    [...name, '*'].includes(host ?? '') &&
    [String(login.port), '*'].includes(port ?? '') &&
    [login.database, '*'].includes(database ?? '') &&
    [login.user, '*'].includes(user ?? '')
  );
}
