import { writeSync } from 'node:fs';
import process from 'node:process';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

/**
 * Milliseconds between two looks: a parser fills memory at about 1 GB/s, so that what it takes
 * beyond its bound between two of them stays below 100 MB.
 */
const POLL_MS = 50;
const STDERR = 2;

/** The last words of a process that took too much memory; V8's own, at its heap's limit, are others. */
const OUT_OF_RESIDENT_MEMORY = 'Reached the limit of resident memory';

interface Watched {
  readonly parent: number;
  readonly maxResidentBytes: number;
}

/**
 * Ends this process soon after its parent, however the parent died, and as soon as it has more than
 * `maxResidentBytes` in memory: buffers, WebAssembly and other threads' heaps, which no limit of
 * V8 bounds, included. The watching thread runs on whatever the main one is doing.
 */
export function startWatchdog({ maxResidentBytes = Infinity } = {}): void {
  const watched: Watched = { parent: process.ppid, maxResidentBytes };
  const watch = new Worker(new URL(import.meta.url), {
    workerData: watched,
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
  });
  watch.unref();
}

function look({ parent, maxResidentBytes }: Watched): void {
  // An orphan is adopted by another process.
  const isOrphan = process.ppid !== parent;
  const isTooLarge = process.memoryUsage.rss() > maxResidentBytes;
  try {
    if (isTooLarge) writeSync(STDERR, `${OUT_OF_RESIDENT_MEMORY}\n`);
  } finally {
    if (isOrphan || isTooLarge) process.kill(process.pid, 'SIGKILL');
  }
}

// This file is its own worker.
if (!isMainThread && parentPort) setInterval(look, POLL_MS, workerData as Watched);
