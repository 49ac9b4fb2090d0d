import type { DocumentNode, GroupItem, ListItem, ParagraphItem } from '../document/docling-document.js';
import type { DocumentBuilder, TextOptions } from '../document/document-builder.js';
import { formattingOf, type Inline, type InlineText } from './inline-content.js';

/** Adds a paragraph: one text item, or an inline group where it mixes formats, links or equations. */
export function addParagraph(
  builder: DocumentBuilder,
  label: ParagraphItem['label'],
  inlines: readonly Inline[],
  owner: DocumentNode | undefined,
): void {
  const [only, ...more] = inlines;
  if (!only) return;
  if (more.length === 0) addInline(builder, label, only, owner);
  else addInlines(builder, inlines, owner, label);
}

/** Adds an inline group with a child for each piece. */
function addInlines(
  builder: DocumentBuilder,
  inlines: readonly Inline[],
  owner: DocumentNode | undefined,
  label: ParagraphItem['label'] = 'text',
): void {
  const group = builder.addGroup('inline', 'group', owner);
  for (const inline of inlines) addInline(builder, label, inline, group);
}

/** Adds a list item; several pieces stand in an inline group below an item without text. */
export function addListItem(
  builder: DocumentBuilder,
  inlines: readonly Inline[],
  list: GroupItem,
  marker: string,
): ListItem {
  const [only, ...more] = inlines;
  if (only?.kind === 'text' && more.length === 0) return builder.addListItem(only.text, list, marker, optionsOf(only));
  const item = builder.addListItem('', list, marker);
  if (only) addInlines(builder, inlines, item);
  return item;
}

function addInline(
  builder: DocumentBuilder,
  label: ParagraphItem['label'],
  inline: Inline,
  owner: DocumentNode | undefined,
): void {
  if (inline.kind === 'formula') {
    builder.addFormula(inline.latex, owner);
    return;
  }
  builder.addText(label, inline.text, owner, optionsOf(inline));
}

function optionsOf({ format, hyperlink }: InlineText): TextOptions {
  const formatting = formattingOf(format);
  return { ...(formatting && { formatting }), ...(hyperlink !== undefined && { hyperlink }) };
}
