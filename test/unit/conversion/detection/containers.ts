import yazl from 'yazl';

/** A zip container with these entries, in this order. */
export async function zip(entries: Record<string, string>): Promise<Buffer> {
  const archive = new yazl.ZipFile();
  for (const [name, content] of Object.entries(entries)) archive.addBuffer(Buffer.from(content), name);
  archive.end();
  const chunks: Buffer[] = [];
  for await (const chunk of archive.outputStream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** An Office package whose main part, at any name, has this content type (less `.main+xml`). */
export function office(mainType: string, part = 'word/document.xml'): Promise<Buffer> {
  const types = `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
    <Default Extension="xml" ContentType="application/xml"/>
    <Default Extension="xlsx" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"/>
    <Override PartName="/${part}" ContentType="${mainType}.main+xml"/></Types>`;
  return zip({ [part]: '<x/>', '[Content_Types].xml': types });
}

/**
 * A compound file ([MS-CFB]) with 512-byte sectors: the allocation table in sector 0, and a
 * directory of these streams from sector 1 on, four to a sector.
 */
export function compoundFile(streams: readonly string[]): Buffer {
  const sectors = Math.ceil((streams.length + 1) / 4);
  const file = Buffer.alloc(512 * (2 + sectors));
  Buffer.from('d0cf11e0a1b11ae1', 'hex').copy(file, 0);
  file.writeUInt16LE(9, 0x1e);
  file.writeUInt32LE(1, 0x30);
  file.fill(0xff, 0x4c, 512);
  file.writeUInt32LE(0, 0x4c);
  file.fill(0xff, 512, 1024);
  for (let sector = 1; sector <= sectors; sector += 1) {
    file.writeUInt32LE(sector < sectors ? sector + 1 : 0xfffffffe, 512 + sector * 4);
  }
  ['Root Entry', ...streams].forEach((name, index) => {
    const at = 1024 + index * 128;
    file.write(name, at, 'utf16le');
    file.writeUInt16LE((name.length + 1) * 2, at + 64);
  });
  return file;
}
