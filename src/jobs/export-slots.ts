import { AppError } from '../errors.js';

/** Exports are long: a client does better to wait than to try at once. */
const RETRY_AFTER_SECONDS = 10;

/** Bounds how many exports run at once: each holds a connection of the pool for as long as its reader takes. */
export class ExportSlots {
  private running = 0;

  constructor(private readonly limit: number) {}

  /** Throws AppError E601 when all slots are taken. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.limit) {
      throw new AppError('E601', 'Too many exports are running; try again later.', {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    }
    this.running += 1;
    try {
      return await work();
    } finally {
      this.running -= 1;
    }
  }
}
