import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { withLock } from '../../src/database/embedded/lock.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'lock-test-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function leaveLock(generation: string, owner: string): Promise<void> {
  await mkdir(path.join(directory, generation));
  await writeFile(path.join(directory, generation, 'owner.json'), owner);
}

it('when many want it at once, then each has it alone', async () => {
  let inside = 0;
  const most = await Promise.all(
    Array.from({ length: 20 }, () =>
      withLock(directory, 20_000, async () => {
        inside += 1;
        const seen = inside;
        await new Promise(setImmediate);
        inside -= 1;
        return seen;
      }),
    ),
  );

  expect(Math.max(...most)).toBe(1);
});

it('when a live process holds it, then the others give up in time and name the holder', async () => {
  await withLock(directory, 1_000, async () => {
    await expect(withLock(directory, 50, () => Promise.resolve())).rejects.toThrow(`process ${process.pid} holds`);
  });
});

it('when the work fails, then its error is passed on and the lock is free', async () => {
  await expect(withLock(directory, 1_000, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');

  await expect(withLock(directory, 1_000, () => Promise.resolve('free'))).resolves.toBe('free');
});

it.each([
  ['died', JSON.stringify({ pid: 2 ** 22 + 1, startedAt: 'then' })],
  ['died and its pid was given to another', JSON.stringify({ pid: process.pid, startedAt: 'then' })],
  ['was cut off with the power', ''],
])('when the holder %s, then the lock is free, for one at a time', async (_, owner) => {
  await leaveLock('7', owner);
  await mkdir(path.join(directory, 'claim-left-behind'));
  let inside = 0;

  const most = await Promise.all(
    [1, 2, 3].map(() => withLock(directory, 5_000, () => Promise.resolve(++inside).finally(() => (inside -= 1)))),
  );

  expect(most).toEqual([1, 1, 1]);
  expect(await readdir(directory)).toEqual(['10']);
});
