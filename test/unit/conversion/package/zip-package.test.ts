import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { LIMITS } from '../../../../src/conversion/limits.js';
import { ZipPackage } from '../../../../src/conversion/package/zip-package.js';
import { withPackage, type PackageEntries } from '../../../support/office-package.js';

const signal = new AbortController().signal;

async function reading(
  entries: PackageEntries,
  name: string,
  spoil?: (bytes: Buffer) => Buffer,
): Promise<Buffer | undefined> {
  return withPackage(entries, async (file) => {
    if (spoil) await writeFile(file, spoil(await readFile(file)));
    const pkg = await ZipPackage.open(file, signal);
    try {
      return await pkg.read(name);
    } finally {
      pkg.close();
    }
  });
}

/** Writes `size` over the inflated size that the directory gives for the first entry. */
function claimSize(bytes: Buffer, size: number): Buffer {
  const record = bytes.indexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]));
  bytes.writeUInt32LE(size, record + 24);
  return bytes;
}

describe('ZipPackage', () => {
  it('when an entry is asked for, then it is found regardless of case and leading slash', async () => {
    expect(String(await reading({ 'word/Document.xml': '<a/>' }, '/word/document.xml'))).toBe('<a/>');
  });

  it('when there is no such entry, then reading it yields nothing', async () => {
    expect(await reading({ 'a.xml': '<a/>' }, 'b.xml')).toBeUndefined();
  });

  it('when the file is no zip or is cut off, then E004', async () => {
    await expect(reading({ 'a.xml': '<a/>' }, 'a.xml', () => Buffer.from('%PDF-1.7'))).rejects.toMatchObject({
      code: 'E004',
    });
    const cut = (bytes: Buffer) => bytes.subarray(0, bytes.length - 10);
    await expect(reading({ 'a.xml': '<a/>' }, 'a.xml', cut)).rejects.toMatchObject({ code: 'E004' });
  });

  it('when the data of an entry is damaged, then E004', async () => {
    const damage = (bytes: Buffer) => bytes.fill(0xff, 35, 60);
    await expect(
      reading({ 'a.xml': '<a>some text that is long enough</a>'.repeat(9) }, 'a.xml', damage),
    ).rejects.toMatchObject({ code: 'E004' });
  });

  it('when the file is not there, then E003', async () => {
    await expect(ZipPackage.open('/nonexistent/file.docx', signal)).rejects.toMatchObject({ code: 'E003' });
  });

  it('when a part inflates beyond reason, then E305 before anything is inflated', async () => {
    const bomb = { 'word/document.xml': Buffer.alloc(20 * 1024 * 1024) };
    await expect(withPackage(bomb, (file) => ZipPackage.open(file, signal))).rejects.toMatchObject({ code: 'E305' });
  });

  it('when the directory promises more than an entry may have, then E305', async () => {
    const boast = (bytes: Buffer) => claimSize(bytes, LIMITS.zipEntryBytes + 1);
    const incompressible = { 'a.xml': randomBytes(1024 * 1024) };
    await expect(reading(incompressible, 'a.xml', boast)).rejects.toMatchObject({ code: 'E305' });
  });

  it('when the directory promises less than what comes out, then E004', async () => {
    const bomb = { 'a.xml': Buffer.alloc(20 * 1024 * 1024) };
    await expect(reading(bomb, 'a.xml', (bytes) => claimSize(bytes, 1_000))).rejects.toMatchObject({ code: 'E004' });
  });

  it('when a picture is very compressible, then the document opens', async () => {
    const entries = { 'a.xml': '<a/>', 'media/white.bmp': Buffer.alloc(4 * 1024 * 1024) };
    expect(String(await reading(entries, 'a.xml'))).toBe('<a/>');
  });

  it('when the caller aborts, then reading stops with its reason', async () => {
    const caller = new AbortController();
    await withPackage({ 'a.xml': '<a/>' }, async (file) => {
      const pkg = await ZipPackage.open(file, caller.signal);
      caller.abort(new Error('enough'));
      await expect(pkg.read('a.xml')).rejects.toThrow('enough');
      pkg.close();
    });
  });
});
