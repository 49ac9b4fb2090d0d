import { applyTo, type Matrix } from './geometry.js';
import type { Ruling } from './model.js';
import { subpaths, type Point } from './path.js';

/** Thickest filled rectangle that still is a line, in points. */
const THICKEST = 3;
/** Shortest line that can rule a table, in points. */
const SHORTEST = 6;
/** More lines on one page are a drawing, not tables. */
const MOST_RULINGS = 5_000;
/** A path with more coordinates is a drawing too. */
const LONGEST_PATH = 4_000;

/** Collects the straight lines of a page that may be the rules of tables. */
export class RulingCollector {
  readonly rulings: Ruling[] = [];

  /** Adds a painted path; `filled` paths count only where they are as thin as a line. */
  add(path: ArrayLike<number>, filled: boolean, ctm: Matrix): void {
    if (path.length > LONGEST_PATH) return;
    for (const points of subpaths(path)) {
      const onPage = points.map(([x, y]) => applyTo(ctm, x, y));
      if (filled) this.addFilled(onPage);
      else onPage.slice(1).forEach((point, index) => this.addStroke(onPage[index] ?? point, point));
    }
  }

  private addFilled(points: readonly Point[]): void {
    const xs = points.map(([x]) => x);
    const ys = points.map(([, y]) => y);
    const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    if (y1 - y0 <= THICKEST && x1 - x0 > y1 - y0) this.addStroke([x0, (y0 + y1) / 2], [x1, (y0 + y1) / 2]);
    else if (x1 - x0 <= THICKEST) this.addStroke([(x0 + x1) / 2, y0], [(x0 + x1) / 2, y1]);
  }

  private addStroke([x0, y0]: Point, [x1, y1]: Point): void {
    if (this.rulings.length >= MOST_RULINGS) return;
    const dx = Math.abs(x1 - x0);
    const dy = Math.abs(y1 - y0);
    if (dy < 0.5 && dx >= SHORTEST)
      this.rulings.push({ horizontal: true, at: (y0 + y1) / 2, from: Math.min(x0, x1), to: Math.max(x0, x1) });
    else if (dx < 0.5 && dy >= SHORTEST)
      this.rulings.push({ horizontal: false, at: (x0 + x1) / 2, from: Math.min(y0, y1), to: Math.max(y0, y1) });
  }
}
