export interface ReadingOptions<T> {
  /** Reads it anew; may reject, and may take longer than it should. */
  readonly read: () => Promise<T>;
  /** Milliseconds for which what was read serves further questions. */
  readonly freshMs: number;
  /** Milliseconds that a question waits. */
  readonly limitMs: number;
  /** Called for each question that is not answered; `first`: the one before was. */
  readonly onFailure: (error: Error, first: boolean) => void;
  /** Whether what was read last still holds when it cannot be read anew. */
  readonly keepsLast?: boolean;
}

interface Read<T> {
  readonly value: T;
  readonly at: number;
}

/**
 * Something outside this process that is read when metrics are scraped: at most once at a time and once in a while,
 * however many scrape, and never for longer than a scrape can wait.
 */
export class Reading<T> {
  private underWay: Promise<T> | undefined;
  private last: Read<T> | undefined;
  private failing = false;

  constructor(private readonly options: ReadingOptions<T>) {}

  /** Undefined: it is not known. Never rejects. */
  async latest(): Promise<T | undefined> {
    const { freshMs, limitMs, onFailure, keepsLast = false } = this.options;
    if (this.last && performance.now() - this.last.at < freshMs) return this.last.value;
    try {
      const value = await within(limitMs, this.readOnce());
      this.failing = false;
      return value;
    } catch (error) {
      onFailure(error instanceof Error ? error : new Error(String(error)), !this.failing);
      this.failing = true;
      return keepsLast ? this.last?.value : undefined;
    }
  }

  /** One read for all who ask meanwhile; it may outlast them. */
  private readOnce(): Promise<T> {
    this.underWay ??= this.options
      .read()
      .then((value) => {
        this.last = { value, at: performance.now() };
        return value;
      })
      .finally(() => {
        this.underWay = undefined;
      });
    return this.underWay;
  }
}

async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`No answer within ${limitMs} ms.`));
    }, limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
