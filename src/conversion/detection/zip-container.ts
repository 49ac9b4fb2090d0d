import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { AppError } from '../../errors.js';
import { typeByMime, type RecognisedType } from '../formats/registry.js';
import { LIMITS } from '../limits.js';

/** What is read of a part that names the document's type. */
const TYPE_PART_BYTES = 4 * 1024 * 1024;
const CONTENT_TYPES = '[Content_Types].xml';
const MIME_TYPE = 'mimetype';
/** Lists the parts of an OpenDocument package, and how those are encrypted that are (ODF 1.3 part 2, 4.8). */
const MANIFEST = 'META-INF/manifest.xml';
const ENCRYPTED_PART = /<(?:\w+:)?encryption-data\b/;

/**
 * The main part of an Office document as `[Content_Types].xml` declares it, less the suffix
 * `.main+xml`. ECMA-376 part 2 fixes that file's name, but not the name of the main part.
 */
const MAIN_PART = /ContentType\s*=\s*["']([^"']+?)\.main\+xml["']/gi;

export type ZipContent =
  | { readonly type: RecognisedType }
  /** No format reads it; what it is, to be put after "The input is". */
  | { readonly unsupported: string };

/**
 * Looks into a zip container's directory, and into the part that names the document's type.
 *
 * @throws AppError E004 when the container is truncated or broken, or the document encrypted.
 */
export async function readZipContent(path: string): Promise<ZipContent> {
  try {
    const zip = await openPromise(path, { autoClose: false });
    try {
      return await contentOf(zip);
    } finally {
      zip.close();
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('E004', 'The document is corrupt: its zip container is truncated or broken.', { cause });
  }
}

async function contentOf(zip: ZipFile): Promise<ZipContent> {
  if (zip.entryCount > LIMITS.zipEntries) {
    throw new AppError('E004', `The document is corrupt: its zip container has ${zip.entryCount} entries.`);
  }
  let packaged: ZipContent | undefined;
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName === CONTENT_TYPES) return officeDocument(await readPart(zip, entry));
    if (entry.fileName === MIME_TYPE) packaged = packagedDocument(await readPart(zip, entry));
    if (entry.fileName === MANIFEST && ENCRYPTED_PART.test(await readPart(zip, entry))) throw encrypted();
  }
  return packaged ?? { unsupported: 'a zip archive' };
}

async function readPart(zip: ZipFile, entry: Entry): Promise<string> {
  if (entry.isEncrypted()) throw encrypted();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of await zip.openReadStreamPromise(entry)) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > TYPE_PART_BYTES) throw new AppError('E004', 'The document is corrupt: its list of parts is too large.');
  }
  return Buffer.concat(chunks).toString('utf8');
}

function encrypted(): AppError {
  return new AppError('E004', 'The document is encrypted: it is protected by a password.');
}

function officeDocument(contentTypes: string): ZipContent {
  for (const [, declared = ''] of contentTypes.matchAll(MAIN_PART)) {
    const type = typeByMime(mimeTypeOfMainPart(declared));
    if (type) return { type };
  }
  return {
    unsupported: /vnd\.ms-excel\.sheet\.binary/i.test(contentTypes)
      ? 'a binary Excel workbook (.xlsb)'
      : 'an Office Open XML package of another kind',
  };
}

/**
 * Macro-enabled main parts leave out the version that the MIME type of their document carries, and
 * Word's template says twice that it is one.
 */
function mimeTypeOfMainPart(declared: string): string {
  return declared.toLowerCase().replace(/\.macroenabled(?:template)?$/, '.macroenabled.12');
}

function packagedDocument(mimeTypePart: string): ZipContent {
  const mimeType = mimeTypePart.trim().toLowerCase();
  const type = typeByMime(mimeType);
  // The part's content is the sender's; only a plain MIME type may be repeated in a message.
  return type ? { type } : { unsupported: /^[\w.+/-]{3,100}$/.test(mimeType) ? mimeType : 'a zip archive' };
}
