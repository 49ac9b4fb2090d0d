import { InlineContent, type Inline, type RunFormat } from '../../package/inline-content.js';
import type { Relationships } from '../../package/relationships.js';
import type { XmlElement } from '../../package/xml-tree.js';
import { latexFromOmml } from './equations.js';
import type { Notes } from './notes.js';
import type { Numbering } from './numbering.js';
import { symbolCharacter } from './symbols.js';
import { integer, isOn, readFormat, value, type NumberingReference, type StyleSheet } from './styles.js';

export interface Picture {
  readonly kind: 'picture' | 'chart';
  /** Alternative text. */
  readonly description: string | undefined;
}

/** Everything that one `w:p` holds. */
export interface ParagraphContent {
  readonly inlines: readonly Inline[];
  /** LaTeX of the equations that stand on lines of their own. */
  readonly formulas: readonly string[];
  readonly pictures: readonly Picture[];
  /** `w:txbxContent` of each text box, once. */
  readonly textBoxes: readonly XmlElement[];
  /** Ticked or not, when the paragraph has a check box. */
  readonly checkbox: boolean | undefined;
}

/** What a run's meaning depends on beside its own XML. */
export interface PartContext {
  readonly styles: StyleSheet;
  readonly relationships: Relationships;
  readonly notes: Notes;
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

const LINK_FIELD = /^\s*HYPERLINK\s+"([^"]+)"/;

/** Reads one paragraph; deleted and moved-away text is left out, inserted text kept. */
export function readParagraph(paragraph: XmlElement, context: PartContext): ParagraphContent {
  return new ParagraphReader(context).read(paragraph);
}

export function styleOf(paragraph: XmlElement): string | undefined {
  return value(paragraph.path('w:pPr', 'w:pStyle'));
}

/** The list and level that a paragraph stands in, by itself or by its style. */
export function numberingOf(
  paragraph: XmlElement,
  styles: StyleSheet,
  numbering: Numbering,
): NumberingReference | undefined {
  const style = styleOf(paragraph);
  const own = paragraph.path('w:pPr', 'w:numPr');
  const inherited = styles.numbering(style);
  const numId = value(own?.child('w:numId')) ?? inherited?.numId;
  if (numId === undefined || numId === '0') return undefined;
  const level = integer(value(own?.child('w:ilvl'))) ?? numbering.levelOfStyle(numId, style) ?? inherited?.level ?? 0;
  return { numId, level: Math.min(Math.max(level, 0), 8) };
}

/** A complex field: between its `begin` and `separate` stands the instruction, then the result until `end`. */
interface Field {
  instruction: string;
  inResult: boolean;
}

class ParagraphReader {
  private readonly content = new InlineContent();
  private readonly formulas: string[] = [];
  private readonly pictures: Picture[] = [];
  private readonly textBoxes: XmlElement[] = [];
  private readonly fields: Field[] = [];
  private checkbox: boolean | undefined;

  constructor(private readonly context: PartContext) {}

  read(paragraph: XmlElement): ParagraphContent {
    this.walk(paragraph, undefined);
    const { formulas, pictures, textBoxes, checkbox } = this;
    return { inlines: this.content.trimmed(), formulas, pictures, textBoxes, checkbox };
  }

  private walk(parent: XmlElement, hyperlink: string | undefined): void {
    for (const element of parent.elements()) this.readElement(element, hyperlink);
  }

