import { DocumentBuilder } from '../document/document-builder.js';
import type { Format } from './format.js';
import { readHtml } from './html/read-html.js';
import { readTextFile } from './text-decoding.js';

/** HTML and XHTML: what a browser without script shows, menus before the first heading apart. */
export const htmlFormat: Format = {
  name: 'html',
  async read(input) {
    const source = await readTextFile(input.path, declaredEncoding);
    input.signal.throwIfAborted();
    const builder = new DocumentBuilder(input);
    readHtml(source, builder, { inferFurniture: true });
    input.onProgress(1);
    return builder.document;
  },
};

function declaredEncoding(head: string): string | undefined {
  const pattern = /<meta\s[^>]*?charset\s*=\s*["']?\s*([\w:-]+)|<\?xml\s[^>]*?encoding\s*=\s*["']([\w:-]+)/i;
  const found = pattern.exec(head);
  return found?.[1] ?? found?.[2];
}
