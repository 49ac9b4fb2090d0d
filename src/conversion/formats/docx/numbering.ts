import type { XmlElement } from '../../package/xml-tree.js';
import { formatNumber } from './number-formats.js';
import { integer, isOn, leftIndent, value, type NumberingReference } from './styles.js';

interface Level {
  /** `decimal`, `lowerRoman`, `bullet` … */
  readonly format: string;
  /** Template such as `%1.%2)`. */
  readonly text: string;
  readonly start: number;
  /** All numbers in arabic figures, whatever their own format. */
  readonly legal: boolean;
  readonly style: string | undefined;
  /** The level above it, from 1, whose items start it anew; 0 for none, undefined for any. */
  readonly restart: number | undefined;
  /** Twips from the margin. */
  readonly indent: number | undefined;
}

interface Definition {
  /** Lists with one abstract definition count on from each other. */
  readonly abstractId: string;
  readonly levels: readonly (Level | undefined)[];
  /** Levels that start anew when this list first appears. */
  readonly restarts: ReadonlyMap<number, number>;
}

/** Where a paragraph stands in its list. */
export interface ListNumber {
  readonly ordered: boolean;
  /** For a list: `1.`, `2.1.`, or what the template makes of it as in `b)` or `Step 2:`; '' for a bullet. */
  readonly marker: string;
  /** For a heading: as Word shows it, without a closing dot or bracket; '' for a bullet. */
  readonly label: string;
}

const BULLET: ListNumber = { ordered: false, marker: '', label: '' };
const LEVELS = 9;
/** Characters; Word's own are a few. */
const LONGEST_TEMPLATE = 100;

/** `numbering.xml` and the counters that run while the document is read from top to bottom. */
export class Numbering {
  private readonly definitions = new Map<string, Definition>();
  private readonly counters = new Map<string, (number | undefined)[]>();
  private readonly begun = new Set<string>();

  constructor(root: XmlElement | undefined) {
    const abstracts = new Map<string, XmlElement>();
    const byStyle = new Map<string, XmlElement>();
    for (const element of root?.elements('w:abstractNum') ?? []) {
      abstracts.set(element.attribute('w:abstractNumId') ?? '', element);
      const style = value(element.child('w:styleLink'));
      if (style !== undefined) byStyle.set(style, element);
    }
    for (const element of root?.elements('w:num') ?? []) {
      const abstractId = value(element.child('w:abstractNumId')) ?? '';
      const named = abstracts.get(abstractId);
      const linked = byStyle.get(value(named?.child('w:numStyleLink')) ?? '');
      this.definitions.set(element.attribute('w:numId') ?? '', readDefinition(abstractId, linked ?? named, element));
    }
  }

  /** The level whose paragraphs have that style, when the style names a list but no level. */
  levelOfStyle(numId: string, styleId: string | undefined): number | undefined {
    const index = this.definitions.get(numId)?.levels.findIndex((level) => level && level.style === styleId) ?? -1;
    return styleId === undefined || index < 0 ? undefined : index;
  }

  /** How far the items of a level stand from the margin, in twips. */
  indent({ numId, level }: NumberingReference): number | undefined {
    return this.definitions.get(numId)?.levels[level]?.indent;
  }

  /** Counts one paragraph and tells its number. A list that is not defined counts as bullets. */
  next({ numId, level }: NumberingReference): ListNumber {
    const definition = this.definitions.get(numId);
    if (!definition) return BULLET;
    const counters = this.count(numId, definition, level);
    const { format = 'bullet' } = definition.levels[level] ?? {};
    if (format === 'bullet' || format === 'none') return BULLET;
    const at = (index: number) => counters[index] ?? definition.levels[index]?.start ?? 1;
    return { ordered: true, marker: markerOf(definition, level, at), label: labelOf(definition, level, at) };
  }

  private count(numId: string, definition: Definition, level: number): (number | undefined)[] {
    const counters = this.counters.get(definition.abstractId) ?? [];
    this.counters.set(definition.abstractId, counters);
    if (!this.begun.has(numId)) {
      this.begun.add(numId);
      for (const [index, start] of definition.restarts) counters[index] = start - 1;
    }
    const before = counters[level];
    counters[level] = before === undefined ? (definition.levels[level]?.start ?? 1) : before + 1;
    for (let deeper = level + 1; deeper < counters.length; deeper += 1) {
      if (level < (definition.levels[deeper]?.restart ?? LEVELS)) counters[deeper] = undefined;
    }
    return counters;
  }
}

function readDefinition(abstractId: string, abstract: XmlElement | undefined, num: XmlElement): Definition {
  const levels: (Level | undefined)[] = [];
  const restarts = new Map<number, number>();
  const put = (element: XmlElement): void => {
    const index = integer(element.attribute('w:ilvl')) ?? 0;
    if (index >= 0 && index < LEVELS) levels[index] = readLevel(element);
  };
  abstract?.elements('w:lvl').forEach(put);
  for (const override of num.elements('w:lvlOverride')) {
    override.elements('w:lvl').forEach(put);
    const start = integer(value(override.child('w:startOverride')));
    const index = integer(override.attribute('w:ilvl')) ?? 0;
    if (start !== undefined && index >= 0 && index < LEVELS) restarts.set(index, start);
  }
  return { abstractId, levels, restarts };
}

function readLevel(element: XmlElement): Level {
  const legal = element.child('w:isLgl');
  return {
    format:
      value(element.child('w:numFmt') ?? element.path('mc:AlternateContent', 'mc:Choice', 'w:numFmt')) ?? 'decimal',
    text: (value(element.child('w:lvlText')) ?? '').slice(0, LONGEST_TEMPLATE),
    start: integer(value(element.child('w:start'))) ?? 1,
    legal: legal !== undefined && isOn(value(legal)),
    style: value(element.child('w:pStyle')),
    restart: integer(value(element.child('w:lvlRestart'))),
    indent: leftIndent(element.child('w:pPr')),
  };
}

/**
 * A template with words or numbers of its own kind is shown as such (`Step 2:`, `b)`, `(iv)`), any
 * other as the plain path of numbers: `2.1.`.
 */
function markerOf(definition: Definition, level: number, at: (index: number) => number): string {
  const { text = '', format = 'decimal' } = definition.levels[level] ?? {};
  const hasWords = /[^\s.()[\]:]/.test(text.replace(/%\d/g, ''));
  if (/%\d/.test(text) && (hasWords || format !== 'decimal')) return filledIn(definition, text, level, at);
  const path = Array.from({ length: level + 1 }, (_, index) => numberAt(definition, index, level, at));
  return `${path.join('.')}.`;
}

function labelOf(definition: Definition, level: number, at: (index: number) => number): string {
  return filledIn(definition, definition.levels[level]?.text ?? '', level, at).replace(/[\s.)]+$/, '');
}

function filledIn(definition: Definition, text: string, level: number, at: (index: number) => number): string {
  return text.replace(/%(\d)/g, (_, index: string) => numberAt(definition, Number(index) - 1, level, at));
}

/** The number of the level `index` as the level `level` shows it. */
function numberAt(definition: Definition, index: number, level: number, at: (index: number) => number): string {
  const legal = definition.levels[level]?.legal ?? false;
  const format = legal ? 'decimal' : (definition.levels[index]?.format ?? 'decimal');
  return format === 'none' ? '' : formatNumber(at(index), format);
}
