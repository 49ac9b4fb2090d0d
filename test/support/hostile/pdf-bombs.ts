import { deflateSync } from 'node:zlib';
import { deflatedBomb } from './raw-zip.js';

/** One object of a PDF: its dictionary or value, and the stream behind it. */
export interface PdfObject {
  readonly value: string;
  readonly stream?: Buffer;
}

/**
 * A PDF of these objects, numbered from 1; the first is the catalog. Nothing is checked, and `trailer`
 * may add what it likes.
 */
export function rawPdf(objects: readonly (PdfObject | string)[], trailer = ''): Buffer {
  const parts = [Buffer.from('%PDF-1.7\n')];
  const offsets: number[] = [];
  let length = parts[0]!.length;
  for (const [index, object] of objects.entries()) {
    const { value, stream } = typeof object === 'string' ? { value: object } : object;
    const body = stream ? [Buffer.from('stream\n'), stream, Buffer.from('\nendstream\n')] : [];
    const whole = Buffer.concat([Buffer.from(`${index + 1} 0 obj\n${value}\n`), ...body, Buffer.from('endobj\n')]);
    offsets.push(length);
    length += whole.length;
    parts.push(whole);
  }
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  parts.push(
    Buffer.from(`xref\n0 ${size}\n0000000000 65535 f \n${rows}trailer\n<</Size ${size}/Root 1 0 R${trailer}>>\n`),
    Buffer.from(`startxref\n${length}\n%%EOF\n`),
  );
  return Buffer.concat(parts);
}

const HELVETICA = '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>';

/** A PDF of one page with these contents and resources; its own objects are 1 to 3, so `further` begins at 4. */
export function onePage(contents: string, resources: string, further: readonly (PdfObject | string)[]): Buffer {
  return rawPdf([
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    `<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents ${contents}/Resources<</Font<</F0 ${HELVETICA}>>${resources}>>>>`,
    ...further,
  ]);
}

export function stream(content: string, entries = ''): PdfObject {
  return { value: `<<${entries}/Length ${content.length}>>`, stream: Buffer.from(content, 'latin1') };
}

/** A stream that inflates to so many megabytes of `filling`. */
export function flateBomb(filling: string, megabytes: number, entries = '', start = ''): PdfObject {
  // Readers do not look at the checksum that should follow.
  const data = Buffer.concat([Buffer.from([0x78, 0x9c]), deflatedBomb(start, filling, megabytes)]);
  return { value: `<<${entries}/Filter/FlateDecode/Length ${data.length}>>`, stream: data };
}

/** A stream that was deflated `times` over. */
export function flateChain(content: Buffer, times: number): PdfObject {
  let data = content;
  for (let time = 0; time < times; time += 1) data = deflateSync(data);
  return { value: `<</Filter[${'/FlateDecode'.repeat(times)}]/Length ${data.length}>>`, stream: data };
}
