import { parseArgs } from 'node:util';
import { makeApiKey } from './clients/api-key.js';
import { ApiKeyRepository } from './clients/api-key-repository.js';
import { loadConfig } from './config.js';
import { migrateUp } from './database/migrator.js';
import { openDatabase } from './database/open-database.js';
import { errorCodeOf } from './errors.js';
import { connectDatabase } from './runtime/connection.js';
import { explain } from './runtime/explain.js';
import { UUID } from './uuid.js';

const USAGE = `Usage: npm run keys -- COMMAND
  create --client CLIENT [--name TEXT] [--days N]   makes a key, and the client when it is new; shows the key, this once
  list [--client CLIENT]                            lists the keys, the newest first
  revoke ID                                         refuses a key from now on`;

const CLIENT_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const MAX_DAYS = 36_500;

/** What cannot be done as it was asked; its message is all that is shown. */
class UsageError extends Error {}

interface Given {
  readonly client?: string | undefined;
  readonly name?: string | undefined;
  readonly days?: string | undefined;
}

const print = (line: string) => process.stdout.write(`${line}\n`);
/** Not to standard output, where a script expects the key. */
const remark = (line: string) => process.stderr.write(`${line}\n`);

async function create(keys: ApiKeyRepository, { client, name = '', days }: Given): Promise<void> {
  if (client === undefined || !CLIENT_ID.test(client)) {
    throw new UsageError('--client takes 1 to 64 letters, digits, dots, hyphens or underscores.');
  }
  if ([...name].length > 255) throw new UsageError('--name takes at most 255 characters.');
  const lifetime = days === undefined ? null : Number(days);
  if (lifetime !== null && !(Number.isInteger(lifetime) && lifetime >= 1 && lifetime <= MAX_DAYS)) {
    throw new UsageError(`--days takes a whole number from 1 to ${MAX_DAYS}.`);
  }
  const key = makeApiKey();
  const { id, expiresAt } = await keys.insert(client, name, key, lifetime);
  remark(`Key ${id} for ${client}, ${expiresAt ? `good until ${expiresAt.toISOString()}` : 'good until revoked'}:`);
  print(key.secret);
  remark('It is shown this once; only its hash is kept.');
}

async function list(keys: ApiKeyRepository, { client }: Given): Promise<void> {
  const found = await keys.list(client ?? null);
  if (found.length === 0) remark('There are no keys.');
  const date = (value: Date | null) => value?.toISOString().slice(0, 16) ?? '-';
  const rows = found.map((key) => [
    key.id,
    key.clientId,
    `${key.keyPrefix}…`,
    key.revokedAt ? 'revoked' : key.expired ? 'expired' : 'active',
    date(key.createdAt),
    date(key.expiresAt),
    date(key.lastUsedAt),
    key.name,
  ]);
  const table = [['ID', 'CLIENT', 'KEY', 'STATE', 'CREATED', 'EXPIRES', 'LAST USED', 'NAME'], ...rows];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  if (rows.length > 0) {
    for (const row of table)
      print(
        row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd(),
      );
  }
}

async function revoke(keys: ApiKeyRepository, id: string | undefined): Promise<void> {
  if (id === undefined || !UUID.test(id)) throw new UsageError('revoke takes the id of a key, as list shows it.');
  const key = await keys.revoke(id);
  if (!key) throw new UsageError('There is no such key.');
  print(`Key ${key.keyPrefix}… of ${key.clientId} is revoked.`);
}

async function main(): Promise<void> {
  const { values, positionals } = readArguments();
  const [command = '', id, ...rest] = positionals;
  const commands: Readonly<Record<string, (keys: ApiKeyRepository) => Promise<void>>> = {
    create: (keys) => create(keys, values),
    list: (keys) => list(keys, values),
    revoke: (keys) => revoke(keys, id),
  };
  const run = Object.hasOwn(commands, command) ? commands[command] : undefined;
  if (!run || rest.length > 0 || (id !== undefined && command !== 'revoke')) throw new UsageError(USAGE);
  const config = loadConfig();
  const connection = await connectDatabase(config, remark);
  try {
    // What `npm start` would do: a key may well be made before the first start.
    if (config.database.url === undefined) await migrateUp({ directUrl: connection.migrationUrl });
    // As the schema's owner: the application's own role makes no keys.
    const owner = { url: connection.migrationUrl, direct: true };
    const database = openDatabase(config.database, owner, 'docling-jobs-keys');
    await run(new ApiKeyRepository(database)).finally(() => database.close());
  } finally {
    await connection.release();
  }
}

function readArguments() {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({ options: { client: text, name: text, days: text }, allowPositionals: true });
  } catch {
    throw new UsageError(USAGE);
  }
}

const UNDEFINED_TABLE = '42P01';

try {
  await main();
} catch (thrown) {
  const isEmpty = errorCodeOf(thrown) === UNDEFINED_TABLE;
  const error = isEmpty ? new UsageError('The database has no tables yet: run node dist/migrate.js up.') : thrown;
  const explanation = error instanceof UsageError ? error.message : explain(error);
  process.stderr.write(`${explanation ?? String(error)}\n`);
  process.exitCode = 1;
}
