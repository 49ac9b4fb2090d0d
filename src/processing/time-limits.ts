const MB = 1024 * 1024;

/** Milliseconds for fetching a URL, unless the job says less. */
export const DOWNLOAD_LIMIT_MS = 30_000;

/** Milliseconds for processing an input of that size, unless the job says otherwise. */
export function processingLimitMs(sizeBytes: number): number {
  if (sizeBytes < 10 * MB) return 60_000;
  return sizeBytes < 50 * MB ? 180_000 : 300_000;
}
