import process from 'node:process';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const POLL_MS = 250;

/**
 * Ends this process at the latest half a second after its parent, however the parent died and
 * whatever this process is doing. The watching thread runs on while the main one parses.
 */
export function endWithParent(): void {
  const watch = new Worker(new URL(import.meta.url), {
    workerData: { parent: process.ppid },
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
  });
  watch.unref();
}

// This file is its own worker: an orphan is adopted by another process, so its parent's id changes.
if (!isMainThread && parentPort) {
  const { parent } = workerData as { parent: number };
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
  }, POLL_MS);
}
