import { loadConfig } from './config.js';
import { findEmbeddedPostgres } from './database/embedded/index.js';

const USAGE = `Usage: npm run -s db:url [-- --password]
  prints the connection string of the running embedded PostgreSQL as its superuser, for psql and other programs on
  libpq: the password is in a file that it names, and so in no list of processes
  --password  for programs that do not know passfile, such as those on node-postgres: the password is in the string;
              hand it on in a variable, not on a command line`;

async function main(args: readonly string[]): Promise<string> {
  const withPassword = args[0] === '--password';
  if (args.length > (withPassword ? 1 : 0)) throw new Error(USAGE);
  const { dataDir } = loadConfig();
  const server = await findEmbeddedPostgres(dataDir);
  if (server === undefined) {
    throw new Error(`No embedded PostgreSQL is running with the data in ${dataDir}: start it with npm start.`);
  }
  return withPassword ? server.superuserUrl('docling_db') : server.psqlUrl('docling_db');
}

try {
  process.stdout.write(`${await main(process.argv.slice(2))}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
