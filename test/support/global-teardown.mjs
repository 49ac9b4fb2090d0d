import { rm } from 'node:fs/promises';

/** Stops the run's server and removes its data, unless a failing test's database is to be looked at. */
export default async function tearDown() {
  const { server, dataDir } = globalThis.testPostgres;
  if (process.env.KEEP_TEST_DATABASES) {
    process.stdout.write(`\nkept: ${server.superuserUrl('postgres')} (data in ${dataDir})\n`);
    return;
  }
  await server.release();
  await rm(dataDir, { recursive: true, force: true });
}
