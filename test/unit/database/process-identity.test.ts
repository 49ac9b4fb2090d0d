import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { commandLineOf, identifyThisProcess, isRunning } from '../../../src/database/embedded/process-identity.js';

const here = process.platform;

/** Both ways of asking, of Linux and of macOS, work on Linux; that of Windows works everywhere. */
describe.each(['linux', 'darwin', 'win32'])('processes as told on %s', (platform) => {
  let child: ChildProcess;

  beforeEach(async () => {
    Object.defineProperty(process, 'platform', { value: platform });
    child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log("up")']);
    await once(child.stdout!, 'data');
  });
  afterEach(() => {
    child.kill('SIGKILL');
    Object.defineProperty(process, 'platform', { value: here });
  });

  test('when a process runs, then it is known, and when it has ended, then no longer', async () => {
    const itself = identifyThisProcess();
    expect(isRunning(itself)).toBe(true);

    const other = { pid: child.pid!, startedAt: platform === 'win32' ? '' : 'another time' };
    expect(isRunning(other)).toBe(platform === 'win32'); // there the pid alone has to do

    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isRunning({ pid: child.pid!, startedAt: '' })).toBe(false);
  });

  test('when a command line is asked for, then it is told where it can be', () => {
    expect(commandLineOf(child.pid!).includes('setInterval')).toBe(platform !== 'win32');
    expect(commandLineOf(2 ** 22 + 1)).toBe('');
  });
});
