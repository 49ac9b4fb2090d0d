import { InlineContent, type Inline, type RunFormat } from '../../package/inline-content.js';
import type { Relationships } from '../../package/relationships.js';
import type { XmlElement } from '../../package/xml-tree.js';
import type { DrawingParts, Picture } from './drawings.js';
import { latexFromOmml } from '../../package/equations.js';
import { Fields, linkOf, tickBox } from './fields.js';
import type { ListPlace } from './lists.js';
import type { NoteKind, Notes } from './notes.js';
import type { Numbering } from './numbering.js';
import { fontOf, integer, isOn, leftIndent, readFormat, value, type StyleSheet } from './styles.js';
import { symbolCharacter, symbolText } from './symbols.js';

/** Everything that one `w:p` holds. */
export interface ParagraphContent {
  readonly inlines: readonly Inline[];
  /** LaTeX of the equations that stand on lines of their own. */
  readonly formulas: readonly string[];
  readonly pictures: readonly Picture[];
  /** `w:txbxContent` of each text box, once. */
  readonly textBoxes: readonly XmlElement[];
  /** Ticked or not, when the paragraph begins with a check box. */
  readonly checkbox: boolean | undefined;
  /** All its text, with the space around it. */
  readonly raw: string;
}

/** What a run's meaning depends on beside its own XML. */
export interface PartContext {
  readonly styles: StyleSheet;
  readonly relationships: Relationships;
  readonly notes: Notes;
  readonly drawings: DrawingParts;
}

/** Wrappers whose content stands as if they were not there. */
const TRANSPARENT = new Set([
  'w:smartTag',
  'w:customXml',
  'w:ins',
  'w:moveTo',
  'w:bdo',
  'w:dir',
  'w:sdtContent',
  'mc:Choice',
  'mc:Fallback',
]);

/** Reads one paragraph; deleted and moved-away text is left out, inserted text kept. */
export function readParagraph(paragraph: XmlElement, context: PartContext): ParagraphContent {
  return new ParagraphReader(context).read(paragraph);
}

export function styleOf(paragraph: XmlElement): string | undefined {
  return value(paragraph.path('w:pPr', 'w:pStyle'));
}

/** The list and level that a paragraph stands in, by itself or by its style. */
export function numberingOf(paragraph: XmlElement, styles: StyleSheet, numbering: Numbering): ListPlace | undefined {
  const style = styleOf(paragraph);
  const properties = paragraph.child('w:pPr');
  const own = properties?.child('w:numPr');
  const inherited = styles.numbering(style);
  const numId = value(own?.child('w:numId')) ?? inherited?.numId;
  if (numId === undefined || numId === '0') return undefined;
  const given = integer(value(own?.child('w:ilvl'))) ?? numbering.levelOfStyle(numId, style) ?? inherited?.level ?? 0;
  const level = Math.min(Math.max(given, 0), 8);
  const indent = leftIndent(properties) ?? numbering.indent({ numId, level }) ?? styles.indent(style) ?? 0;
  return { numId, level, indent };
}

const DRAWINGS = new Set(['w:drawing', 'w:pict', 'w:object']);

/** What the parts of one run have in common. */
interface RunContext {
  readonly format: RunFormat;
  readonly font: string | undefined;
  readonly hyperlink: string | undefined;
}

class ParagraphReader {
  private readonly content = new InlineContent();
  private readonly formulas: string[] = [];
  private readonly pictures: Picture[] = [];
  private readonly textBoxes: XmlElement[] = [];
  private readonly fields = new Fields();
  /** Of the check boxes as they come. */
  private readonly boxes: boolean[] = [];
  private isBold = false;

  constructor(private readonly context: PartContext) {}

  read(paragraph: XmlElement): ParagraphContent {
    this.isBold = this.context.styles.isBold(styleOf(paragraph));
    this.walk(paragraph, undefined);
    const { formulas, pictures, textBoxes } = this;
    const raw = this.content.text;
    const inlines = this.content.trimmed();
    return { inlines, formulas, pictures, textBoxes, checkbox: this.leadingBox(inlines), raw };
  }

  /** Whether the paragraph begins with a check box, and then its state. */
  private leadingBox(inlines: readonly Inline[]): boolean | undefined {
    const [box] = this.boxes;
    const [first] = inlines;
    return box !== undefined && first?.kind === 'text' && first.text.startsWith(tickBox(box)) ? box : undefined;
  }

  private walk(parent: XmlElement, hyperlink: string | undefined): void {
    for (const element of parent.elements()) this.readElement(element, hyperlink);
  }

