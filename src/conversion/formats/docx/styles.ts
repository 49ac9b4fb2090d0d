import type { RunFormat } from '../../package/inline-content.js';
import type { XmlElement } from '../../package/xml-tree.js';

export interface NumberingReference {
  readonly numId: string;
  readonly level: number;
}

interface Style {
  readonly id: string;
  /** The built-in name, English in every localisation: `heading 1`. */
  readonly name: string;
  readonly basedOn: string | undefined;
  /** 0-based; 9 means body text. */
  readonly outlineLevel: number | undefined;
  readonly numId: string | undefined;
  readonly numberingLevel: number | undefined;
  /** Twips from the margin. */
  readonly indent: number | undefined;
  readonly font: string | undefined;
  readonly format: RunFormat;
}

/** Names of paragraph styles for code, in Word, LibreOffice, pandoc and on pages saved as documents. */
const CODE_STYLES: ReadonlySet<string> = new Set([
  'source code',
  'sourcecode',
  'code',
  'code block',
  'codeblock',
  'code listing',
  'codelisting',
  'html preformatted',
  'htmlpreformatted',
  'preformatted text',
  'preformattedtext',
  'preformatted',
  'verbatim',
]);

/** Styles that lead back to themselves or chain endlessly are cut here. */
const LONGEST_CHAIN = 20;

/** `styles.xml`: what a style is in the end, through the styles it is based on. */
export class StyleSheet {
  private readonly styles = new Map<string, Style>();
  private readonly defaultParagraphStyle: string | undefined;

  constructor(root: XmlElement | undefined) {
    let fallback: string | undefined;
    for (const element of root?.elements('w:style') ?? []) {
      const id = element.attribute('w:styleId');
      if (id === undefined) continue;
      this.styles.set(id, readStyle(id, element));
      if (element.attribute('w:type') === 'paragraph' && isOn(element.attribute('w:default') ?? '0')) fallback = id;
    }
    this.defaultParagraphStyle = fallback;
  }

  /** A subtitle, or what else is based on the title's looks, is none. */
  isTitle(id: string | undefined): boolean {
    return this.chain(id)[0]?.name === 'title';
  }

  isCode(id: string | undefined): boolean {
    return this.chain(id).some((style) => CODE_STYLES.has(style.name) || CODE_STYLES.has(style.id.toLowerCase()));
  }

  /** 1 to 9 for a heading style, by its outline level or by the heading that it is or is based on. */
  headingLevel(id: string | undefined): number | undefined {
    const chain = this.chain(id);
    const [level] = chain.flatMap((style) => levelOf(style) ?? []);
    if (level !== undefined) return level;
    // Such as `TOC Heading`; a title is often based on a heading without a number.
    return chain.some(({ name }) => /\bheading\b/.test(name)) && !this.isTitle(id) ? 1 : undefined;
  }

  /** The list that a paragraph style stands in; `level` is undefined when the style does not say. */
  numbering(id: string | undefined): { numId: string; level: number | undefined } | undefined {
    let level: number | undefined;
    for (const style of this.chain(id)) {
      level ??= style.numberingLevel;
      if (style.numId !== undefined) return { numId: style.numId, level };
    }
    return undefined;
  }

  /** How far a paragraph style stands from the margin, in twips. */
  indent(id: string | undefined): number | undefined {
    return this.chain(id).find((style) => style.indent !== undefined)?.indent;
  }

  /** The font that a style names; that of the document's default style is nobody's choice. */
  font(id: string | undefined): string | undefined {
    const chain = this.chain(id).filter((style) => style.id !== this.defaultParagraphStyle);
    return chain.find((style) => style.font !== undefined)?.font;
  }

  /** What a character style adds to a run. */
  format(id: string | undefined): RunFormat {
    if (id === undefined) return {};
    const formats = this.chain(id).map((style) => style.format);
    return Object.assign({}, ...formats.reverse());
  }

  /** Whether a paragraph style is bold: commonly a heading in all but name. */
  isBold(id: string | undefined): boolean {
    return this.chain(id).find((style) => style.format.bold !== undefined)?.format.bold ?? false;
  }

  /** The style, what it is based on, and so on. */
  private chain(id: string | undefined): Style[] {
    const chain: Style[] = [];
    let style = this.styles.get(id ?? this.defaultParagraphStyle ?? '');
    while (style && chain.length < LONGEST_CHAIN) {
      chain.push(style);
      style = style.basedOn === undefined ? undefined : this.styles.get(style.basedOn);
    }
    return chain;
  }
}

/** Whatever language Word speaks, it knows its own headings by an English name. */
function levelOf(style: Style): number | undefined {
  if (style.outlineLevel !== undefined && style.outlineLevel < 9) return style.outlineLevel + 1;
  const [, level] = /^heading\s*(\d+)/.exec(style.name) ?? /^heading(\d+)$/i.exec(style.id) ?? [];
  return level === undefined ? undefined : Math.min(9, Math.max(1, Number(level)));
}

function readStyle(id: string, element: XmlElement): Style {
  const paragraph = element.child('w:pPr');
  const numbering = paragraph?.child('w:numPr');
  return {
    id,
    name: (value(element.child('w:name')) ?? id).toLowerCase(),
    basedOn: value(element.child('w:basedOn')),
    outlineLevel: integer(value(paragraph?.child('w:outlineLvl'))),
    numId: value(numbering?.child('w:numId')),
    numberingLevel: integer(value(numbering?.child('w:ilvl'))),
    indent: leftIndent(paragraph),
    font: fontOf(element.child('w:rPr')),
    format: readFormat(element.child('w:rPr')),
  };
}

/** The left indentation that a `w:pPr` sets, in twips. */
export function leftIndent(properties: XmlElement | undefined): number | undefined {
  const indent = properties?.child('w:ind');
  return integer(indent?.attribute('w:left') ?? indent?.attribute('w:start'));
}

/** The font that a `w:rPr` names. */
export function fontOf(properties: XmlElement | undefined): string | undefined {
  const fonts = properties?.child('w:rFonts');
  return fonts?.attribute('w:ascii') ?? fonts?.attribute('w:hAnsi');
}

/** The formatting that an `w:rPr` sets directly. */
export function readFormat(properties: XmlElement | undefined): RunFormat {
  const format: RunFormat = {};
  for (const element of properties?.elements() ?? []) {
    const setting = value(element);
    if (element.name === 'w:b') format.bold = isOn(setting);
    else if (element.name === 'w:i') format.italic = isOn(setting);
    else if (element.name === 'w:u') format.underline = setting !== 'none';
    else if (element.name === 'w:strike' || element.name === 'w:dstrike') format.strikethrough = isOn(setting);
    else if (element.name === 'w:vertAlign') format.script = scriptOf(setting);
  }
  return format;
}

function scriptOf(setting: string | undefined): 'baseline' | 'sub' | 'super' {
  if (setting === 'subscript') return 'sub';
  return setting === 'superscript' ? 'super' : 'baseline';
}

/** `w:val` of an element. */
export function value(element: XmlElement | undefined): string | undefined {
  return element?.attribute('w:val');
}

export function integer(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** Whether a switch is on; one without a value is. */
export function isOn(setting: string | undefined): boolean {
  return setting !== '0' && setting !== 'false' && setting !== 'off' && setting !== 'none';
}
