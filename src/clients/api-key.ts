import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits: nobody finds one by trying, so a fast hash keeps it as well as a slow one. */
const SECRET_BYTES = 32;
const MARK = 'dj_';
const PREFIX_LENGTH = MARK.length + 8;
const API_KEY = /^dj_[A-Za-z0-9_-]{43}$/;

/** A key as it is made: `secret` is shown once, and only the other two are kept. */
export interface NewApiKey {
  readonly secret: string;
  /** To recognise the key in a list. */
  readonly prefix: string;
  readonly hash: Buffer;
}

export function makeApiKey(): NewApiKey {
  const secret = MARK + randomBytes(SECRET_BYTES).toString('base64url');
  return { secret, prefix: secret.slice(0, PREFIX_LENGTH), hash: hashOf(secret) };
}

/**
 * What a key that a caller shows is looked up by; undefined when it cannot be one. Looking up a hash tells a
 * caller nothing by its time: how far two hashes agree says nothing of how far the keys do.
 */
export function hashApiKey(given: string): Buffer | undefined {
  return API_KEY.test(given) ? hashOf(given) : undefined;
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
