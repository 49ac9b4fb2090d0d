import { readFile } from 'node:fs/promises';
import type { PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { AppError } from '../../../errors.js';
import { DocumentBuilder } from '../../document/document-builder.js';
import type { DoclingDocument } from '../../document/docling-document.js';
import { LIMITS } from '../../limits.js';
import type { Format, FormatInput } from '../format.js';
import { Composer } from './compose.js';
import { FontTable } from './fonts.js';
import { findFurniture } from './furniture.js';
import { toFlow } from './flow.js';
import { area } from './geometry.js';
import { linksOn, readLinks, type LinkAnnotations } from './links.js';
import type { ReadPage } from './model.js';
import { toBlocks } from './page-blocks.js';
import { readPageContent } from './page-content.js';
import { openPdf } from './pdfjs.js';
import { toReadPage } from './read-page.js';
import { readScans, type ScannedPage, type Scans } from './scans.js';

/** pdfjs' AnnotationMode: what forms and comments show is a part of the page. */
const WITH_ANNOTATIONS = 1;
/** Only images of so many pixels are decoded while text is read: none. */
const NO_IMAGES = 1;
/** Shares of the progress: reading the pages, and what follows. */
const READING = 0.8;

/** PDF: text in reading order with headings, lists, tables, captions, footnotes and code; scans by character recognition. */
export const pdfFormat: Format = { name: 'pdf', read };

async function read(input: FormatInput): Promise<DoclingDocument> {
  const pages = await readPages(await readBytes(input), input);
  const scanned = scannedPages(pages);
  const scans = scanned.length > 0 ? await readScans(await readBytes(input), scanned, input) : undefined;
  return compose(pages, scans, input);
}

async function readBytes({ path }: FormatInput): Promise<Uint8Array> {
  try {
    // pdfjs refuses a Buffer, and takes over the memory of what it is given.
    return new Uint8Array(await readFile(path));
  } catch (cause) {
    throw new AppError('E003', 'The file cannot be read', { cause });
  }
}

/** Reads every page; one that pdfjs cannot parse is empty, unless all are. */
async function readPages(bytes: Uint8Array, { signal, onProgress }: FormatInput): Promise<ReadPage[]> {
  const { document, close } = await openPdf(bytes, NO_IMAGES);
  try {
    if (document.numPages > LIMITS.pages)
      throw new AppError('E305', `The PDF has ${document.numPages} pages, more than ${LIMITS.pages}`);
    const links = await readLinks(document);
    const fonts = new FontTable();
    const pages: ReadPage[] = [];
    let failure: unknown;
    for (let number = 1; number <= document.numPages; number += 1) {
      signal.throwIfAborted();
      const page = await readPage(document, number, fonts, links).catch((error: unknown) => {
        if (error instanceof AppError) throw error;
        failure ??= error;
        return undefined;
      });
      pages.push(page ?? { width: 0, height: 0, items: [], turned: [], links: [] });
      onProgress((READING * number) / document.numPages);
    }
    if (failure !== undefined && pages.every(({ width }) => width === 0))
      throw new AppError('E004', 'No page of the PDF can be read', { cause: failure });
    return pages;
  } finally {
    await close();
  }
}

async function readPage(
  document: PDFDocumentProxy,
  number: number,
  fonts: FontTable,
  links: LinkAnnotations,
): Promise<ReadPage> {
  const page = await document.getPage(number);
  try {
    const operators = await page.getOperatorList({ annotationMode: WITH_ANNOTATIONS });
    return toReadPage(readPageContent(page, operators, fonts), linksOn(page, links));
  } finally {
    page.cleanup();
  }
}

/** The pages that show an image and no text. */
function scannedPages(pages: readonly ReadPage[]): ScannedPage[] {
  return pages.flatMap(({ items, turned }, index) => {
    if (turned.length > 0 || items.some(({ kind }) => kind !== 'picture')) return [];
    const [largest] = items.map(({ box }) => box).sort((left, right) => area(right) - area(left));
    return largest ? [{ pageNo: index + 1, box: largest }] : [];
  });
}

function compose(pages: readonly ReadPage[], scans: Scans | undefined, input: FormatInput): DoclingDocument {
  const furniture = findFurniture(pages);
  const inBlocks = pages.map((page) => ({ ...page, blocks: toBlocks(page, furniture) }));
  const builder = new DocumentBuilder(input);
  const composer = new Composer(builder, toFlow(inBlocks));
  inBlocks.forEach((page, index) => {
    input.signal.throwIfAborted();
    const recognised = scans?.get(index + 1) ?? [];
    // Where its text was read, the image of a scan says nothing more.
    composer.addPage({ ...page, recognised, blocks: recognised.length > 0 ? [] : page.blocks });
  });
  input.onProgress(1);
  return builder.document;
}
