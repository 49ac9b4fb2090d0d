import { runProcess } from './runtime/run-process.js';
import { serveHttp } from './runtime/serve-http.js';
import { openServices } from './runtime/services.js';

await runProcess('web', async (context) => {
  await serveHttp(await openServices(context, 'web'));
});
