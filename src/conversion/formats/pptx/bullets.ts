import type { XmlElement } from '../../package/xml-tree.js';
import { inheritedShapes, type Placeholder } from './placeholders.js';
import type { SlideParts } from './slide-parts.js';

export type Bullet =
  { readonly kind: 'none' } | { readonly kind: 'sign' } | { readonly kind: 'number'; readonly start: number };

/** 0 to 8. */
export function levelOf(paragraph: XmlElement): number {
  const level = Number(paragraph.child('a:pPr')?.attribute('lvl') ?? 0);
  return Number.isInteger(level) ? Math.min(Math.max(level, 0), 8) : 0;
}

/**
 * The bullet of a paragraph: its own, or that of its shape, or for a placeholder that of the master's text styles,
 * of its layout or of the master's placeholder, whichever says first. PowerPoint has the layout count before the text
 * styles; Docling does not, so that the texts that layouts set off without a bullet are items of a list there.
 */
export function bulletOf(
  paragraph: XmlElement,
  shape: XmlElement,
  placeholder: Placeholder | undefined,
  parts: SlideParts,
): Bullet {
  const level = levelOf(paragraph);
  const levelName = `a:lvl${level + 1}pPr`;
  const listStyles = [shape, ...inheritedShapes(placeholder, parts)].map((one) => one.path('p:txBody', 'a:lstStyle'));
  const [own, ...inherited] = listStyles;
  const textStyle = placeholder && textStyleOf(placeholder, parts.textStyles);
  const properties = [own, textStyle, ...inherited].map((style) => style?.child(levelName));
  for (const one of [paragraph.child('a:pPr'), ...properties]) {
    const bullet = readBullet(one);
    if (bullet) return bullet;
  }
  // A deeper level without any word on bullets is still meant as part of a list.
  return { kind: level > 0 ? 'sign' : 'none' };
}

function textStyleOf({ type }: Placeholder, styles: XmlElement | undefined): XmlElement | undefined {
  if (type === 'title') return styles?.child('p:titleStyle');
  return styles?.child(type === 'body' || type === 'obj' ? 'p:bodyStyle' : 'p:otherStyle');
}

function readBullet(properties: XmlElement | undefined): Bullet | undefined {
  for (const element of properties?.elements() ?? []) {
    if (element.name === 'a:buNone') return { kind: 'none' };
    if (element.name === 'a:buChar' || element.name === 'a:buBlip') return { kind: 'sign' };
    if (element.name === 'a:buAutoNum')
      return { kind: 'number', start: Number(element.attribute('startAt') ?? 1) || 1 };
  }
  return undefined;
}