  private readElement(element: XmlElement, hyperlink: string | undefined): void {
    const { name } = element;
    if (name === 'w:r') this.readRun(element, hyperlink ?? this.fields.link);
    else if (name === 'w:hyperlink') this.walk(element, this.linkTarget(element) ?? hyperlink);
    else if (name === 'w:fldSimple') this.walk(element, linkOf(element.attribute('w:instr') ?? '') ?? hyperlink);
    else if (name === 'w:sdt') this.readControl(element, hyperlink);
    else if (name === 'mc:AlternateContent') this.readAlternate(element, (chosen) => this.walk(chosen, hyperlink));
    else if (name === 'm:oMath') this.content.addFormula(latexFromOmml(element));
    else if (name === 'm:oMathPara') this.readEquationParagraph(element);
    else if (TRANSPARENT.has(name)) this.walk(element, hyperlink);
  }

  private linkTarget(element: XmlElement): string | undefined {
    const relationship = this.context.relationships.get(element.attribute('r:id'));
    if (!relationship?.external) return undefined;
    const anchor = element.attribute('w:anchor');
    return anchor === undefined ? relationship.target : `${relationship.target}#${anchor}`;
  }

  private readControl(element: XmlElement, hyperlink: string | undefined): void {
    const box = element.path('w:sdtPr', 'w14:checkbox');
    const content = element.child('w:sdtContent');
    if (box) {
      const checked = isOn(box.child('w14:checked')?.attribute('w14:val') ?? '0');
      this.boxes.push(checked);
      // Whatever sign the author chose for it.
      this.content.addText(tickBox(checked), {}, undefined);
    } else if (content) this.walk(content, hyperlink);
  }

  /** Both branches show the same thing, so only one is read: the newer, where there is one. */
  private readAlternate(element: XmlElement, read: (chosen: XmlElement) => void): void {
    const chosen = element.child('mc:Choice') ?? element.child('mc:Fallback');
    if (chosen) read(chosen);
  }

  private readEquationParagraph(element: XmlElement): void {
    for (const equation of element.elements('m:oMath')) {
      const latex = latexFromOmml(equation);
      if (latex !== '') this.formulas.push(latex);
    }
  }

  private readRun(run: XmlElement, hyperlink: string | undefined): void {
    const properties = run.child('w:rPr');
    const hidden = properties?.child('w:vanish');
    if (hidden && isOn(value(hidden))) return;
    const style = value(properties?.child('w:rStyle'));
    // A link's own style says no more than that it is one.
    const inherited = hyperlink === undefined ? this.context.styles.format(style) : {};
    const format = { ...(this.isBold && { bold: true }), ...inherited, ...readFormat(properties) };
    if (hyperlink !== undefined) delete format.underline;
    const font = fontOf(properties);
    for (const element of run.elements()) this.readRunPart(element, { format, font, hyperlink });
  }

  private readRunPart(element: XmlElement, run: RunContext): void {
    if (element.name === 'w:fldChar')
      this.content.addText(this.fields.readCharacter(element), run.format, run.hyperlink);
    else if (element.name === 'w:instrText') this.fields.readInstruction(element);
    else if (element.name === 'mc:AlternateContent')
      this.readAlternate(element, (chosen) => {
        for (const one of chosen.elements()) this.readRunPart(one, run);
      });
    else if (element.name === 'w:ruby') this.walk(element.child('w:rubyBase') ?? element, run.hyperlink);
    else if (DRAWINGS.has(element.name)) this.readDrawing(element);
    else if (element.name === 'w:footnoteReference') this.cite('footnote', element);
    else if (element.name === 'w:endnoteReference') this.cite('endnote', element);
    else if (this.fields.isShown) this.content.addText(this.textOf(element, run.font), run.format, run.hyperlink);
  }

  private textOf(element: XmlElement, font: string | undefined): string {
    switch (element.name) {
      case 'w:t':
        return symbolText(font, element.text);
      case 'w:tab':
      case 'w:ptab':
        return '\t';
      case 'w:br':
        return ['page', 'column'].includes(element.attribute('w:type') ?? '') ? '' : '\n';
      case 'w:cr':
        return '\n';
      case 'w:noBreakHyphen':
        return '-';
      case 'w:sym':
        return symbolCharacter(element.attribute('w:font') ?? '', element.attribute('w:char') ?? '');
      default:
        return '';
    }
  }

  /** The mark is set apart by its brackets, so it needs no formatting. */
  private cite(kind: NoteKind, element: XmlElement): void {
    this.content.addText(this.context.notes.cite(kind, element.attribute('w:id')), {}, undefined);
  }

  private readDrawing(element: XmlElement): void {
    const { pictures, textBoxes } = this.context.drawings.drawing(element, this.context.relationships);
    for (const picture of pictures) this.pictures.push(picture);
    for (const box of textBoxes) this.textBoxes.push(box);
  }
}
