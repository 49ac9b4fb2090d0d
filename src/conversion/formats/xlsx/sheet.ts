import { AppError } from '../../../errors.js';
import { LIMITS } from '../../limits.js';
import { streamXml } from '../../package/xml-reader.js';
import type { ZipPackage } from '../../package/zip-package.js';
import { columnOf, MAX_COLUMNS, MAX_ROWS, parseRange, placesIn, type CellRange } from './cell-address.js';
import { CellGridBuilder, type CellGrid } from './cell-grid.js';
import { numberText, type NumberKind } from './number-formats.js';
import { StringCollector, unescapeText } from './shared-strings.js';

/** What the workbook tells about the cells of all its sheets. */
export interface CellContext {
  readonly strings: readonly string[];
  readonly kinds: readonly NumberKind[];
  readonly date1904: boolean;
}

export interface SheetContent {
  readonly grid: CellGrid;
  readonly merges: readonly CellRange[];
}

/**
 * Reads a worksheet's part as a stream.
 *
 * @throws AppError E305 when it has more cells than `most`, E004 when it is damaged.
 */
export async function readSheet(
  pkg: ZipPackage,
  part: string,
  context: CellContext,
  most: number = LIMITS.cells,
): Promise<SheetContent> {
  const reader = new SheetReader(context, most);
  await streamXml(pkg.stream(part), reader);
  return reader.content();
}

/** Places of a merged cell; a larger one is a line or column of the whole sheet. */
const LARGEST_MERGE = 10_000;

class SheetReader {
  private readonly grid = new CellGridBuilder();
  private readonly merges: CellRange[] = [];
  private readonly inline = new StringCollector();
  private row = -1;
  private column = -1;
  private lastRow = -1;
  private lastColumn = -1;
  private type = 'n';
  private style = 0;
  private value = '';
  private inValue = false;
  private inInline = false;
  private characters = 0;

  constructor(
    private readonly context: CellContext,
    private readonly most: number,
  ) {}

  readonly open = (name: string, attributes: Readonly<Record<string, string>>): void => {
    if (name === 'c') this.beginCell(attributes);
    else if (name === 'v') this.inValue = true;
    else if (name === 'row') this.beginRow(attributes['r']);
    else if (name === 'is') this.inInline = true;
    else if (name === 'mergeCell') this.addMerge(attributes['ref'] ?? '');
    else if (this.inInline) this.inline.open(name);
  };

  readonly text = (text: string): void => {
    if (this.inValue) this.value += text;
    else if (this.inInline) this.inline.text(text);
  };

  readonly close = (name: string): void => {
    if (name === 'c') this.endCell();
    else if (name === 'v') this.inValue = false;
    else if (name === 'is') this.inInline = false;
    else if (this.inInline) this.inline.close(name);
  };

  /** Some merges reach to the very end of the sheet: they are cut to the part of it that has cells. */
  content(): SheetContent {
    const merges = this.merges.map((merge) =>
      placesIn(merge) <= LARGEST_MERGE
        ? merge
        : {
            ...merge,
            bottom: Math.max(merge.top, Math.min(merge.bottom, this.lastRow)),
            right: Math.max(merge.left, Math.min(merge.right, this.lastColumn)),
          },
    );
    return { grid: this.grid.build(), merges };
  }

  private beginRow(number: string | undefined): void {
    this.row = number === undefined ? this.row + 1 : Number(number) - 1;
    this.column = -1;
    if (!Number.isInteger(this.row) || this.row < 0 || this.row >= MAX_ROWS)
      throw new AppError('E004', 'A sheet has a row outside of what a sheet can hold');
  }

  private beginCell(attributes: Readonly<Record<string, string>>): void {
    const address = attributes['r'];
    this.column = address === undefined ? this.column + 1 : columnOf(address);
    if (this.column < 0 || this.column >= MAX_COLUMNS || this.row < 0)
      throw new AppError('E004', 'A sheet has a cell outside of what a sheet can hold');
    this.lastRow = Math.max(this.lastRow, this.row);
    this.lastColumn = Math.max(this.lastColumn, this.column);
    this.type = attributes['t'] ?? 'n';
    this.style = Number(attributes['s'] ?? 0);
    this.value = '';
  }

  private endCell(): void {
    const text = this.type === 'inlineStr' ? this.inline.take() : this.valueText();
    if (text === '') return;
    this.grid.add(this.row, this.column, text);
    this.characters += text.length;
    if (this.grid.count > this.most) throw new AppError('E305', 'A sheet has more cells than the converter takes');
    // Cells can share one long text, so that only their sum tells what an export would be.
    if (this.characters > LIMITS.exportCharacters)
      throw new AppError('E305', 'A sheet has more text than an export takes');
  }

  private valueText(): string {
    const { value, context } = this;
    switch (this.type) {
      case 's':
        return value === '' ? '' : (context.strings[Number(value)] ?? '');
      case 'b':
        return value === '' ? '' : value === '1' || value === 'true' ? 'True' : 'False';
      case 'd':
        return value.replace('T', ' ').replace(/Z$/, '');
      case 'n':
        return value === '' ? '' : numberText(value, context.kinds[this.style] ?? 'number', context.date1904);
      default:
        return unescapeText(value);
    }
  }

  private addMerge(reference: string): void {
    const range = parseRange(reference);
    if (range) this.merges.push(range);
    if (this.merges.length > LIMITS.cells)
      throw new AppError('E305', 'A sheet has more merged cells than the converter takes');
  }
}
