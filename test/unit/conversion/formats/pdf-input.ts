import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DoclingDocument } from '../../../../src/conversion/document/docling-document.js';
import { pdfFormat } from '../../../../src/conversion/formats/pdf/index.js';
import { validated } from '../../../support/valid-document.js';

/** Five lines of prose as wide as a column. */
export const LOREM = [
  'The harbour handled more ships than in any year before',
  'and the new crane was completed in August without any',
  'accident that would have been worth a line in the news',
  'of the town, which is proud of its quiet dry docks now',
  'that the old yard has been closed for good and is sold.',
];

export interface PdfReadOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (fraction: number) => void;
}

/** Reads a PDF through a file of its own, as a valid document. */
export async function readPdf(bytes: Uint8Array, options: PdfReadOptions = {}): Promise<DoclingDocument> {
  const folder = await mkdtemp(path.join(tmpdir(), 'docling-jobs-pdf-'));
  try {
    const file = path.join(folder, 'test.pdf');
    await writeFile(file, bytes);
    return validated(
      await pdfFormat.read({
        path: file,
        fileName: 'test.pdf',
        mimeType: 'application/pdf',
        binaryHash: 1,
        signal: options.signal ?? new AbortController().signal,
        onProgress: options.onProgress ?? (() => undefined),
      }),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

export function gridOf(document: DoclingDocument, index = 0): string[][] {
  return document.tables[index]!.data.grid.map((row) => row.map(({ text }) => text));
}
