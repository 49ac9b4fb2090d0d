import type { Head } from './head.js';

/**
 * Decodes the start of a text: UTF-8, UTF-16 with a byte order mark, or windows-1252. Undefined
 * when it is no text: NUL characters in it, or in windows-1252, where every byte is some letter,
 * control characters that texts do not use.
 */
export function decodeText({ bytes, complete }: Head): string | undefined {
  const encoding = byteOrderMark(bytes);
  const text = encoding ? decode(bytes, encoding, complete) : (decode(bytes, 'utf-8', complete) ?? decodeLatin(bytes));
  return text?.includes('\0') ? undefined : text;
}

function byteOrderMark(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return undefined;
}

function decode(bytes: Buffer, encoding: string, complete: boolean): string | undefined {
  try {
    // A head that is cut off may end within a character.
    return new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: !complete });
  } catch {
    return undefined;
  }
}

function decodeLatin(bytes: Buffer): string | undefined {
  return bytes.some(isUnusualControl) ? undefined : new TextDecoder('windows-1252').decode(bytes);
}

/** Control characters but bell to carriage return, the end of a DOS file, and escape. */
function isUnusualControl(byte: number): boolean {
  return byte < 0x20 && !(byte >= 0x07 && byte <= 0x0d) && byte !== 0x1a && byte !== 0x1b;
}

/** What may stand before a document's first tag: white space, comments, an XML declaration. */
const PROLOGUE = /^(?:\s+|<!--[^]*?-->|<\?xml[^]*?\?>)*/;
const XML_DECLARATION = /^\s*<\?xml\b[^]*?\?>/;
const DOCUMENT = /^<(?:!doctype\s+html|html|head|body)(?=[\s/>])/i;
/** Tags that a fragment begins with, after the WHATWG's MIME sniffing standard. */
const FRAGMENT =
  /^<(?:script|style|title|meta|link|iframe|h[1-6]|div|font|table|a|b|br|p|ul|ol|section|article|main|header|nav|span|img)(?=[\s/>])/i;

/**
 * Whether a text is HTML: a `document` from its first tag, whatever its name says; a `fragment`
 * only begins with a tag, as Markdown may do too.
 */
export function sniffHtml(text: string): 'document' | 'xhtml' | 'fragment' | undefined {
  const start = text.slice(PROLOGUE.exec(text)?.[0].length ?? 0);
  if (DOCUMENT.test(start)) return XML_DECLARATION.test(text) ? 'xhtml' : 'document';
  return FRAGMENT.test(start) ? 'fragment' : undefined;
}
