/** Code points; the width of `jobs.file_name`. */
export const MAX_FILE_NAME_LENGTH = 255;
/** What is kept of an over-long name's end, so that its type can still be told. */
const MAX_EXTENSION_LENGTH = 16;

/** Control characters, halves of characters, and those that make text run backwards and so disguise an extension. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A document's name as it may be stored and shown: without folders or unprintable characters, of at most
 * 255 characters; null when nothing is left of it.
 */
export function cleanFileName(given: string): string | null {
  const name = (given.split(/[/\\]/).at(-1) ?? '').replace(UNPRINTABLE, '').trim();
  return name === '' || name === '.' || name === '..' ? null : shorten(name);
}

function shorten(name: string): string {
  const characters = Array.from(name);
  if (characters.length <= MAX_FILE_NAME_LENGTH) return name;
  const dot = characters.lastIndexOf('.');
  const extension = dot > 0 && characters.length - dot <= MAX_EXTENSION_LENGTH ? characters.slice(dot) : [];
  return [...characters.slice(0, MAX_FILE_NAME_LENGTH - extension.length), ...extension].join('');
}
