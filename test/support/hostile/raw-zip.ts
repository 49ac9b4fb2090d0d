import { constants, deflateRawSync } from 'node:zlib';

/** One entry of a zip that need not be true: what it declares, and which bytes it points to. */
export interface RawEntry {
  readonly name: string;
  /** As stored; those of the entry before when undefined, so that both overlap. */
  readonly data?: Buffer | undefined;
  readonly method?: 'stored' | 'deflated';
  /** What the directory claims of the inflated size; default: the size of `data`. */
  readonly declaredBytes?: number;
  /** Sets the flag of encrypted entries. */
  readonly encrypted?: boolean;
}

/** A zip written byte by byte, so that its directory can lie. Checksums are 0: readers of documents do not look at them. */
export function rawZip(entries: readonly RawEntry[]): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  let place = { offset: 0, size: 0 };
  for (const entry of entries) {
    const head = header(entry, entry.data?.length ?? place.size);
    if (entry.data !== undefined) {
      const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), head, name(entry), entry.data]);
      place = { offset, size: entry.data.length };
      bodies.push(local);
      offset += local.length;
    }
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(place.offset, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), head, tail, name(entry));
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length % 0x10000, 8);
  end.writeUInt16LE(entries.length % 0x10000, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, listed, end]);
}

/** What the local header and the directory say alike, from the version needed to the lengths of the names. */
function header(entry: RawEntry, size: number): Buffer {
  const bytes = Buffer.alloc(26);
  bytes.writeUInt16LE(20, 0);
  bytes.writeUInt16LE(entry.encrypted ? 1 : 0, 2);
  bytes.writeUInt16LE(entry.method === 'deflated' ? 8 : 0, 4);
  bytes.writeUInt32LE(size, 14);
  bytes.writeUInt32LE(entry.declaredBytes ?? size, 18);
  bytes.writeUInt16LE(Buffer.byteLength(entry.name), 22);
  return bytes;
}

function name(entry: RawEntry): Buffer {
  return Buffer.from(entry.name);
}

/** An entry of that name which is the bytes of the one before. */
export function overlapping(entry: RawEntry, name: string): RawEntry {
  return { ...entry, name, data: undefined };
}

const UNIT = 1024 * 1024;

/**
 * Deflated, a thousandth of its inflated size: `start`, then `megabytes` of `filling` (whose length
 * divides a megabyte), then `end`. Nothing of that size is ever held.
 */
export function deflatedBomb(start: string, filling: string, megabytes: number, end = ''): Buffer {
  // Flushed in full, a piece can be repeated, since it refers to nothing before itself.
  const piece = (text: string | Buffer) => deflateRawSync(text, { finishFlush: constants.Z_FULL_FLUSH });
  const unit = piece(Buffer.alloc(UNIT, filling));
  return Buffer.concat([piece(start), ...Array<Buffer>(megabytes).fill(unit), deflateRawSync(end)]);
}

/** The entry that inflates to that, with its size declared honestly. */
export function bombEntry(name: string, start: string, filling: string, megabytes: number, end = ''): RawEntry {
  const declaredBytes = Buffer.byteLength(start) + megabytes * UNIT + Buffer.byteLength(end);
  return { name, method: 'deflated', data: deflatedBomb(start, filling, megabytes, end), declaredBytes };
}
