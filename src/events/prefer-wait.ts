/** Seconds that a request may be held. */
const MAX_WAIT_SECONDS = 60;
/** Characters of a header that is looked at: far more than preferences take. */
const MAX_HEADER_LENGTH = 1_000;

/** Pieces between commas; what is quoted may hold commas. */
const PREFERENCES = /(?:"(?:[^"\\]|\\.)*"|[^,"])+/g;
const WAIT = /^\s*wait\s*=\s*(?:"(\d{1,9})"|(\d{1,9}))\s*(?:;|$)/i;

/**
 * The seconds of `wait=N` in a Prefer header (RFC 7240), at most 60; undefined when it asks for no such
 * thing. Other preferences, and whatever is malformed, count for nothing; of two waits the first does.
 */
export function preferredWait(header: string | undefined): number | undefined {
  if (header === undefined || header.length > MAX_HEADER_LENGTH) return undefined;
  for (const preference of header.match(PREFERENCES) ?? []) {
    const found = WAIT.exec(preference);
    if (found) return Math.min(Number(found[1] ?? found[2]), MAX_WAIT_SECONDS);
  }
  return undefined;
}
