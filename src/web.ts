import { foldCounts } from './runtime/fold-counts.js';
import { runProcess } from './runtime/run-process.js';
import { serveHttp } from './runtime/serve-http.js';
import { openServices } from './runtime/services.js';

await runProcess('web', async (context) => {
  const services = await openServices(context, 'web');
  foldCounts(services);
  await serveHttp(services);
});
