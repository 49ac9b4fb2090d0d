import { DocumentBuilder } from '../document/document-builder.js';
import type { Format } from './format.js';
import { readPage } from './html/read-html.js';
import { readTextFile } from './text-decoding.js';

const VOID_ELEMENTS = new Set('area base br col embed hr img input link meta param source track wbr'.split(' '));

/** HTML and XHTML: what a browser without script shows. */
export const htmlFormat: Format = {
  name: 'html',
  async read(input) {
    const source = await readTextFile(input.path, declaredEncoding);
    input.signal.throwIfAborted();
    const builder = new DocumentBuilder(input);
    const isXml = input.mimeType === 'application/xhtml+xml' || source.startsWith('<?xml');
    readPage(isXml ? withEndTags(source) : source, builder);
    input.onProgress(1);
    return builder.document;
  },
};

/** XHTML closes any empty element at once, where HTML reads on to an end tag: to the end of the page for a script. */
function withEndTags(source: string): string {
  // The name is looked for in what was found: two patterns side by side would share out a long name in every way.
  return source.replace(/<([a-z][^<>]*)\/>/gi, (tag, inner: string) => {
    const name = /^[^\s/]*/.exec(inner)?.[0] ?? '';
    return VOID_ELEMENTS.has(name.toLowerCase()) ? tag : `<${inner}></${name}>`;
  });
}

function declaredEncoding(head: string): string | undefined {
  const pattern = /<meta\s[^>]*?charset\s*=\s*["']?\s*([\w:-]+)|<\?xml\s[^>]*?encoding\s*=\s*["']([\w:-]+)/i;
  const found = pattern.exec(head);
  return found?.[1] ?? found?.[2];
}
