import { AppError } from '../../../errors.js';
import { MOST_POINTS, type ReferenceResolver } from '../../package/chart.js';
import type { XmlElement } from '../../package/xml-tree.js';
import type { ZipPackage } from '../../package/zip-package.js';
import { LIMITS } from '../../limits.js';
import { parseRange, type CellRange } from './cell-address.js';
import { CellGridBuilder, type CellGrid } from './cell-grid.js';
import { readSheet, type CellContext, type SheetContent } from './sheet.js';
import type { Sheet } from './workbook.js';

interface Reference {
  readonly sheet: string;
  readonly range: CellRange;
}

const NO_CELLS: SheetContent = { grid: new CellGridBuilder().build(), merges: [] };

/** Cells of all hidden sheets together that are read for charts. */
const MOST_HIDDEN_CELLS = LIMITS.cells / 4;

/** The cells of a workbook's sheets, each read once, for their tables and for the charts of any sheet. */
export class WorkbookCells {
  private readonly sheets: ReadonlyMap<string, Sheet>;
  private readonly contents = new Map<Sheet, SheetContent>();
  private hiddenCellsLeft = MOST_HIDDEN_CELLS;
  private chartValuesLeft: number = LIMITS.cells;

  constructor(
    private readonly pkg: ZipPackage,
    sheets: readonly Sheet[],
    private readonly context: CellContext,
  ) {
    this.sheets = new Map(sheets.map((sheet) => [sheet.name, sheet]));
  }

  /** @throws as `readSheet`. */
  async read(sheet: Sheet): Promise<SheetContent> {
    if (sheet.isChart) return NO_CELLS;
    const content = this.contents.get(sheet) ?? (await readSheet(this.pkg, sheet.part, this.context));
    this.contents.set(sheet, content);
    return content;
  }

  /** Looks up the references of a chart into any sheet of the workbook, hidden ones too. */
  async resolverFor(chart: XmlElement): Promise<ReferenceResolver> {
    const grids = new Map<string, CellGrid>();
    for (const { text } of chart.descendants('c:f')) {
      const reference = parseReference(text);
      const sheet = reference && this.sheets.get(reference.sheet);
      if (!sheet || grids.has(sheet.name)) continue;
      grids.set(sheet.name, (await (sheet.isVisible ? this.read(sheet) : this.readHidden(sheet))).grid);
    }
    return (formula) => {
      const reference = parseReference(formula);
      const grid = reference && grids.get(reference.sheet);
      const values = grid ? valuesIn(grid, reference.range) : [];
      this.chartValuesLeft -= values.length;
      if (this.chartValuesLeft < 0) throw new AppError('E305', 'The charts have more data than the converter takes');
      // All are empty where nothing has calculated the formulas yet.
      return values.some((value) => value !== '') ? values : undefined;
    };
  }

  /** A hidden sheet is not shown, so nothing in it may fail the document: charts keep copies of their data. */
  private async readHidden(sheet: Sheet): Promise<SheetContent> {
    const known = this.contents.get(sheet);
    if (known) return known;
    let content = NO_CELLS;
    try {
      content = await readSheet(this.pkg, sheet.part, this.context, this.hiddenCellsLeft);
      this.hiddenCellsLeft -= content.grid.count;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
    this.contents.set(sheet, content);
    return content;
  }
}

/** A range with the name of its sheet: `Data!$B$2:$B$7`, `'Sales 2024'!A1`. */
function parseReference(formula: string): Reference | undefined {
  const [, quoted, plain = '', address = ''] = /^(?:'((?:[^']|'')+)'|([^'!]+))!(.+)$/.exec(formula) ?? [];
  const range = parseRange(address);
  return range && { sheet: quoted?.replaceAll("''", "'") ?? plain, range };
}

/** Row by row, down to the last row of the sheet. */
function valuesIn(grid: CellGrid, { top, left, bottom, right }: CellRange): string[] {
  const values: string[] = [];
  for (let row = top; row <= Math.min(bottom, grid.lastRow) && values.length < MOST_POINTS; row += 1)
    for (let column = left; column <= right && values.length < MOST_POINTS; column += 1)
      values.push(grid.at(row, column) ?? '');
  return values;
}
