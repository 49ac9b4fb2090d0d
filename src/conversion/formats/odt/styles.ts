import type { RunFormat } from '../../package/inline-content.js';
import type { XmlElement } from '../../package/xml-tree.js';

interface Style {
  readonly parent: string | undefined;
  readonly listStyle: string | undefined;
  /** Made by direct formatting, not by the author's choice of a named style. */
  readonly automatic: boolean;
  /** Of a style for headings, from 1. */
  readonly outlineLevel: number | undefined;
  readonly format: RunFormat;
}

/** One level of a list style. */
export interface ListLevel {
  readonly ordered: boolean;
  readonly start: number;
}

/** The built-in styles for headings, which not every document gives an outline level. */
const HEADING = /^Heading_20_(\d+)$/;

/** Styles that lead back to themselves or chain endlessly are cut here. */
const LONGEST_CHAIN = 20;

/** The styles of a document, from `styles.xml` and from the automatic ones of `content.xml`. */
export class StyleSheet {
  private readonly styles = new Map<string, Style>();
  private readonly lists = new Map<string, ReadonlyMap<number, ListLevel>>();

  constructor(...roots: readonly (XmlElement | undefined)[]) {
    for (const root of roots) {
      this.collect(root?.child('office:styles'), false);
      this.collect(root?.child('office:automatic-styles'), true);
    }
  }

  isTitle(name: string | undefined): boolean {
    return this.isNamed(name, 'Title');
  }

  isSubtitle(name: string | undefined): boolean {
    return this.isNamed(name, 'Subtitle');
  }

  /** The level of headings in this style, directly or as the base of an automatic one. */
  outlineLevel(name: string | undefined): number | undefined {
    const [style, base] = this.chain('paragraph', name);
    return style?.outlineLevel ?? (style?.automatic ? base?.outlineLevel : undefined);
  }

  /** What a character style sets, through the styles that it is based on. */
  textFormat(name: string | undefined): RunFormat {
    return Object.assign(
      {},
      ...this.chain('text', name)
        .map(({ format }) => format)
        .reverse(),
    );
  }

  /** Direct formatting of a whole paragraph; what its named style looks like does not count. */
  paragraphFormat(name: string | undefined): RunFormat {
    const style = this.styles.get(`paragraph ${name ?? ''}`);
    return style?.automatic ? style.format : {};
  }

  /** `level` from 1; undefined when the style or the level is not defined. */
  listLevel(name: string | undefined, level: number): ListLevel | undefined {
    return this.lists.get(name ?? '')?.get(level);
  }

  private isNamed(name: string | undefined, expected: string): boolean {
    if (name === expected) return true;
    return this.chain('paragraph', name).some(({ automatic, parent }) => automatic && parent === expected);
  }

  private chain(family: string, name: string | undefined): Style[] {
    const chain: Style[] = [];
    let style = this.styles.get(`${family} ${name ?? ''}`);
    while (style && chain.length < LONGEST_CHAIN) {
      chain.push(style);
      style = style.parent === undefined ? undefined : this.styles.get(`${family} ${style.parent}`);
    }
    return chain;
  }

  private collect(group: XmlElement | undefined, automatic: boolean): void {
    for (const element of group?.elements() ?? []) {
      const name = element.attribute('style:name') ?? '';
      if (element.name === 'text:list-style') this.lists.set(name, readListStyle(element));
      else if (element.name === 'style:style')
        this.styles.set(`${element.attribute('style:family') ?? ''} ${name}`, {
          parent: element.attribute('style:parent-style-name'),
          listStyle: element.attribute('style:list-style-name'),
          automatic,
          outlineLevel:
            Number(element.attribute('style:default-outline-level') ?? HEADING.exec(name)?.[1]) || undefined,
          format: readFormat(element.child('style:text-properties')),
        });
    }
  }
}

function readFormat(properties: XmlElement | undefined): RunFormat {
  const format: RunFormat = {};
  const weight = properties?.attribute('fo:font-weight');
  if (weight !== undefined) format.bold = weight === 'bold' || Number(weight) >= 600;
  const slant = properties?.attribute('fo:font-style');
  if (slant !== undefined) format.italic = slant === 'italic' || slant === 'oblique';
  const underline = properties?.attribute('style:text-underline-style');
  if (underline !== undefined) format.underline = underline !== 'none';
  const strike =
    properties?.attribute('style:text-line-through-style') ?? properties?.attribute('style:text-line-through-type');
  if (strike !== undefined) format.strikethrough = strike !== 'none';
  const position = properties?.attribute('style:text-position');
  if (position !== undefined) format.script = scriptOf(position);
  return format;
}

/** `super 58%`, `sub`, or a height in per cent that may be negative. */
function scriptOf(position: string): 'baseline' | 'sub' | 'super' {
  const height = Number.parseFloat(position);
  if (position.startsWith('super') || height > 0) return 'super';
  return position.startsWith('sub') || height < 0 ? 'sub' : 'baseline';
}

function readListStyle(element: XmlElement): ReadonlyMap<number, ListLevel> {
  return new Map(
    element.elements().map((level) => [
      Number(level.attribute('text:level')),
      {
        ordered: level.name === 'text:list-level-style-number' && level.attribute('style:num-format') !== '',
        start: Number(level.attribute('text:start-value') ?? 1) || 1,
      },
    ]),
  );
}
