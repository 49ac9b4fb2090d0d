import type { XmlElement } from '../../package/xml-tree.js';
import { inheritedShapes, isTitle, type Placeholder } from './placeholders.js';
import type { SlideParts } from './slide-parts.js';

export type Bullet =
  { readonly kind: 'none' } | { readonly kind: 'sign' } | { readonly kind: 'number'; readonly start: number };

/** 0 to 8. */
export function levelOf(paragraph: XmlElement): number {
  const level = Number(paragraph.child('a:pPr')?.attribute('lvl') ?? 0);
  return Number.isInteger(level) ? Math.min(Math.max(level, 0), 8) : 0;
}

/** The bullet that a paragraph shows: its own, or that of its shape, layout or master, whichever says first. */
export function bulletOf(
  paragraph: XmlElement,
  shape: XmlElement,
  placeholder: Placeholder | undefined,
  parts: SlideParts,
): Bullet {
  const level = levelOf(paragraph);
  const levelName = `a:lvl${level + 1}pPr`;
  const own = readBullet(paragraph.child('a:pPr'));
  if (own) return own;
  for (const one of [shape, ...inheritedShapes(placeholder, parts)]) {
    const bullet = readBullet(one.path('p:txBody', 'a:lstStyle', levelName));
    if (bullet) return bullet;
  }
  const inherited = placeholder && readBullet(masterStyle(placeholder, parts.textStyles)?.child(levelName));
  // A deeper level without any word on bullets is still meant as part of a list.
  return inherited ?? { kind: level > 0 ? 'sign' : 'none' };
}

function masterStyle(placeholder: Placeholder, styles: XmlElement | undefined): XmlElement | undefined {
  if (isTitle(placeholder)) return styles?.child('p:titleStyle');
  const isBody = ['body', 'obj', 'subTitle'].includes(placeholder.type);
  return styles?.child(isBody ? 'p:bodyStyle' : 'p:otherStyle');
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
