import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DoclingDocument } from '../../../../src/conversion/document/docling-document.js';
import { imageDimensions } from '../../../../src/conversion/formats/image/dimensions.js';
import { imageFormat } from '../../../../src/conversion/formats/image/index.js';
import { drawText, toPng } from '../../../support/bitmap-text.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'image-test-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function readImage(bytes: Uint8Array, signal = new AbortController().signal): Promise<DoclingDocument> {
  const file = path.join(folder, 'test.png');
  await writeFile(file, bytes);
  return imageFormat.read({
    path: file,
    fileName: 'test.png',
    mimeType: 'image/png',
    binaryHash: 1,
    signal,
    onProgress: () => undefined,
  });
}

describe('reading an image', () => {
  it('when an image shows text, then it is a picture followed by the text', async () => {
    const image = drawText(['THIS SHOE', 'IS HIS']);

    const document = await readImage(toPng(image));

    expect(document.texts.map(({ label, text }) => `${label}: ${text}`)).toEqual(['text: THIS SHOE IS HIS']);
    expect(document.body.children.map(({ $ref }) => $ref)).toEqual(['#/pictures/0', '#/texts/0']);
    expect(document.pages['1']!.size).toEqual({ width: image.width, height: image.height });
  });

  it('when an image shows no text, then it is only a picture', async () => {
    const document = await readImage(toPng({ width: 200, height: 200, pixels: new Uint8Array(40_000).fill(255) }));

    expect(document.texts).toEqual([]);
    expect(document.pictures).toHaveLength(1);
  });

  it.each([
    ['is cut off', toPng(drawText(['THIS SHOE'])).subarray(0, 60)],
    ['is no image', Buffer.from('This is not an image at all.')],
    ['is empty', Buffer.alloc(0)],
  ])('when the file %s, then it is refused as damaged', async (_, bytes) => {
    await expect(readImage(bytes)).rejects.toMatchObject({ code: 'E004' });
  });

  it('when the header names more pixels than can be held, then it is refused before it is decoded', async () => {
    const bytes = toPng(drawText(['THIS SHOE']));
    bytes.writeUInt32BE(100_000, 16);
    bytes.writeUInt32BE(100_000, 20);

    await expect(readImage(bytes)).rejects.toMatchObject({ code: 'E305' });
  });

  it('when the file is not there, then it is refused as unreadable', async () => {
    const missing = { path: path.join(folder, 'missing.png'), fileName: 'missing.png', mimeType: '', binaryHash: 1 };

    await expect(
      imageFormat.read({ ...missing, signal: new AbortController().signal, onProgress: () => undefined }),
    ).rejects.toMatchObject({ code: 'E003' });
  });

  it('when the reading is stopped, then the recognition ends', async () => {
    const controller = new AbortController();

    const reading = imageFormat.read({
      path: await write('stopped.png', toPng(drawText(['THIS SHOE']))),
      fileName: 'stopped.png',
      mimeType: 'image/png',
      binaryHash: 1,
      signal: controller.signal,
      onProgress: () => {
        controller.abort();
      },
    });

    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
  });

  async function write(name: string, bytes: Uint8Array): Promise<string> {
    const file = path.join(folder, name);
    await writeFile(file, bytes);
    return file;
  }
});

describe('the size in a header', () => {
  const bytes = (...parts: (string | number[])[]) =>
    Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))));

  it.each([
    ['PNG', toPng({ width: 300, height: 200, pixels: new Uint8Array(60_000) })],
    // An application segment, a table that looks like a frame, and the frame.
    [
      'JPEG',
      bytes(
        [0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 1],
        [0xff, 0xc4, 0, 4, 1, 1],
        [0xff, 0xff, 0xc2, 0, 17, 8, 0, 200, 1, 44],
      ),
    ],
    ['lossy WEBP', bytes('RIFF    WEBPVP8     ', [0, 0, 0, 0x9d, 1, 0x2a, 0x2c, 1, 200, 0])],
    ['lossless WEBP', bytes('RIFF    WEBPVP8L    /', [0x2b, 0xc1, 0x31, 0])],
    ['extended WEBP', bytes('RIFF    WEBPVP8X    ', [0, 0, 0, 0, 0x2b, 1, 0, 199, 0, 0])],
    [
      'TIFF of an Intel machine',
      bytes('II*\0', [8, 0, 0, 0, 2, 0], [0, 1, 4, 0, 1, 0, 0, 0, 44, 1, 0, 0], [1, 1, 3, 0, 1, 0, 0, 0, 200, 0, 0, 0]),
    ],
    [
      'TIFF of a Motorola machine',
      bytes('MM\0*', [0, 0, 0, 8, 0, 2], [1, 0, 0, 3, 0, 0, 0, 1, 1, 44, 0, 0], [1, 1, 0, 4, 0, 0, 0, 1, 0, 0, 0, 200]),
    ],
    ['BMP with its top row first', bytes('BM', new Array<number>(16).fill(0), [0x2c, 1, 0, 0, 0x38, 0xff, 0xff, 0xff])],
  ])('when the file is a %s, then it is found', (_, header) => {
    expect(imageDimensions(header)).toEqual({ width: 300, height: 200 });
  });

  it('when the file is of another kind or ends early, then there is none', () => {
    expect(imageDimensions(bytes('GIF89a', new Array<number>(40).fill(0)))).toBeUndefined();
    expect(imageDimensions(bytes([0xff, 0xd8, 0xff]))).toBeUndefined();
    expect(imageDimensions(bytes('RIFF    WEBPVP8?', new Array<number>(40).fill(0)))).toBeUndefined();
  });
});
