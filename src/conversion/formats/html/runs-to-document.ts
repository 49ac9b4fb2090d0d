import type { DocumentBuilder, TextOptions } from '../../document/document-builder.js';
import type { ContentLayer, DocumentNode, Formatting, GroupItem, ListItem } from '../../document/docling-document.js';
import { textOf, type InlineRun, type InlineStyle } from './inline-buffer.js';

/** What an item keeps of a style; code and formulas are items of their own kind. */
export function styleOptions(style: InlineStyle, layer: ContentLayer): TextOptions {
  const formatting: Partial<Formatting> = {
    ...(style.bold && { bold: true }),
    ...(style.italic && { italic: true }),
    ...(style.underline && { underline: true }),
    ...(style.strikethrough && { strikethrough: true }),
    ...(style.script && { script: style.script }),
  };
  return {
    layer,
    ...(Object.keys(formatting).length > 0 && { formatting }),
    ...(style.link !== undefined && { hyperlink: style.link }),
  };
}

/** Adds a paragraph: one text if it looks the same throughout, otherwise an inline group of texts. */
export function addParagraph(
  builder: DocumentBuilder,
  runs: readonly InlineRun[],
  parent: DocumentNode | undefined,
  layer: ContentLayer,
): void {
  const [only] = runs;
  if (only === undefined) return;
  if (runs.length === 1 && only.style.formula) builder.addFormula(only.text, parent, { layer });
  else if (isOneText(runs, only)) builder.addText('text', only.text, parent, styleOptions(only.style, layer));
  else addInlineGroup(builder, runs, parent, layer);
}

/** Adds a list item with the runs as its text. */
export function addItem(
  builder: DocumentBuilder,
  runs: readonly InlineRun[],
  list: GroupItem,
  marker: string,
  layer: ContentLayer,
): ListItem {
  const [only] = runs;
  if (only === undefined) return builder.addListItem('', list, marker, { layer });
  if (isOneText(runs, only)) return builder.addListItem(only.text, list, marker, styleOptions(only.style, layer));
  const item = builder.addListItem('', list, marker, { layer });
  addInlineGroup(builder, runs, item, layer);
  return item;
}

/** The text of a heading or caption, which is one item: formatted only if it is so throughout, linked if one link is in it. */
export function singleText(runs: readonly InlineRun[], layer: ContentLayer): { text: string; options: TextOptions } {
  const text = textOf(runs).replaceAll('\n', ' ');
  const visible = runs.filter((run) => run.text.trim() !== '');
  const [first] = visible;
  if (first !== undefined && visible.length === 1) return { text, options: styleOptions(first.style, layer) };
  const [link, ...others] = new Set(visible.flatMap(({ style }) => style.link ?? []));
  return { text, options: { layer, ...(link !== undefined && others.length === 0 && { hyperlink: link }) } };
}

function isOneText(runs: readonly InlineRun[], first: InlineRun): boolean {
  return runs.length === 1 && !first.style.code && !first.style.formula;
}

function addInlineGroup(
  builder: DocumentBuilder,
  runs: readonly InlineRun[],
  parent: DocumentNode | undefined,
  layer: ContentLayer,
): void {
  const group = builder.addGroup('inline', 'group', parent, layer);
  for (const { text, style } of runs) {
    if (style.formula) builder.addFormula(text, group, { layer });
    else if (style.code) builder.addCode(text, undefined, group, styleOptions(style, layer));
    else builder.addText('text', text, group, styleOptions(style, layer));
  }
}
