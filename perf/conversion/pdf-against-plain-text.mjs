// What reading a PDF costs against the plain text extraction of pdfjs, measured in one run:
// `node perf/conversion/pdf-against-plain-text.mjs FILE…` after `npm run build`.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { exporters } from '../../dist/conversion/exporters/index.js';
import { renderExport } from '../../dist/conversion/exporters/write-export.js';
import { pdfFormat } from '../../dist/conversion/formats/pdf/index.js';
import { openPdf } from '../../dist/conversion/formats/pdf/pdfjs.js';

/** Measured after one unmeasured run of each; the fastest counts, as the others only had more to wait for. */
const RUNS = 3;
/** Images are decoded neither here nor by the format's reader. */
const NO_IMAGES = 1;

/**
 * The text of a PDF as pdfjs gives it, in the order of the file.
 *
 * @param {string} file
 * @returns {Promise<string>}
 */
export async function plainText(file) {
  const { document, close } = await openPdf(new Uint8Array(await readFile(file)), NO_IMAGES);
  try {
    let text = '';
    for (let number = 1; number <= document.numPages; number += 1) {
      const page = await document.getPage(number);
      for (const item of (await page.getTextContent()).items)
        if ('str' in item) text += item.hasEOL ? `${item.str}\n` : item.str;
      page.cleanup();
    }
    return text;
  } finally {
    await close();
  }
}

/**
 * The Markdown of a PDF, in this process.
 *
 * @param {string} file
 * @returns {Promise<string>}
 */
export async function toMarkdown(file) {
  const document = await pdfFormat.read({
    path: path.resolve(file),
    fileName: path.basename(file),
    mimeType: 'application/pdf',
    binaryHash: 0,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  return renderExport(exporters.markdown, document);
}

/**
 * Milliseconds of processor time, which other programs on the machine do not lengthen much, turn and turn about.
 *
 * @param {string} file
 * @returns {Promise<{ plainMs: number, markdownMs: number, ratio: number }>}
 */
export async function compare(file) {
  let [plainMs, markdownMs] = [Infinity, Infinity];
  for (let run = 0; run <= RUNS; run += 1) {
    const plain = await processorMs(() => plainText(file));
    const markdown = await processorMs(() => toMarkdown(file));
    if (run === 0) continue;
    plainMs = Math.min(plainMs, plain);
    markdownMs = Math.min(markdownMs, markdown);
  }
  return { plainMs, markdownMs, ratio: markdownMs / plainMs };
}

/** @param {() => Promise<unknown>} work */
async function processorMs(work) {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const ratios = [];
  for (const file of process.argv.slice(2)) {
    const { plainMs, markdownMs, ratio } = await compare(file);
    ratios.push(ratio);
    console.log(
      `${path.basename(file).padEnd(40)} ${plainMs.toFixed(0).padStart(6)} ms ${markdownMs.toFixed(0).padStart(6)} ms ${ratio.toFixed(2).padStart(6)}`,
    );
  }
  const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
  if (ratios.length > 1) console.log(`mean ${mean.toFixed(2)}, largest ${Math.max(...ratios).toFixed(2)}`);
}
