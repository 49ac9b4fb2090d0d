import { createRequire } from 'node:module';
import path from 'node:path';
import type { Worker as Thread } from 'node:worker_threads';
import { createWorker, OEM, PSM, type Block, type Worker } from 'tesseract.js';
import { AppError } from '../../../errors.js';

/** A paragraph as it was read, its lines apart; the box in pixels of the image. */
export interface RecognisedParagraph {
  readonly lines: readonly string[];
  readonly box: { readonly x0: number; readonly y0: number; readonly x1: number; readonly y1: number };
}

/** Folder of the language data in its package. */
const LANGUAGE_DATA = path.join(
  path.dirname(createRequire(import.meta.url).resolve('@tesseract.js-data/eng/package.json')),
  '4.0.0_best_int',
);
const LANGUAGE = 'eng';
/** Lines read with less confidence, in percent, are not text but edges and textures. */
const LEAST_CONFIDENCE = 40;

/**
 * Character recognition in a thread of its own, with the language data of the package: nothing is
 * fetched and nothing is cached on disk. The thread ends with `close` or when `signal` aborts.
 */
export class TextRecogniser {
  private constructor(
    private readonly worker: Worker,
    private readonly thread: Thread,
    private readonly broken: Promise<never>,
    private readonly signal: AbortSignal,
  ) {}

  /** Throws AppError E302 when the engine cannot be started. */
  static async start(signal: AbortSignal): Promise<TextRecogniser> {
    signal.throwIfAborted();
    const worker = await createWorker(LANGUAGE, OEM.LSTM_ONLY, {
      langPath: LANGUAGE_DATA,
      cacheMethod: 'none',
      gzip: true,
      // Without a handler the library throws inside its message listener, where nobody can catch it.
      errorHandler: () => undefined,
    }).catch((cause: unknown) => {
      throw new AppError('E302', 'Text recognition could not be started', { cause });
    });
    // A crash of the thread is reported on the thread alone: the library does not listen for it.
    const { worker: thread } = worker as Worker & { readonly worker: Thread };
    const broken = new Promise<never>((_, reject) => {
      thread.once('error', reject);
      thread.once('exit', () => reject(new Error('The recognition thread ended')));
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
    broken.catch(() => undefined);
    const recogniser = new TextRecogniser(worker, thread, broken, signal);
    await recogniser.settle(worker.setParameters({ tessedit_pageseg_mode: PSM.AUTO }));
    return recogniser;
  }

  /** The paragraphs of an encoded image (PNG, JPEG, WEBP, TIFF, BMP or PNM). Throws AppError E004 when it cannot be decoded. */
  async recognise(image: Uint8Array): Promise<RecognisedParagraph[]> {
    const result = this.worker.recognize(Buffer.from(image), {}, { blocks: true, text: false });
    const { data } = await this.settle(result).catch((cause: unknown) => {
      this.signal.throwIfAborted();
      throw new AppError('E004', 'The image cannot be decoded', { cause });
    });
    return (data.blocks ?? []).flatMap(paragraphsOf);
  }

  /** Ends the thread. Safe to repeat. */
  async close(): Promise<void> {
    await this.thread.terminate();
  }

  /** The outcome of `work`, or the end of the thread if that comes first; the thread does not survive an abort. */
  private async settle<T>(work: Promise<T>): Promise<T> {
    try {
      return await Promise.race([work, this.broken]);
    } catch (error) {
      await this.close();
      throw error;
    }
  }
}

function paragraphsOf({ paragraphs }: Block): RecognisedParagraph[] {
  return paragraphs.flatMap(({ lines, bbox }) => {
    const texts = lines
      .filter(({ confidence }) => confidence >= LEAST_CONFIDENCE)
      .map(({ text }) => text.trim())
      .filter((text) => text !== '');
    return texts.length > 0 ? [{ lines: texts, box: bbox }] : [];
  });
}
