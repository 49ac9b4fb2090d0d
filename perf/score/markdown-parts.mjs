import MarkdownIt from 'markdown-it';

/** Lists, headings and tables as GitHub reads them; no raw HTML, so that a tag counts as the text it is. */
const parser = new MarkdownIt({ html: false, linkify: false });

/**
 * @typedef {object} MarkdownParts
 * @property {string[]} words of the whole text, lower case, in order
 * @property {string[]} headings
 * @property {string[]} cells of all tables, without the empty ones
 * @property {string[]} items of all lists, without those of lists within
 * @property {string[]} links their targets
 */

/**
 * What a Markdown text holds. Letter case, white space, kinds of quotes and dashes, emphasis, escapes, rule
 * widths, comments and image placeholders do not count: they are matters of dialect.
 *
 * @param {string} markdown
 * @returns {MarkdownParts}
 */
export function markdownParts(markdown) {
  const tokens = parser.parse(markdown.replaceAll(/<!--.*?-->/gs, ''), {});
  /** @type {MarkdownParts} */
  const parts = { words: [], headings: [], cells: [], items: [], links: [] };
  const lists = { heading_open: parts.headings, th_open: parts.cells, td_open: parts.cells };
  let opener = '';
  for (const [index, token] of tokens.entries()) {
    if (token.type in lists) opener = token.type;
    if (token.type === 'fence' || token.type === 'code_block') parts.words.push(...words(token.content));
    if (token.type !== 'inline') continue;
    const text = normalised(inlineText(token));
    parts.words.push(...words(text));
    parts.links.push(...linkTargets(token));
    if (text !== '') {
      if (opener in lists) lists[/** @type {keyof lists} */ (opener)].push(text);
      else if (tokens[index - 2]?.type === 'list_item_open') parts.items.push(text);
    }
    opener = '';
  }
  return parts;
}

/** @param {string} text */
function words(text) {
  return text.toLowerCase().match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
}

/** @param {string} text */
function normalised(text) {
  return text
    .normalize('NFKC')
    .replaceAll(/[‘’]/g, "'")
    .replaceAll(/[“”]/g, '"')
    .replaceAll(/\p{Pd}/gu, '-')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ (?=[\p{Po}\p{Pe}])/gu, '')
    .trim()
    .toLowerCase();
}

/** @param {import('markdown-it').Token} token */
function inlineText(token) {
  return (token.children ?? [])
    .map((child) => (child.type === 'softbreak' || child.type === 'hardbreak' ? ' ' : child.content))
    .join('');
}

/** @param {import('markdown-it').Token} token */
function linkTargets(token) {
  return (token.children ?? []).filter(({ type }) => type === 'link_open').map((link) => link.attrGet('href') ?? '');
}
