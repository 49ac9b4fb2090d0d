import { createRequire } from 'node:module';
import path from 'node:path';
import { getDocument, InvalidPDFException, VerbosityLevel } from 'pdfjs-dist/legacy/build/pdf.mjs';
import type { PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { AppError } from '../../../errors.js';

const PACKAGE = path.dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'));
const folder = (name: string) => `${path.join(PACKAGE, name)}${path.sep}`;

export interface OpenPdf {
  readonly document: PDFDocumentProxy;
  readonly close: () => Promise<void>;
}

/**
 * Opens a PDF with the fonts and character maps of the package, nothing from the network. Images
 * of more than `maxImagePixels` are not decoded. pdfjs takes the bytes over: they cannot be used
 * again. Throws AppError E004 when the file is damaged or needs a password.
 */
export async function openPdf(bytes: Uint8Array, maxImagePixels: number): Promise<OpenPdf> {
  const task = getDocument({
    data: bytes,
    maxImageSize: maxImagePixels,
    isEvalSupported: false,
    isOffscreenCanvasSupported: false,
    isImageDecoderSupported: false,
    useSystemFonts: false,
    useWorkerFetch: false,
    enableXfa: false,
    verbosity: VerbosityLevel.ERRORS,
    standardFontDataUrl: folder('standard_fonts'),
    cMapUrl: folder('cmaps'),
    cMapPacked: true,
    wasmUrl: folder('wasm'),
    iccUrl: folder('iccs'),
  });
  try {
    return { document: await task.promise, close: () => task.destroy() };
  } catch (error) {
    await task.destroy();
    throw toAppError(error);
  }
}

function toAppError(error: unknown): AppError {
  if (error instanceof Error && error.name === 'PasswordException')
    return new AppError('E004', 'The PDF is encrypted and needs a password', { cause: error });
  if (error instanceof InvalidPDFException) return new AppError('E004', 'The PDF is damaged', { cause: error });
  return new AppError('E004', 'The PDF cannot be read', { cause: error });
}
