import { ImageKind } from 'pdfjs-dist/legacy/build/pdf.mjs';

/** One byte for each pixel, 0 is black; rows from top to bottom. */
export interface GrayImage {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

interface DecodedImage {
  readonly width: number;
  readonly height: number;
  readonly kind: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

function isDecodedImage(value: unknown): value is DecodedImage {
  return (
    typeof value === 'object' && value !== null && 'kind' in value && 'data' in value && ArrayBuffer.isView(value.data)
  );
}

/** An image as pdfjs decodes it, in gray and turned clockwise by `degrees`, a multiple of 90; undefined if it has no pixels. */
export function turnedGray(image: unknown, degrees: number): GrayImage | undefined {
  if (!isDecodedImage(image)) return undefined;
  let gray = toGray(image);
  for (let turn = 0; turn < (degrees / 90) % 4; turn += 1) gray = quarterTurn(gray);
  return gray;
}

function toGray({ width, height, kind, data }: DecodedImage): GrayImage {
  const pixels = new Uint8Array(width * height);
  if (kind === ImageKind.GRAYSCALE_1BPP) {
    const stride = (width + 7) >> 3;
    for (let y = 0; y < height; y += 1)
      for (let x = 0; x < width; x += 1)
        pixels[y * width + x] = ((data[y * stride + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1 ? 255 : 0;
    return { width, height, pixels };
  }
  const step = kind === ImageKind.RGBA_32BPP ? 4 : 3;
  for (let index = 0, from = 0; index < pixels.length; index += 1, from += step) {
    // Luma of ITU-R BT.601.
    pixels[index] = 0.299 * (data[from] ?? 0) + 0.587 * (data[from + 1] ?? 0) + 0.114 * (data[from + 2] ?? 0);
  }
  return { width, height, pixels };
}

function quarterTurn({ width, height, pixels }: GrayImage): GrayImage {
  const turned = new Uint8Array(pixels.length);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) turned[x * height + (height - 1 - y)] = pixels[y * width + x] ?? 0;
  return { width: height, height: width, pixels: turned };
}

/** The image as a binary portable graymap (PGM). */
export function toGraymap({ width, height, pixels }: GrayImage): Uint8Array {
  return Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`, 'ascii'), pixels]);
}
