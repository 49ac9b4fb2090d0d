import type { XmlElement } from '../../package/xml-tree.js';
import type { SlideParts } from './slide-parts.js';

/** What a shape fills on its layout. */
export interface Placeholder {
  /** `title`, `body`, `subTitle` …; `obj` where the file does not say. */
  readonly type: string;
  readonly index: string | undefined;
}

export function placeholderOf(shape: XmlElement): Placeholder | undefined {
  for (const properties of shape.elements()) {
    const placeholder = properties.path('p:nvPr', 'p:ph');
    if (placeholder) return { type: placeholder.attribute('type') ?? 'obj', index: placeholder.attribute('idx') };
  }
  return undefined;
}

export function isTitle(placeholder: Placeholder | undefined): boolean {
  return placeholder?.type === 'title' || placeholder?.type === 'ctrTitle';
}

/** The placeholders of one layout or master, for the shapes that inherit from them. */
export class PlaceholderIndex {
  private readonly byIndex = new Map<string, XmlElement>();
  private readonly byKind = new Map<string, XmlElement>();

  constructor(root: XmlElement | undefined) {
    for (const shape of root?.path('p:cSld', 'p:spTree')?.elements() ?? []) {
      const placeholder = placeholderOf(shape);
      if (!placeholder) continue;
      const kind = kindOf(placeholder);
      if (!this.byKind.has(kind)) this.byKind.set(kind, shape);
      if (placeholder.index !== undefined) this.byIndex.set(placeholder.index, shape);
    }
  }

  find(placeholder: Placeholder): XmlElement | undefined {
    return this.byIndex.get(placeholder.index ?? '') ?? this.byKind.get(kindOf(placeholder));
  }

  findKind(placeholder: Placeholder): XmlElement | undefined {
    return this.byKind.get(kindOf(placeholder));
  }
}

/** The shapes of the layout and of the master that a placeholder takes from, nearest first. */
export function inheritedShapes(placeholder: Placeholder | undefined, parts: SlideParts): XmlElement[] {
  if (!placeholder) return [];
  const onLayout = parts.layoutPlaceholders.find(placeholder);
  const onMaster = parts.masterPlaceholders.findKind((onLayout && placeholderOf(onLayout)) ?? placeholder);
  return [onLayout, onMaster].filter((shape) => shape !== undefined);
}

/** Masters have one title and one body, which the special kinds share. */
function kindOf({ type }: Placeholder): string {
  if (type === 'ctrTitle') return 'title';
  return ['dt', 'ftr', 'sldNum', 'title'].includes(type) ? type : 'body';
}
