import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createConverter } from '../../dist/conversion/client/create-converter.js';
import { EXPORT_FORMATS } from '../../dist/conversion/client/converter.js';

const MEMORY_MB = 512;
const TIMEOUT_MS = 300_000;

/**
 * What a run of the built-in converter took.
 *
 * @typedef {object} Taken
 * @property {number} seconds from the first document to the last, without the start of the children
 * @property {number | null} peakMb the most that one child had in memory; null where `/proc` does not tell
 */

/**
 * Converts one file `times` over with so many children, each at one document at a time, with all
 * exports; one that is too large to be made counts as made.
 *
 * @param {{ file: string, format: string, times: number, children: number }} work
 * @returns {Promise<Taken>}
 */
export async function convertTimes({ file, format, times, children }) {
  const converter = createConverter({ url: undefined, command: undefined, memoryMb: MEMORY_MB, poolSize: children });
  try {
    await allStarted(converter, children);
    const began = performance.now();
    let left = times;
    let peakMb = 0;
    const work = async () => {
      while (left > 0) {
        left -= 1;
        await convertOnce(converter, file, format, () => {
          for (const pid of converter.status.pids) peakMb = Math.max(peakMb, highWaterMb(pid));
        });
      }
    };
    await Promise.all(Array.from({ length: children }, work));
    return { seconds: (performance.now() - began) / 1_000, peakMb: peakMb || null };
  } finally {
    await converter.close();
  }
}

/**
 * @param {import('../../dist/conversion/client/converter.js').Converter} converter
 * @param {number} children
 */
async function allStarted(converter, children) {
  const sessions = await Promise.all(Array.from({ length: children }, () => converter.open(callOptions())));
  await Promise.all(sessions.map((session) => session.release()));
}

/**
 * @param {import('../../dist/conversion/client/converter.js').Converter} converter
 * @param {string} file
 * @param {string} format
 * @param {() => void} onExported before the child is given back
 */
async function convertOnce(converter, file, format, onExported) {
  const session = await converter.open(callOptions());
  try {
    await session.convert({ path: file, fileName: path.basename(file), format }, callOptions());
    for (const exportFormat of EXPORT_FORMATS) {
      const output = `${file}.${process.pid}.${exportFormat}`;
      await session.export(exportFormat, output, callOptions()).catch(forgiveTooLarge);
    }
    onExported();
  } finally {
    await session.release();
  }
}

function callOptions() {
  return { signal: new AbortController().signal, timeoutMs: TIMEOUT_MS };
}

/** @param {unknown} error */
function forgiveTooLarge(error) {
  if (/** @type {{ code?: string }} */ (error).code !== 'E305') throw error;
}

/** @param {number} pid */
function highWaterMb(pid) {
  try {
    return Number(/VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
