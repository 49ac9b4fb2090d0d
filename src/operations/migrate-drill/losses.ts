import { headerValues, type MigrationFile } from '../../database/migration-files.js';

/** Something that a migration does not keep. */
export interface Loss {
  readonly kind: 'table' | 'rows' | 'column' | 'position';
  /** Table or sequence, qualified. */
  readonly relation: string;
  /** Of `rows`: which; an SQL expression. */
  readonly condition?: string;
  /** Of `column`. */
  readonly column?: string;
  /** As the file has it. */
  readonly text: string;
}

const FORMS: readonly (readonly [Loss['kind'], RegExp])[] = [
  ['table', /^(?<relation>\w+) \(all rows\)$/],
  ['rows', /^(?<relation>\w+) \(rows where (?<condition>.+)\)$/],
  ['column', /^(?<relation>\w+)\.(?<column>\w+)$/],
  ['position', /^(?<relation>\w+) \(position\)$/],
];

/**
 * What a way down says that it loses: its file has to say it at its top, in lines of
 * `-- loses: TABLE (all rows)`, `-- loses: TABLE (rows where CONDITION)`, `-- loses: TABLE.COLUMN`,
 * `-- loses: SEQUENCE (position)`, or in one of `-- loses: nothing`.
 *
 * @throws Error when it says nothing of it, or says it otherwise
 */
export function lossesOf(name: string, down: string): Loss[] {
  const lines = headerValues(down, 'loses');
  if (lines.length === 0)
    throw new Error(
      `${name}.down.sql does not say what it loses: begin it with "-- loses: nothing" or one line for each loss.`,
    );
  if (lines.length === 1 && lines[0] === 'nothing') return [];
  return lines.map((text) => parseLoss(`${name}.down.sql`, text));
}

/** @throws Error when a file does not say what it loses or changes, or says it otherwise */
export function checkHeaders(migrations: readonly MigrationFile[]): void {
  for (const { name, up, down } of migrations) {
    lossesOf(name, down);
    changesOf(name, up);
  }
}

/** What a way up says that it changes of the rows that were there, if anything: the same, as `-- changes: …`. */
export function changesOf(name: string, up: string): Loss[] {
  return headerValues(up, 'changes').map((text) => parseLoss(`${name}.up.sql`, text));
}

function parseLoss(file: string, text: string): Loss {
  for (const [kind, form] of FORMS) {
    const { relation, ...rest } = form.exec(text)?.groups ?? {};
    if (relation !== undefined) return { kind, relation: `public.${relation}`, ...rest, text };
  }
  throw new Error(
    `${file}: "${text}" is none of: nothing, TABLE (all rows), TABLE (rows where CONDITION), TABLE.COLUMN, SEQUENCE (position).`,
  );
}
