import { readFile } from 'node:fs/promises';
import { serverAccount } from '../../database/embedded/account.js';
import type { Account } from '../../database/embedded/run.js';

/** The server that a configuration of pgBackRest is for. */
export interface Host {
  readonly directory: string;
  readonly account: Account;
  /** Connection string of pgBackRest's role. */
  readonly url: string;
}

/**
 * Reads which server `config` is for.
 *
 * @throws Error when the file, or a setting that is needed, is missing
 */
export async function readHost(config: string, stanza: string): Promise<Host> {
  const text = await readFile(config, 'utf8').catch((error: unknown) => {
    throw new Error(`${config} cannot be read: see deploy/pgbackrest in docs/database-backup.md.`, { cause: error });
  });
  const settings = readSection(text, stanza);
  const setting = (name: string) => {
    const value = settings.get(name);
    if (value === undefined) throw new Error(`${config} does not set ${name} in [${stanza}].`);
    return value;
  };
  const directory = setting('pg1-path');
  const socket = encodeURIComponent(setting('pg1-socket-path'));
  const url = `postgres://${setting('pg1-user')}@${socket}:${setting('pg1-port')}/${setting('pg1-database')}`;
  return { directory, account: await serverAccount(directory), url };
}

function readSection(text: string, section: string): Map<string, string> {
  const settings = new Map<string, string>();
  let current = '';
  for (const line of text.split('\n').map((each) => each.trim())) {
    current = /^\[(.+)\]$/.exec(line)?.[1] ?? current;
    const [, name, value] = /^([\w-]+)=(.*)$/.exec(line) ?? [];
    if (current === section && name !== undefined && value !== undefined) settings.set(name, value);
  }
  return settings;
}
