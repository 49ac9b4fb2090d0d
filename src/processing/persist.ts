import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../errors.js';

const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 5_000;

/**
 * Repeats a guarded write while the database is away, for at most `limitMs`: work that is done should
 * not be lost to a restart of the server. Safe because the write is: what a lost answer may have
 * concealed, the second try finds done, and changes nothing.
 */
export async function persist<T>(write: () => Promise<T>, limitMs: number): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (let pauseMs = FIRST_DELAY_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_DELAY_MS)) {
    try {
      return await write();
    } catch (error) {
      const away = error instanceof AppError && (error.code === 'E401' || error.code === 'E402');
      if (!away || performance.now() + pauseMs > deadline) throw error;
    }
    await delay(pauseMs);
  }
}
