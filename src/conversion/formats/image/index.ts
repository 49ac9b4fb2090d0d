import { readFile } from 'node:fs/promises';
import { AppError } from '../../../errors.js';
import { DocumentBuilder } from '../../document/document-builder.js';
import type { BoundingBox, DoclingDocument } from '../../document/docling-document.js';
import { LIMITS } from '../../limits.js';
import type { Format, FormatInput } from '../format.js';
import { joinLines } from '../pdf/joined-text.js';
import { imageDimensions } from './dimensions.js';
import { TextRecogniser } from './text-recogniser.js';

/** Share of the progress that starting the engine makes. */
const STARTED = 0.2;

/** PNG, JPEG, WEBP, TIFF (its first image) and BMP: a picture, and the text on it by character recognition (English). */
export const imageFormat: Format = { name: 'image', read };

async function read(input: FormatInput): Promise<DoclingDocument> {
  const bytes = await readFile(input.path).catch((cause: unknown) => {
    throw new AppError('E003', 'The file cannot be read', { cause });
  });
  const size = imageDimensions(bytes);
  if (!size || size.width === 0 || size.height === 0)
    throw new AppError('E004', 'The image is damaged or of an unknown kind');
  if (size.width * size.height > LIMITS.imagePixels)
    throw new AppError('E305', `The image has more than ${LIMITS.imagePixels} pixels`);
  const recogniser = await TextRecogniser.start(input.signal);
  try {
    input.onProgress(STARTED);
    const paragraphs = await recogniser.recognise(bytes);
    const builder = new DocumentBuilder(input);
    builder.page(size.width, size.height);
    builder.addPicture(undefined, undefined, toBoundingBox({ x0: 0, y0: 0, x1: size.width, y1: size.height }));
    for (const { lines, box } of paragraphs)
      builder.addText('text', joinLines(lines), undefined, { box: toBoundingBox(box) });
    input.onProgress(1);
    return builder.document;
  } finally {
    await recogniser.close();
  }
}

function toBoundingBox({ x0, y0, x1, y1 }: { x0: number; y0: number; x1: number; y1: number }): BoundingBox {
  return { l: x0, t: y0, r: x1, b: y1, coord_origin: 'TOPLEFT' };
}
