import path from 'node:path';
import { fileTypeFromFile } from 'file-type';
import { AppError } from '../../errors.js';
import { FORMATS, typeByExtension, typeByMime, type RecognisedType } from '../formats/registry.js';
import { COMPOUND_FILE_MAGIC, compoundFileKind, type FileKind } from './compound-file.js';
import { readHead } from './head.js';
import { describeSupportedTypes } from './supported-types.js';
import { decodeText, sniffHtml } from './text.js';
import { readZipContent } from './zip-container.js';

export interface DetectionHints {
  /** The name the sender gave the file; only its extension counts. */
  readonly fileName: string;
  /** The MIME type the sender declared, parameters and all. */
  readonly declaredMimeType?: string | undefined;
}

const ZIP_MAGICS = [Buffer.from('PK\x03\x04', 'latin1'), Buffer.from('PK\x05\x06', 'latin1')];
const PDF_HEADER = /%PDF-\d/;
const PDF_OBJECT = /\b\d+ \d+ obj\b/;
/** Readers look this far for a PDF's header (ISO 32000, implementation note 13). */
const PDF_HEADER_WITHIN = 1024;
/** Texts that are documents of a kind of their own, whatever their name says. */
const FOREIGN_TEXTS: readonly (FileKind & { readonly start: RegExp })[] = [
  { start: /^\{\\rtf/, extension: '.rtf', kind: 'a Rich Text Format document' },
  { start: /^%!PS/, extension: '.ps', kind: 'a PostScript document' },
];

/**
 * Decides what a file is by its content; where the content is plain text, by the name's extension,
 * then by the declared type. Reads the file's start and, of containers, their directory.
 *
 * @throws AppError E002 when no format reads it, E003 when it cannot be read or is empty, E004 when
 *   it is a broken container, encrypted, or not what its extension says and nothing else either.
 */
export async function detectFormat(filePath: string, hints: DetectionHints): Promise<RecognisedType> {
  const found = await detectByContent(filePath, hints);
  if (typeof found !== 'string') return found;
  const extension = path.extname(hints.fileName).toLowerCase();
  // What claims to be a document that it is not is a broken one.
  if (typeByExtension(extension)) throw new AppError('E004', `The input is named ${extension}, but is ${found}.`);
  throw new AppError('E002', `The input is ${found}; supported are ${describeSupportedTypes()}.`);
}

/** The type, or in words what was found instead. */
type Detected = RecognisedType | string;

async function detectByContent(filePath: string, hints: DetectionHints): Promise<Detected> {
  const head = await readHead(filePath);
  if (ZIP_MAGICS.some((magic) => startsWith(head.bytes, magic))) {
    const content = await readZipContent(filePath);
    return 'type' in content ? content.type : content.unsupported;
  }
  if (startsWith(head.bytes, COMPOUND_FILE_MAGIC)) {
    const kind = await compoundFileKind(filePath);
    return kind ? typeOfKind(kind) : 'an OLE compound file of another kind';
  }
  if (isPdf(head.bytes)) return typeOf('application/pdf');
  const text = decodeText(head);
  return text === undefined ? detectBinary(filePath) : detectText(text, hints);
}

function startsWith(bytes: Buffer, magic: Buffer): boolean {
  return bytes.subarray(0, magic.length).equals(magic);
}

function isPdf(bytes: Buffer): boolean {
  const text = bytes.toString('latin1');
  const at = text.slice(0, PDF_HEADER_WITHIN).search(PDF_HEADER);
  // A text may speak of a PDF's header; only a PDF goes on with objects.
  return at === 0 || (at > 0 && PDF_OBJECT.test(text));
}

/** Short magic numbers such as BMP's `BM` also begin texts: only what is no text gets here. */
async function detectBinary(filePath: string): Promise<Detected> {
  const found = await fileTypeFromFile(filePath).catch(() => undefined);
  if (!found) return 'a binary file of unknown type';
  // An animated PNG is a PNG to whoever does not know of it.
  const mimeType = found.mime === 'image/apng' ? 'image/png' : found.mime;
  return typeByMime(mimeType) ?? `a .${found.ext} file (${found.mime})`;
}

function detectText(text: string, { fileName, declaredMimeType }: DetectionHints): Detected {
  const foreign = FOREIGN_TEXTS.find(({ start }) => start.test(text));
  if (foreign) return typeOfKind(foreign);
  const html = sniffHtml(text);
  if (html === 'document') return typeOf('text/html');
  if (html === 'xhtml') return typeOf('application/xhtml+xml');
  const extension = path.extname(fileName);
  const declared = declaredMimeType?.split(';', 1)[0]?.trim().toLowerCase();
  const named = plainText(typeByExtension(extension)) ?? plainText(declared ? typeByMime(declared) : undefined);
  if (named) return named;
  if (html === 'fragment') return typeOf('text/html');
  return 'plain text';
}

function plainText(type: RecognisedType | undefined): RecognisedType | undefined {
  return type && FORMATS[type.format].plainText ? type : undefined;
}

/** The type of the format that is registered for the kind, if one is. */
function typeOfKind({ extension, kind }: FileKind): Detected {
  return typeByExtension(extension) ?? `${kind} (${extension})`;
}

function typeOf(mimeType: string): RecognisedType {
  const type = typeByMime(mimeType);
  if (!type) throw new Error(`No format is registered for ${mimeType}`);
  return type;
}
