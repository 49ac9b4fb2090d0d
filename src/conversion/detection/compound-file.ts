import { open, type FileHandle } from 'node:fs/promises';
import { AppError } from '../../errors.js';

/** First bytes of a Compound File ([MS-CFB] 2.2). */
export const COMPOUND_FILE_MAGIC = Buffer.from('d0cf11e0a1b11ae1', 'hex');

const ENTRY_BYTES = 128;
/** Sectors of the directory that are looked at; the streams that name a type stand in the first. */
const MAX_DIRECTORY_SECTORS = 64;
/** Sectors of the allocation table that the header itself lists. */
const HEADER_TABLE_SECTORS = 109;

/** What a file is: the extension that such files usually have, and in words. */
export interface FileKind {
  readonly extension: string;
  readonly kind: string;
}

/** Streams that tell what a compound file is. */
const KINDS: readonly (readonly [stream: string, extension: string, kind: string])[] = [
  ['WordDocument', '.doc', 'a legacy Word document'],
  ['Workbook', '.xls', 'a legacy Excel workbook'],
  ['Book', '.xls', 'a legacy Excel workbook'],
  ['PowerPoint Document', '.ppt', 'a legacy PowerPoint presentation'],
  ['__properties_version1.0', '.msg', 'an Outlook message'],
  ['VisioDocument', '.vsd', 'a Visio drawing'],
];

/**
 * What a compound file is; undefined when it is none of the known kinds.
 *
 * @throws AppError E004 when it is the envelope of an encrypted Office document, or broken.
 */
export async function compoundFileKind(path: string): Promise<FileKind | undefined> {
  const names = await readStreamNames(path);
  if (names.has('EncryptedPackage')) {
    throw new AppError('E004', 'The document is encrypted: it is protected by a password.');
  }
  const found = KINDS.find(([stream]) => names.has(stream));
  return found && { extension: found[1], kind: found[2] };
}

async function readStreamNames(path: string): Promise<Set<string>> {
  const file = await open(path, 'r');
  try {
    return await directoryNames(file);
  } catch (cause) {
    throw new AppError('E004', 'The document is corrupt: its OLE container is truncated or broken.', { cause });
  } finally {
    await file.close();
  }
}

async function directoryNames(file: FileHandle): Promise<Set<string>> {
  const header = await readExactly(file, 0, 512);
  const sectorShift = header.readUInt16LE(0x1e);
  if (sectorShift !== 9 && sectorShift !== 12) throw new RangeError(`sector shift ${sectorShift}`);
  const sectorBytes = 1 << sectorShift;
  const names = new Set<string>();
  let sector = header.readUInt32LE(0x30);
  for (let count = 0; count < MAX_DIRECTORY_SECTORS; count += 1) {
    // The header takes the place of the sector before the first, at either sector size.
    const directory = await readExactly(file, (sector + 1) * sectorBytes, sectorBytes);
    for (let at = 0; at < sectorBytes; at += ENTRY_BYTES) {
      const nameBytes = Math.min(64, directory.readUInt16LE(at + 64));
      names.add(directory.toString('utf16le', at, at + Math.max(0, nameBytes - 2)));
    }
    const next = await nextSector(file, header, sector, sectorBytes);
    if (next === undefined) break;
    sector = next;
  }
  return names;
}

/** Follows the allocation table; undefined at the chain's end, or beyond what the header lists. */
async function nextSector(
  file: FileHandle,
  header: Buffer,
  sector: number,
  sectorBytes: number,
): Promise<number | undefined> {
  const perSector = sectorBytes / 4;
  const tableIndex = Math.floor(sector / perSector);
  if (tableIndex >= HEADER_TABLE_SECTORS) return undefined;
  const tableSector = header.readUInt32LE(0x4c + tableIndex * 4);
  const position = (tableSector + 1) * sectorBytes + (sector % perSector) * 4;
  const next = (await readExactly(file, position, 4)).readUInt32LE(0);
  return next > 0xfffffffa ? undefined : next;
}

async function readExactly(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  if (bytesRead < length) throw new RangeError(`the file ends before byte ${position + length}`);
  return buffer;
}
