import { loadConfig } from './config.js';
import { migrateDown, migrateUp, migrationStatus, type MigratorOptions } from './database/migrator.js';
import { connectDatabase } from './runtime/connection.js';
import { explain } from './runtime/explain.js';

const USAGE = `Usage: node dist/migrate.js [up|down|status]
  up           runs all pending migrations and the grants (default)
  down         undoes the newest migration
  down NAME    undoes all from the newest down to NAME
  down --all   undoes all
  status       lists the migrations; exits 2 when some are pending or changed`;

const print = (line: string) => process.stdout.write(`${line}\n`);

async function up(options: MigratorOptions): Promise<number> {
  const names = await migrateUp(options);
  print(names.length === 0 ? 'Nothing to do: all migrations were run before.' : `Ran ${names.join(', ')}.`);
  return 0;
}

async function down(options: MigratorOptions, target: string | undefined): Promise<number> {
  const names = await migrateDown(options, target === '--all' ? 0 : target);
  print(names.length === 0 ? 'Nothing to undo.' : `Undid ${names.join(', ')}.`);
  return 0;
}

async function status(options: MigratorOptions): Promise<number> {
  const migrations = await migrationStatus(options);
  for (const { name, appliedAt, changed } of migrations) {
    print(`${name.padEnd(32)} ${appliedAt?.toISOString() ?? 'pending'}${changed ? '  CHANGED since' : ''}`);
  }
  return migrations.some(({ appliedAt, changed }) => !appliedAt || changed) ? 2 : 0;
}

async function main([command = 'up', target, ...rest]: string[]): Promise<number> {
  const commands = { up, down, status };
  if (!Object.hasOwn(commands, command) || rest.length > 0 || (target !== undefined && command !== 'down')) {
    process.stderr.write(`${USAGE}\n`);
    return 1;
  }
  const connection = await connectDatabase(loadConfig(), print);
  try {
    const options = { directUrl: connection.migrationUrl, log: print };
    return await commands[command as keyof typeof commands](options, target);
  } finally {
    await connection.release();
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${explain(error) ?? String(error)}\n`);
  process.exitCode = 1;
}