  private readElement(element: XmlElement, hyperlink: string | undefined): void {
    const { name } = element;
    if (name === 'w:r') this.readRun(element, hyperlink ?? this.fieldLink());
    else if (name === 'w:hyperlink') this.walk(element, this.linkTarget(element) ?? hyperlink);
    else if (name === 'w:fldSimple')
      this.walk(element, LINK_FIELD.exec(element.attribute('w:instr') ?? '')?.[1] ?? hyperlink);
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

  private fieldLink(): string | undefined {
    for (const field of this.fields) {
      const [, target] = field.inResult ? (LINK_FIELD.exec(field.instruction) ?? []) : [];
      if (target !== undefined) return target;
    }
    return undefined;
  }

  private readControl(element: XmlElement, hyperlink: string | undefined): void {
    const box = element.path('w:sdtPr', 'w14:checkbox');
    if (box) this.checkbox = isOn(box.child('w14:checked')?.attribute('w14:val') ?? '0');
    const content = element.child('w:sdtContent');
    if (content && !box) this.walk(content, hyperlink);
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
    const format = { ...inherited, ...readFormat(properties) };
    if (hyperlink !== undefined) delete format.underline;
    for (const element of run.elements()) this.readRunPart(element, format, hyperlink);
  }

  private readRunPart(element: XmlElement, format: RunFormat, hyperlink: string | undefined): void {
    if (element.name === 'w:fldChar') this.readFieldCharacter(element);
    else if (element.name === 'w:instrText') this.readInstruction(element);
    else if (element.name === 'mc:AlternateContent')
      this.readAlternate(element, (chosen) => {
        for (const one of chosen.elements()) this.readRunPart(one, format, hyperlink);
      });
    else if (element.name === 'w:ruby') this.walk(element.child('w:rubyBase') ?? element, hyperlink);
    else if (element.name === 'w:drawing') this.readDrawing(element);
    else if (element.name === 'w:pict' || element.name === 'w:object') this.readLegacyDrawing(element);
    else if (this.fields.every((field) => field.inResult))
      this.content.addText(this.textOf(element), format, hyperlink);
  }

  private textOf(element: XmlElement): string {
    switch (element.name) {
      case 'w:t':
        return element.text;
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
      case 'w:footnoteReference':
        return this.context.notes.cite('footnote', element.attribute('w:id'));
      case 'w:endnoteReference':
        return this.context.notes.cite('endnote', element.attribute('w:id'));
      default:
        return '';
    }
  }

  private readFieldCharacter(element: XmlElement): void {
    const type = element.attribute('w:fldCharType');
    const last = this.fields.at(-1);
    if (type === 'begin') this.fields.push({ instruction: '', inResult: false });
    else if (type === 'separate' && last) last.inResult = true;
    else if (type === 'end') this.fields.pop();
  }

  private readInstruction(element: XmlElement): void {
    const field = this.fields.at(-1);
    if (field && !field.inResult) field.instruction += element.text;
  }

  private readDrawing(drawing: XmlElement): void {
    const hasBoxes = this.addTextBoxes(drawing);
    const [properties] = drawing.descendants('wp:docPr');
    const description = properties?.attribute('descr') ?? properties?.attribute('title');
    if (!drawing.descendants('c:chart').next().done) this.pictures.push({ kind: 'chart', description });
    // A box's own pictures are read with the box.
    else if (!hasBoxes) this.addPictures(drawing, description);
  }

  /** Whether there were any. */
  private addTextBoxes(drawing: XmlElement): boolean {
    const before = this.textBoxes.length;
    for (const box of textBoxesOf(drawing)) this.textBoxes.push(box);
    return this.textBoxes.length > before;
  }

  private addPictures(drawing: XmlElement, description: string | undefined): void {
    const blips = drawing.descendants('a:blip');
    while (!blips.next().done) this.pictures.push({ kind: 'picture', description });
  }

  private readLegacyDrawing(drawing: XmlElement): void {
    if (this.addTextBoxes(drawing)) return;
    for (const shape of drawing.descendants('v:shape')) {
      if (shape.descendants('v:imagedata').next().done) continue;
      this.pictures.push({ kind: 'picture', description: shape.attribute('alt') });
    }
  }
}

/** The contents of text boxes, without boxes within boxes and without the fallback of a newer drawing. */
function* textBoxesOf(element: XmlElement): Generator<XmlElement, void, undefined> {
  for (const child of element.elements()) {
    if (child.name === 'w:txbxContent') yield child;
    else if (child.name === 'mc:AlternateContent') yield* textBoxesOf(child.child('mc:Choice') ?? child);
    else yield* textBoxesOf(child);
  }
}
