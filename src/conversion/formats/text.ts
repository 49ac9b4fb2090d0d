import { DocumentBuilder } from '../document/document-builder.js';
import type { Format } from './format.js';
import { readTextFile } from './text-decoding.js';

/** Plain text: paragraphs between blank lines, their line breaks kept. */
export const textFormat: Format = {
  name: 'text',
  async read(input) {
    const text = await readTextFile(input.path);
    input.signal.throwIfAborted();
    const builder = new DocumentBuilder(input);
    for (const paragraph of text.split(/\r?\n[^\S\n]*\r?\n|\f/)) {
      const lines = paragraph.split(/\r\n?|\n/).map((line) => line.trim());
      const trimmed = lines.join('\n').trim();
      if (trimmed !== '') builder.addText('text', trimmed);
    }
    input.onProgress(1);
    return builder.document;
  },
};
