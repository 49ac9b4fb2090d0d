import MarkdownIt from 'markdown-it';
import { AppError } from '../../errors.js';
import { DocumentBuilder } from '../document/document-builder.js';
import { LIMITS } from '../limits.js';
import type { Format } from './format.js';
import { readFragment } from './html/read-html.js';
import { readTextFile } from './text-decoding.js';

/** Levels of tokens; a list or quote in another takes two. The parser drops what is below. */
const NESTING = LIMITS.depth;

/** CommonMark with tables, strikethrough and HTML; front matter is not part of the text. */
export const markdownFormat: Format = {
  name: 'markdown',
  async read(input) {
    const source = withoutFrontMatter(await readTextFile(input.path));
    input.signal.throwIfAborted();
    const builder = new DocumentBuilder(input);
    readFragment(toHtml(source), builder);
    input.onProgress(1);
    return builder.document;
  },
};

/** @throws AppError E305 when lists or quotes are nested too deep. */
function toHtml(source: string): string {
  const markdown = new MarkdownIt({ html: true, maxNesting: NESTING });
  const environment = {};
  const tokens = markdown.parse(source, environment);
  if (tokens.some(({ level }) => level >= NESTING - 1)) {
    throw new AppError('E305', `Lists and quotes are nested deeper than ${NESTING / 2} levels.`);
  }
  return markdown.renderer.render(tokens, markdown.options, environment);
}

function withoutFrontMatter(source: string): string {
  return source.replace(/^---[ \t]*\r?\n(?=[\w"'-]+[ \t]*:)[\s\S]*?\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/, '');
}
