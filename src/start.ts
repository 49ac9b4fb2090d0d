import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { migrateUp } from './database/migrator.js';
import { runProcess } from './runtime/run-process.js';
import { serveHttp } from './runtime/serve-http.js';
import { openServices } from './runtime/services.js';
import { workJobs } from './runtime/work-jobs.js';

const SAMPLE = path.relative(process.cwd(), fileURLToPath(new URL('../examples/sample.md', import.meta.url)));

await runProcess('docling-jobs', async (context) => {
  const services = await openServices(context, 'all');
  await migrateUp({
    directUrl: services.connection.migrationUrl,
    log: (message) => context.logger.info(message),
  });
  const converter = await workJobs(services);
  const checks = converter ? [{ name: 'converter', critical: false, check: () => converter.ping(2_000) }] : [];
  process.stdout.write(welcome(await serveHttp(services, checks)));
});

function welcome(url: string): string {
  return `
docling-jobs is ready at ${url}

Try it:
  curl -F sessionId=demo -F file=@${SAMPLE} ${url}/api/v1/process
  curl '${url}/api/v1/history?sessionId=demo'

Ctrl-C ends it.

`;
}
