import { OPS, type PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { AppError } from '../../../errors.js';
import { LIMITS } from '../../limits.js';
import type { FormatInput } from '../format.js';
import { TextRecogniser } from '../image/text-recogniser.js';
import type { Box } from './geometry.js';
import { joinLines } from './joined-text.js';
import type { RecognisedText } from './model.js';
import { openPdf } from './pdfjs.js';
import { toGraymap, turnedGray, type GrayImage } from './raster.js';

/** What was read from scanned pages, by page number. */
export type Scans = ReadonlyMap<number, readonly RecognisedText[]>;

/** A page that shows an image and no text, and where the image stands. */
export interface ScannedPage {
  readonly pageNo: number;
  readonly box: Box;
}

/** Reads the text of scanned pages; of a page whose image cannot be had, none. Opens the PDF anew, to decode images. */
export async function readScans(bytes: Uint8Array, pages: readonly ScannedPage[], input: FormatInput): Promise<Scans> {
  const scans = new Map<number, RecognisedText[]>();
  const { document, close } = await openPdf(bytes, LIMITS.imagePixels);
  try {
    const recogniser = await TextRecogniser.start(input.signal);
    try {
      for (const { pageNo, box } of pages.slice(0, LIMITS.scannedPages)) {
        input.signal.throwIfAborted();
        const page = await document.getPage(pageNo);
        const image = await largestImage(page);
        page.cleanup();
        if (image) scans.set(pageNo, await recognise(recogniser, image, box));
      }
    } finally {
      await recogniser.close();
    }
  } finally {
    await close();
  }
  return scans;
}

async function recognise(recogniser: TextRecogniser, image: GrayImage, box: Box): Promise<RecognisedText[]> {
  const paragraphs = await recogniser.recognise(toGraymap(image));
  const x = (pixel: number) => box.x0 + (pixel / image.width) * (box.x1 - box.x0);
  const y = (pixel: number) => box.y0 + (pixel / image.height) * (box.y1 - box.y0);
  return paragraphs.map(({ lines, box: pixels }) => ({
    kind: 'recognised',
    text: joinLines(lines),
    box: { x0: x(pixels.x0), y0: y(pixels.y0), x1: x(pixels.x1), y1: y(pixels.y1) },
  }));
}

/** The image with the most pixels, upright as the page shows it. */
async function largestImage(page: PDFPageProxy): Promise<GrayImage | undefined> {
  const { fnArray, argsArray } = await page.getOperatorList();
  const images = fnArray.flatMap((operator, index) => {
    if (operator !== OPS.paintImageXObject) return [];
    const [id, width, height] = argsArray[index] as [string, number, number];
    return [{ id, pixels: width * height }];
  });
  const [largest] = images.sort((left, right) => right.pixels - left.pixels);
  if (!largest) return undefined;
  return turnedGray(await decodedImage(page, largest.id), page.rotate);
}

/** pdfjs calls back once the image is decoded, with null when it cannot be. */
function decodedImage(page: PDFPageProxy, id: string): Promise<unknown> {
  const objects = id.startsWith('g_') ? page.commonObjs : page.objs;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new AppError('E302', `The image of page ${page.pageNumber} was not decoded in time`)),
      LIMITS.imageDecodingMs,
    );
    objects.get(id, (image: unknown) => {
      clearTimeout(timer);
      resolve(image);
    });
  });
}
