import { cleanFileName } from './file-name.js';

/** One parameter of RFC 6266: a token or, with its escapes, a quoted string, whose end may be missing. */
const PARAMETER = /;\s*(filename\*?)\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;]*))/gi;
/** RFC 8187: charset, language and percent-encoded bytes. */
const EXTENDED_VALUE = /^(utf-8|iso-8859-1)'[^']*'(.*)$/i;

/**
 * What a downloaded document is called: by `Content-Disposition`, else by the last segment of the
 * URL's path.
 *
 * @returns a name without folders or control characters, of at most 255 characters; null when there is none.
 */
export function remoteFileName(contentDisposition: string | undefined, url: URL): string | null {
  return (
    (contentDisposition === undefined ? null : dispositionFileName(contentDisposition)) ??
    cleanFileName(percentDecode(url.pathname.slice(url.pathname.lastIndexOf('/') + 1), 'utf-8') ?? '')
  );
}

/** `filename*` goes before `filename` (RFC 6266, 4.3), unless it makes no sense. */
function dispositionFileName(header: string): string | null {
  let plain: string | null = null;
  for (const [, key = '', quoted, token = ''] of header.matchAll(PARAMETER)) {
    const value = quoted?.replace(/\\(.)/g, '$1') ?? token.trim();
    if (key.endsWith('*')) {
      const extended = cleanFileName(decodeExtended(value) ?? '');
      if (extended !== null) return extended;
    } else {
      plain ??= cleanFileName(decodeRaw(value));
    }
  }
  return plain;
}

function decodeExtended(value: string): string | undefined {
  const [, charset, encoded] = EXTENDED_VALUE.exec(value) ?? [];
  return charset === undefined || encoded === undefined ? undefined : percentDecode(encoded, charset);
}

function percentDecode(encoded: string, charset: string): string | undefined {
  const bytes = encoded.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return decode(Buffer.from(bytes, 'latin1'), charset);
}

/** Many servers send bare UTF-8 in `filename`, where the standard has only ISO 8859-1. */
function decodeRaw(value: string): string {
  return decode(Buffer.from(value, 'latin1'), 'utf-8') ?? value;
}

function decode(bytes: Buffer, charset: string): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
