/** `npm run -s db:url`: prints the connection string of the running embedded PostgreSQL, for psql. */
import { loadConfig } from './config.js';
import { findEmbeddedPostgres } from './database/embedded/index.js';

try {
  const { dataDir } = loadConfig();
  const server = await findEmbeddedPostgres(dataDir);
  if (server === undefined) {
    throw new Error(`No embedded PostgreSQL is running with the data in ${dataDir}: start it with npm start.`);
  }
  process.stdout.write(`${server.superuserUrl('docling_db')}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
