/** How a path is stored in an operator list (pdfjs' DrawOPS): each code is followed by so many coordinates. */
const PATH_STEP = { moveTo: 0, lineTo: 1, curveTo: 2, quadraticCurveTo: 3, closePath: 4 } as const;
const COORDINATES = [2, 2, 6, 4, 0] as const;

/** A line that runs farther in both directions runs aslant, in units of the path. */
const ASLANT = 0.5;

export type Point = readonly [x: number, y: number];

/** The corners of each subpath made of straight lines only; curved ones are left out. */
export function subpaths(path: ArrayLike<number>): Point[][] {
  const found: Point[][] = [];
  let current: Point[] = [];
  let curved = false;
  const finish = () => {
    if (current.length > 1 && !curved) found.push(current);
    current = [];
    curved = false;
  };
  for (let index = 0; index < path.length;) {
    const step = path[index] ?? PATH_STEP.closePath;
    const point: Point = [path[index + 1] ?? 0, path[index + 2] ?? 0];
    if (step === PATH_STEP.moveTo) finish();
    if (step === PATH_STEP.moveTo || step === PATH_STEP.lineTo) current.push(point);
    else if (step === PATH_STEP.closePath && current[0]) current.push(current[0]);
    else curved = true;
    index += 1 + (COORDINATES[step] ?? 0);
  }
  finish();
  return found;
}

/** More coordinates of a path say no more about whether it is a drawing. */
const ENOUGH = 600;

/** How many pieces of a path are curves or run aslant, as those of a drawing do and those of a table or a frame do not. */
export function bendsOf(path: ArrayLike<number>): number {
  let bends = 0;
  let [x, y] = [0, 0];
  for (let index = 0; index < Math.min(path.length, ENOUGH);) {
    const step = path[index] ?? PATH_STEP.closePath;
    const [nextX, nextY] = [path[index + 1] ?? 0, path[index + 2] ?? 0];
    if (step === PATH_STEP.curveTo || step === PATH_STEP.quadraticCurveTo) bends += 1;
    else if (step === PATH_STEP.lineTo && Math.abs(nextX - x) > ASLANT && Math.abs(nextY - y) > ASLANT) bends += 1;
    const length = COORDINATES[step] ?? 0;
    if (length > 0) [x, y] = [path[index + length - 1] ?? 0, path[index + length] ?? 0];
    index += 1 + length;
  }
  return bends;
}
