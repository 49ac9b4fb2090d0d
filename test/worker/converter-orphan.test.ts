import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Starts what it is given as a child with pipes, as the pool does, but for the standard error. */
const PARENT = `
  const child = require('node:child_process').spawn(process.execPath, [process.argv[1]], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  if (process.argv[2]) child.stdin.write(process.argv[2] + '\\n');
  child.stdout.on('data', (data) => process.stderr.write(data));
`;
const INITIALIZE = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '0' } },
});

describe('a child whose parent is killed', () => {
  it.each([
    ['parses without a pause', '../support/blocked-child.mjs', ''],
    ['is idle', '../../dist/conversion/server/main.js', INITIALIZE],
  ])('when it %s, then it ends too', async (_what, entry, input) => {
    const child = fileURLToPath(new URL(entry, import.meta.url));
    const parent = spawn(process.execPath, ['-e', PARENT, child, input], { stdio: ['ignore', 'ignore', 'pipe'] });
    await once(parent.stderr, 'data');
    const streamsClosed = once(parent, 'close');
    parent.kill('SIGKILL');
    await once(parent, 'exit');

    // The child inherited the standard error: it closes when the last of the two is gone.
    await expect(streamsClosed).resolves.toBeDefined();
  });
});
