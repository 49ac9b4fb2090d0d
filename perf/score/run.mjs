import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createConverter } from '../../dist/conversion/client/create-converter.js';
import { detectFormat } from '../../dist/conversion/detection/detect.js';
import { FIGURE_NAMES, meanFigures, missingParts, scoreMarkdown } from './figures.mjs';

const EXPECTED = '.expected.md';
const TIMEOUT_MS = 300_000;
const CHILD_MEMORY_MB = 512;

/**
 * @typedef {object} Scored
 * @property {string} name relative to the folder
 * @property {string} format the name's extension, without the dot
 * @property {number} seconds
 * @property {import('./figures.mjs').Figures} figures all 0 where the conversion failed
 * @property {import('./figures.mjs').MissingParts} missing
 * @property {string} [failure] why there is no conversion
 */

/**
 * Converts every document below the folder that has its expectation beside it, as the service does: by
 * the type that its content says, in a child of the built-in converter.
 *
 * @param {string} folder
 * @param {(scored: Scored) => void} onScored called in the order of the names
 * @returns {Promise<Scored[]>}
 * @throws Error when there is no such pair
 */
export async function scoreFolder(folder, onScored) {
  const names = (await readdir(folder, { recursive: true })).sort();
  const documents = names.filter((name) => names.includes(name + EXPECTED));
  if (documents.length === 0) throw new Error(`${folder} holds no pair of name.ext and name.ext${EXPECTED}`);
  const work = await mkdtemp(path.join(tmpdir(), 'docling-jobs-score-'));
  const converter = createConverter({ url: undefined, command: undefined, memoryMb: CHILD_MEMORY_MB, poolSize: 1 });
  const all = [];
  try {
    for (const name of documents) {
      const scored = await scoreDocument(path.join(folder, name), name, { converter, work });
      onScored(scored);
      all.push(scored);
    }
  } finally {
    await converter.close();
    await rm(work, { recursive: true, force: true });
  }
  return all;
}

/**
 * @param {string} file
 * @param {string} name
 * @param {{ converter: import('../../dist/conversion/client/converter.js').Converter, work: string }} means
 * @returns {Promise<Scored>}
 */
async function scoreDocument(file, name, { converter, work }) {
  const expected = await readFile(file + EXPECTED, 'utf8');
  const began = performance.now();
  let actual = '';
  let failure;
  try {
    actual = await toMarkdown(path.resolve(file), converter, path.join(work, 'export.md'));
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  }
  return {
    name,
    format: path.extname(name).slice(1).toLowerCase(),
    seconds: (performance.now() - began) / 1_000,
    figures: scoreMarkdown(actual, expected),
    missing: missingParts(actual, expected),
    ...(failure === undefined ? {} : { failure }),
  };
}

/**
 * @param {string} file
 * @param {import('../../dist/conversion/client/converter.js').Converter} converter
 * @param {string} output
 */
async function toMarkdown(file, converter, output) {
  const fileName = path.basename(file);
  const { format } = await detectFormat(file, { fileName });
  const options = { signal: new AbortController().signal, timeoutMs: TIMEOUT_MS };
  const session = await converter.open(options);
  try {
    await session.convert({ path: file, fileName, format }, options);
    await session.export('markdown', output, options);
  } finally {
    await session.release();
  }
  return readFile(output, 'utf8');
}

/**
 * One line a format, with the mean over its documents.
 *
 * @param {Scored[]} all
 * @returns {string[]}
 */
export function formatLines(all) {
  const formats = [...new Set(all.map(({ format }) => format))];
  return formats.map((format) => {
    const own = all.filter((scored) => scored.format === format);
    return figureLine(format, `${own.length} files`, meanFigures(own.map(({ figures }) => figures)));
  });
}

/** @param {Scored} scored */
export function documentLine({ name, seconds, figures, failure }) {
  return figureLine(name, failure === undefined ? `${seconds.toFixed(2)} s` : `failed: ${failure}`, figures);
}

export const HEADER = columns('', '', FIGURE_NAMES);

/**
 * @param {string} name
 * @param {string} note
 * @param {import('./figures.mjs').Figures} figures
 */
function figureLine(name, note, figures) {
  return columns(
    name,
    note,
    FIGURE_NAMES.map((figure) => figures[figure]?.toFixed(3) ?? '-'),
  );
}

/**
 * @param {string} name
 * @param {string} note
 * @param {readonly string[]} values
 */
function columns(name, note, values) {
  return `${name.padEnd(48)} ${values.map((value) => value.padStart(9)).join('')}   ${note}`.trimEnd();
}
