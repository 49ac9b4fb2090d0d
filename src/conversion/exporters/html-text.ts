import type { Formatting } from '../document/docling-document.js';
import type { TextRun } from './text-runs.js';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** `text` as the content of an element or of a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}

/** Line breaks as elements. */
export function escapeLines(text: string): string {
  return escapeHtml(text.trim()).replaceAll('\n', '<br>\n');
}

/** One paragraph's runs as phrasing content. */
export function htmlLine(runs: readonly TextRun[]): string {
  return runs.map(htmlRun).join('').trim();
}

function htmlRun(run: TextRun): string {
  const text = styled(run);
  return run.link === undefined ? text : `<a href="${escapeHtml(run.link)}" rel="noopener noreferrer">${text}</a>`;
}

function styled(run: TextRun): string {
  if (run.kind === 'picture') return '<span class="picture">[image]</span>';
  const text = escapeHtml(run.text).replaceAll('\n', '<br>\n');
  if (run.kind === 'formula') return `<code class="formula">${text}</code>`;
  return tagsOf(run).reduce((inner, tag) => `<${tag}>${inner}</${tag}>`, text);
}

/** Innermost first. */
function tagsOf({ kind, formatting }: TextRun): string[] {
  const tags = kind === 'code' ? ['code'] : [];
  if (!formatting) return tags;
  const has: [keyof Formatting, string][] = [
    ['underline', 'u'],
    ['strikethrough', 's'],
    ['italic', 'em'],
    ['bold', 'strong'],
  ];
  if (formatting.script !== 'baseline') tags.push(formatting.script === 'sub' ? 'sub' : 'sup');
  return [...tags, ...has.filter(([style]) => formatting[style] === true).map(([, tag]) => tag)];
}
