import { crc32, deflateSync } from 'node:zlib';
import type { GrayPixels } from './pdf-writer.js';

/** Seven rows of five pixels for each character. */
const LETTERS: Readonly<Record<string, readonly string[]>> = {
  E: ['#####', '#', '#', '####', '#', '#', '#####'],
  H: ['#   #', '#   #', '#   #', '#####', '#   #', '#   #', '#   #'],
  I: ['#####', '  #', '  #', '  #', '  #', '  #', '#####'],
  O: [' ###', '#   #', '#   #', '#   #', '#   #', '#   #', ' ###'],
  R: ['####', '#   #', '#   #', '####', '# #', '#  #', '#   #'],
  S: [' ####', '#', '#', ' ###', '    #', '    #', '####'],
  T: ['#####', '  #', '  #', '  #', '  #', '  #', '  #'],
  U: ['#   #', '#   #', '#   #', '#   #', '#   #', '#   #', ' ###'],
  ' ': [],
};
const SCALE = 8;
const MARGIN = 60;
const ADVANCE = 6 * SCALE;
const LINE = 12 * SCALE;

/** Large black capitals on white, from the letters E, H, I, O, R, S, T and U. */
export function drawText(lines: readonly string[]): GrayPixels {
  const width = 2 * MARGIN + ADVANCE * Math.max(...lines.map((line) => line.length));
  const height = 2 * MARGIN + LINE * lines.length;
  const pixels = new Uint8Array(width * height).fill(255);
  lines.forEach((line, row) =>
    [...line].forEach((character, column) => {
      const rows = LETTERS[character] ?? [];
      for (let y = 0; y < rows.length * SCALE; y += 1)
        for (let x = 0; x < 5 * SCALE; x += 1)
          if (rows[Math.floor(y / SCALE)]?.[Math.floor(x / SCALE)] === '#')
            pixels[(MARGIN + row * LINE + y) * width + MARGIN + column * ADVANCE + x] = 0;
    }),
  );
  return { width, height, pixels };
}

/** The image as a PNG in shades of gray. */
export function toPng({ width, height, pixels }: GrayPixels): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.writeUInt8(8, 8);
  const rows = Array.from({ length: height }, (_, y) =>
    Buffer.concat([Buffer.of(0), pixels.subarray(y * width, (y + 1) * width)]),
  );
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
