import { stdioWire } from '../../src/conversion/client/stdio-wire.js';
import { until } from '../support/until.js';

/**
 * A converter that was killed between two messages of its start left a start that never ended, and so a
 * worker that could not be shut down.
 */
describe('a message to a child that has just died', () => {
  test('when its streams are not closed yet, then sending fails once they are', async () => {
    // The streams stay open for as long as the grandchild lives; the child itself is gone at once.
    const wire = stdioWire({ command: 'sh', args: ['-c', 'sleep 1 & exit 0'], onStderr: () => undefined });
    await wire.transport.start();
    const pid = wire.pid!;
    await until(() => !isRunning(pid));

    await expect(wire.transport.send({ jsonrpc: '2.0', method: 'notifications/initialized' })).rejects.toThrow(
      'The child has ended.',
    );

    await wire.kill();
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
