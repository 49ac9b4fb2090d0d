import type { DoclingDocument } from '../../../../src/conversion/document/docling-document.js';
import { pdfFormat } from '../../../../src/conversion/formats/pdf/index.js';
import { read, type ReadOptions } from './text-input.js';

/** Five lines of prose as wide as a column. */
export const LOREM = [
  'The harbour handled more ships than in any year before',
  'and the new crane was completed in August without any',
  'accident that would have been worth a line in the news',
  'of the town, which is proud of its quiet dry docks now',
  'that the old yard has been closed for good and is sold.',
];

/** Reads a PDF through a file of its own, as a valid document. */
export function readPdf(bytes: Uint8Array, options: ReadOptions = {}): Promise<DoclingDocument> {
  return read(pdfFormat, bytes, { mimeType: 'application/pdf', fileName: 'test.pdf', ...options });
}

export function gridOf(document: DoclingDocument, index = 0): string[][] {
  return document.tables[index]!.data.grid.map((row) => row.map(({ text }) => text));
}
