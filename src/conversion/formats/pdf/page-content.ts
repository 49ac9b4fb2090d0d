import { OPS, type PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { AppError } from '../../../errors.js';
import { LIMITS } from '../../limits.js';
import type { FontTable } from './fonts.js';
import { IDENTITY, multiply, transformedBox, type Matrix } from './geometry.js';
import { DrawingCollector } from './drawings.js';
import { GlyphCollector, type ShownText } from './glyphs.js';
import type { PageContent } from './model.js';
import { RulingCollector } from './rulings.js';
import { initialState, TextPosition, type GraphicsState } from './text-state.js';

type Operands = readonly unknown[];
type OperatorList = Awaited<ReturnType<PDFPageProxy['getOperatorList']>>;

/** Operands of `constructPath`: what paints it, its pieces, and the box around it. */
type PaintedPath = readonly [
  operator: number,
  path: readonly [ArrayLike<number> | null],
  extent: ArrayLike<number> | null,
];

const STROKES: ReadonlySet<number> = new Set([
  OPS.stroke,
  OPS.closeStroke,
  OPS.fillStroke,
  OPS.eoFillStroke,
  OPS.closeFillStroke,
  OPS.closeEOFillStroke,
]);
const FILLS: ReadonlySet<number> = new Set([OPS.fill, OPS.eoFill]);

/**
 * What `page` shows: glyphs, lines and the places of images, in points from its upper left corner.
 * One pass over pdfjs' operator list, which costs about as much as its text extraction and knows
 * fonts, single glyphs and lines besides. Throws AppError E305 when the page has too many glyphs.
 */
export function readPageContent(page: PDFPageProxy, operators: OperatorList, fonts: FontTable): PageContent {
  const viewport = page.getViewport({ scale: 1 });
  const interpreter = new Interpreter(page, fonts, viewport.transform as unknown as Matrix, viewport);
  operators.fnArray.forEach((operator, index) => {
    interpreter.run(operator, (operators.argsArray[index] ?? []) as Operands);
  });
  return interpreter.content();
}

class Interpreter {
  private state: GraphicsState;
  private readonly saved: GraphicsState[] = [];
  private readonly pen = new TextPosition();
  private readonly glyphs: GlyphCollector;
  private readonly lines = new RulingCollector();
  private readonly drawings: DrawingCollector;
  /** For each open marked content, whether it is an artifact, and how many are. */
  private readonly marks: boolean[] = [];
  private openArtifacts = 0;
  /** The last operator was a transform, and nothing was painted since. */
  private justTransformed = false;

  constructor(
    private readonly page: PDFPageProxy,
    private readonly fonts: FontTable,
    private readonly base: Matrix,
    private readonly size: { readonly width: number; readonly height: number },
  ) {
    this.state = initialState(base);
    this.glyphs = new GlyphCollector(size);
    this.drawings = new DrawingCollector(size);
  }

  content(): PageContent {
    return {
      width: this.size.width,
      height: this.size.height,
      glyphs: this.glyphs.byTurn,
      rulings: this.lines.rulings,
      drawings: this.drawings.merged(),
      marks: this.drawings.marks,
    };
  }

  run(operator: number, operands: Operands): void {
    const transformed = this.justTransformed;
    this.justTransformed = operator === OPS.transform;
    if (operator === OPS.restore && transformed) this.addPicture();
    const isDone = this.setTextState(operator, operands) || this.placeText(operator, operands);
    if (!isDone && !this.openOrClose(operator, operands)) this.paint(operator, operands);
  }

  private setTextState(operator: number, operands: Operands): boolean {
    const { state } = this;
    const first = operands[0] as number;
    switch (operator) {
      case OPS.setFont:
        state.font = this.fonts.get(String(operands[0]), this.page);
        state.fontSize = operands[1] as number;
        return true;
      case OPS.setGState:
        this.setFontOf(operands[0] as readonly (readonly [string, unknown])[]);
        return true;
      case OPS.setCharSpacing:
        state.charSpacing = first;
        return true;
      case OPS.setWordSpacing:
        state.wordSpacing = first;
        return true;
      case OPS.setHScale:
        state.horizontalScale = first / 100;
        return true;
      case OPS.setLeading:
        state.leading = first;
        return true;
      case OPS.setTextRise:
        state.rise = first;
        return true;
      default:
        return false;
    }
  }

  private placeText(operator: number, operands: Operands): boolean {
    const { state, pen } = this;
    switch (operator) {
      case OPS.beginText:
        pen.setMatrix(IDENTITY);
        return true;
      case OPS.moveText:
        pen.moveLine(operands[0] as number, operands[1] as number);
        return true;
      case OPS.setLeadingMoveText:
        state.leading = -(operands[1] as number);
        pen.moveLine(operands[0] as number, operands[1] as number);
        return true;
      case OPS.setTextMatrix:
        pen.setMatrix(operands[0] as Matrix);
        return true;
      case OPS.nextLine:
        pen.moveLine(0, -state.leading);
        return true;
      case OPS.showText:
        this.show(operands[0] as ShownText);
        return true;
      default:
        return false;
    }
  }

  /** Operators that open or close a part of the page, and the transform between them. */
  private openOrClose(operator: number, operands: Operands): boolean {
    switch (operator) {
      case OPS.save:
      case OPS.beginGroup:
        this.saved.push({ ...this.state });
        return true;
      case OPS.paintFormXObjectBegin:
        this.saved.push({ ...this.state });
        if (operands[0]) this.transform(operands[0] as Matrix);
        return true;
      case OPS.beginAnnotation:
        this.saved.push({ ...this.state });
        this.state = initialState(this.base);
        this.transform(operands[2] as Matrix);
        this.transform(operands[3] as Matrix);
        return true;
      case OPS.restore:
      case OPS.endGroup:
      case OPS.paintFormXObjectEnd:
      case OPS.endAnnotation:
        this.state = this.saved.pop() ?? this.state;
        return true;
      case OPS.transform:
        this.transform(operands as unknown as Matrix);
        return true;
      default:
        return false;
    }
  }

  private paint(operator: number, operands: Operands): void {
    switch (operator) {
      case OPS.constructPath:
        this.paintPath(operands as unknown as PaintedPath);
        break;
      case OPS.paintImageXObject:
      case OPS.paintInlineImageXObject:
      case OPS.paintImageMaskXObject:
        this.addPicture();
        break;
      case OPS.beginMarkedContent:
      case OPS.beginMarkedContentProps:
        this.marks.push(operands[0] === 'Artifact');
        if (operands[0] === 'Artifact') this.openArtifacts += 1;
        break;
      case OPS.endMarkedContent:
        if (this.marks.pop()) this.openArtifacts -= 1;
        break;
    }
  }

  private show(text: ShownText): void {
    this.glyphs.show(text, this.state, this.pen, this.openArtifacts > 0);
    if (this.glyphs.count > LIMITS.glyphsPerPage)
      throw new AppError('E305', `Page ${this.page.pageNumber} has more than ${LIMITS.glyphsPerPage} characters`);
  }

  private transform(matrix: Matrix): void {
    this.state.ctm = multiply(this.state.ctm, matrix);
  }

  /** An extended graphics state may set the font as well. */
  private setFontOf(parameters: readonly (readonly [string, unknown])[]): void {
    const font = parameters.find(([name]) => name === 'Font')?.[1];
    if (!Array.isArray(font)) return;
    this.state.font = this.fonts.get(String(font[0]), this.page);
    this.state.fontSize = Number(font[1]);
  }

  private paintPath([operator, [path], extent]: PaintedPath): void {
    const filled = FILLS.has(operator);
    if (!path || !extent || (!filled && !STROKES.has(operator))) return;
    this.lines.add(path, filled, this.state.ctm);
    this.drawings.addPath(path, extent, this.state.ctm);
  }

  /**
   * Notes an image at the unit square of the current transform. pdfjs leaves out the paint operator
   * of every image above `maxImageSize` (that is what keeps images from being decoded here), so
   * that a transform that nothing is painted with tells of one as well.
   */
  private addPicture(): void {
    this.drawings.addImage(transformedBox(this.state.ctm, 0, 0, 1, 1));
  }
}
