import { randomUUID } from 'node:crypto';
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import type { DoclingDocument } from '../document/docling-document.js';
import { ExportText } from './export-text.js';
import type { Exporter } from './exporter.js';

/**
 * Writes an export to `path`, which then holds all of it or what it held before. Keeps the thread until it
 * is done, as making the export does anyway.
 *
 * @returns the size in bytes.
 * @throws AppError E305 as the exporter does, and what the file system throws.
 */
export function writeExport(exporter: Exporter, document: DoclingDocument, path: string): number {
  const partial = `${path}.${randomUUID()}.partial`;
  try {
    const size = writeFile(exporter, document, partial);
    renameSync(partial, path);
    return size;
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}

function writeFile(exporter: Exporter, document: DoclingDocument, path: string): number {
  const file = openSync(path, 'wx');
  try {
    let size = 0;
    write(exporter, document, (piece) => (size += writeWhole(file, Buffer.from(piece))));
    return size;
  } finally {
    closeSync(file);
  }
}

/** An export as one text, for one that is known to be small. Throws as the exporter does. */
export function renderExport(exporter: Exporter, document: DoclingDocument): string {
  const pieces: string[] = [];
  write(exporter, document, (piece) => pieces.push(piece));
  return pieces.join('');
}

function write(exporter: Exporter, document: DoclingDocument, handOn: (piece: string) => void): void {
  const text = new ExportText(handOn);
  exporter.write(document, text);
  text.flush();
}

/** A full disk may take a part only. */
function writeWhole(file: number, bytes: Buffer): number {
  let written = 0;
  while (written < bytes.length) written += writeSync(file, bytes, written);
  return written;
}
