import { readFile } from 'node:fs/promises';
import { getDocument, VerbosityLevel } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { pdfFormat } from '../../dist/conversion/formats/pdf/index.js';

/**
 * Milliseconds a page of one PDF in each round, by the reader of documents and by pdfjs' own text
 * extraction, which take turns in this process so that both meet the same machine. The first turn, in which
 * code is compiled, does not count.
 *
 * @param {string} file
 * @param {number} rounds
 */
export async function comparePdfReaders(file, rounds) {
  const readers = { document: readDocument, plain: readPlainText };
  /** @type {{ document: number[], plain: number[] }} */
  const times = { document: [], plain: [] };
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of /** @type {const} */ (['document', 'plain'])) {
      const began = performance.now();
      const pages = await readers[name](file);
      if (round > 0) times[name].push((performance.now() - began) / pages);
    }
  }
  return times;
}

/** @param {string} path */
async function readDocument(path) {
  const { pages } = await pdfFormat.read({
    path,
    fileName: 'a.pdf',
    mimeType: 'application/pdf',
    binaryHash: 0,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  return Object.keys(pages).length;
}

/** @param {string} path */
async function readPlainText(path) {
  const data = new Uint8Array(await readFile(path));
  const task = getDocument({ data, isEvalSupported: false, verbosity: VerbosityLevel.ERRORS });
  const { numPages, getPage } = await task.promise.then((document) => ({
    numPages: document.numPages,
    getPage: document.getPage.bind(document),
  }));
  for (let number = 1; number <= numPages; number += 1) {
    const page = await getPage(number);
    await page.getTextContent();
    page.cleanup();
  }
  await task.destroy();
  return numPages;
}
