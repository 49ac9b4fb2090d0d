import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { IMPLEMENTATION } from '../../dist/conversion/package-info.js';
import { convertTimes } from './converting.mjs';
import { KINDS, SIZES, xlsx } from './documents.mjs';
import { comparePdfReaders } from './pdf-pages.mjs';

/** Documents of a size that one measurement converts: enough for about a second. */
const TIMES = /** @type {Readonly<Record<string, number>>} */ ({ small: 20, medium: 6, large: 1 });
const CHILDREN = [1, 2];
const PDF_CORPUS = fileURLToPath(new URL('../score/corpus/pdf', import.meta.url));
const BIG_SHEET = { rows: 15_000, columns: 50 };

/**
 * The middle one of several measurements, and the least and greatest.
 *
 * @typedef {{ median: number, least: number, greatest: number }} Spread
 *
 * @typedef {{ format: string, size: string, bytes: number, children: number, documentsPerSecond: Spread, peakMb: number | null }} Throughput
 */

/**
 * Measures the built-in converter over documents of its own making.
 *
 * @param {{ rounds: number, onLine: (line: string) => void }} options `onLine` gets the table, line by line
 */
export async function measureConversion({ rounds, onLine }) {
  const folder = await mkdtemp(path.join(tmpdir(), 'docling-jobs-perf-'));
  try {
    const throughput = await measureThroughput(folder, rounds, onLine);
    const pdfMsPerPage = await measurePdf(folder, rounds, onLine);
    const bigSheet = await measureBigSheet(folder, onLine);
    return { ...circumstances(), rounds, throughput, pdfMsPerPage, bigSheet };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Every format and size, with one child and with two; the rounds go over all of them in turn, so that a
 * busy minute of the machine does not hit one format alone.
 *
 * @param {string} folder
 * @param {number} rounds
 * @param {(line: string) => void} onLine
 */
async function measureThroughput(folder, rounds, onLine) {
  const cases = await makeCases(folder);
  for (let round = 1; round <= rounds; round += 1) {
    for (const { work, taken } of cases) taken.push(await convertTimes(work));
    onLine(`round ${round} of ${rounds} done`);
  }
  onLine(columns('', 'KB', 'children', 'documents/s', '', 'peak MB'));
  return cases.map(({ format, size, bytes, work, taken }) => {
    const documentsPerSecond = spread(taken.map(({ seconds }) => work.times / seconds));
    const peaks = taken.flatMap(({ peakMb }) => peakMb ?? []);
    const peakMb = peaks.length === 0 ? null : Math.max(...peaks);
    const values = [
      (bytes / 1024).toFixed(0),
      String(work.children),
      ...shown(documentsPerSecond),
      peakMb?.toFixed(0) ?? '-',
    ];
    onLine(columns(`${format}, ${size}`, ...values));
    return { format, size, bytes, children: work.children, documentsPerSecond, peakMb };
  });
}

/** @param {string} folder */
async function makeCases(folder) {
  const cases = [];
  for (const { format, extension, make } of KINDS) {
    for (const [size, sections] of Object.entries(SIZES)) {
      const content = await make(sections);
      const file = path.join(folder, `${size}${extension}`);
      await writeFile(file, content);
      for (const children of CHILDREN) {
        const work = { file, format, times: (TIMES[size] ?? 1) * children, children };
        /** @type {import('./converting.mjs').Taken[]} */
        const taken = [];
        cases.push({ format, size, bytes: content.length, work, taken });
      }
    }
  }
  return cases;
}

/**
 * The PDFs of the score's corpus, and the large one that was made here, each against pdfjs' plain text.
 *
 * @param {string} folder
 * @param {number} rounds
 * @param {(line: string) => void} onLine
 */
async function measurePdf(folder, rounds, onLine) {
  const names = (await readdir(PDF_CORPUS)).filter((name) => name.endsWith('.pdf'));
  const files = [...names.map((name) => path.join(PDF_CORPUS, name)), path.join(folder, 'large.pdf')];
  onLine(columns('PDF, ms a page', 'document', '', 'plain', '', 'ratio', ''));
  const all = [];
  for (const file of files) {
    const times = await comparePdfReaders(file, Math.max(5, rounds));
    const ratio = spread(times.document.map((time, round) => time / (times.plain[round] ?? NaN)));
    const measured = { document: spread(times.document), plain: spread(times.plain), ratio };
    onLine(columns(path.basename(file), ...Object.values(measured).flatMap(shown)));
    all.push({ file: path.basename(file), ...measured });
  }
  onLine(`ratio over all files: ${shown(spread(all.map(({ ratio }) => ratio.median))).join(' ')}`);
  return all;
}

/**
 * @param {string} folder
 * @param {(line: string) => void} onLine
 */
async function measureBigSheet(folder, onLine) {
  const { rows, columns: width } = BIG_SHEET;
  const file = path.join(folder, 'big.xlsx');
  await writeFile(file, await xlsx(rows, width));
  const { seconds, peakMb } = await convertTimes({ file, format: 'xlsx', times: 1, children: 1 });
  onLine(`sheet of ${rows * width} cells: ${seconds.toFixed(1)} s, peak ${peakMb?.toFixed(0) ?? '-'} MB`);
  return { cells: rows * width, seconds, peakMb };
}

function circumstances() {
  const [processor] = cpus();
  return {
    date: new Date().toISOString(),
    machine: { processor: processor?.model, processors: cpus().length, memoryMb: Math.round(totalmem() / 1024 ** 2) },
    versions: { ...IMPLEMENTATION, node: process.version, v8: process.versions.v8 },
  };
}

/**
 * @param {readonly number[]} values at least one
 * @returns {Spread}
 */
function spread(values) {
  const sorted = [...values].sort((left, right) => left - right);
  const at = (/** @type {number} */ index) => sorted[index] ?? NaN;
  const middle = (sorted.length - 1) / 2;
  const median = (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2;
  return { median, least: at(0), greatest: at(sorted.length - 1) };
}

/** @param {Spread} spread */
function shown({ median, least, greatest }) {
  return [median.toFixed(2), `(${least.toFixed(2)}–${greatest.toFixed(2)})`];
}

/**
 * @param {string} name
 * @param {...string} values
 */
function columns(name, ...values) {
  return `${name.padEnd(28)}${values.map((value) => value.padStart(16)).join('')}`.trimEnd();
}

/**
 * Writes what was measured into a file of its own below `folder`, and says where.
 *
 * @param {string} folder
 * @param {Awaited<ReturnType<typeof measureConversion>>} measured
 */
export async function writeResults(folder, measured) {
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, `conversion-${measured.date.replaceAll(/[:.]/g, '-')}.json`);
  await writeFile(file, `${JSON.stringify(measured, null, 2)}\n`);
  return file;
}
