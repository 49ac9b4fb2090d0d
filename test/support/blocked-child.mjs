/** A converter child in the middle of a parse that never yields; ends only with its parent, or after a minute. */
import { startWatchdog } from '../../dist/conversion/server/watchdog.js';

startWatchdog();
process.stderr.write('ready\n');
for (const start = Date.now(); Date.now() - start < 60_000;);
