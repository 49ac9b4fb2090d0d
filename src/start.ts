import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from './config.js';
import { migrateUp } from './database/migrator.js';
import { foldCounts } from './runtime/fold-counts.js';
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
  foldCounts(services);
  const converter = await workJobs(services);
  const checks = converter ? [{ name: 'converter', critical: false, check: () => converter.ping(2_000) }] : [];
  process.stdout.write(welcome(await serveHttp(services, checks), context.config.auth));
});

function welcome(url: string, auth: Config['auth']): string {
  const byKey = auth === 'api-key';
  const getKey = byKey ? '  KEY=$(npm run -s keys -- create --client demo)\n' : '';
  const header = byKey ? '-H "X-Api-Key: $KEY" ' : '';
  return `
docling-jobs is ready at ${url}

Try it:
${getKey}  curl ${header}-F sessionId=demo -F file=@${SAMPLE} ${url}/api/v1/process
  curl ${header}'${url}/api/v1/history?sessionId=demo'

Ctrl-C ends it.

`;
}
