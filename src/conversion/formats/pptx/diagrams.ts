import { drawingText } from '../../package/chart.js';
import type { XmlElement } from '../../package/xml-tree.js';

/** One text of a diagram, and how far below the diagram's root it stands: 0 to 8, as for paragraphs. */
export interface DiagramNode {
  readonly text: string;
  readonly level: number;
}

const DEEPEST_LEVEL = 8;
/** Points that a person fills; the others are made for transitions and for the layout. */
const CONTENT_TYPES = new Set(['node', 'asst']);

/** The texts of a SmartArt's `dgm:dataModel`, each before those below it, in the order of the diagram. */
export function diagramNodes(model: XmlElement): DiagramNode[] {
  const points = new Map((model.child('dgm:ptLst')?.elements('dgm:pt') ?? []).map((one) => [idOf(one), one]));
  const children = childrenById(model);
  const root = [...points.values()].find((point) => point.attribute('type') === 'doc');
  const nodes: DiagramNode[] = [];
  const seen = new Set<string>();
  // A stack, not a recursion: nothing bounds the depth of a broken diagram.
  const open = (root ? (children.get(idOf(root)) ?? []) : []).map((id) => ({ id, level: 0 })).reverse();
  for (let next = open.pop(); next; next = open.pop()) {
    const { id, level } = next;
    const point = points.get(id);
    if (!point || seen.has(id) || !CONTENT_TYPES.has(point.attribute('type') ?? 'node')) continue;
    seen.add(id);
    const text = textOf(point);
    if (text !== '') nodes.push({ text, level });
    const below = text === '' ? level : Math.min(level + 1, DEEPEST_LEVEL);
    for (const child of (children.get(id) ?? []).toReversed()) open.push({ id: child, level: below });
  }
  return nodes;
}

/** The ids of what stands below each point, in their order. */
function childrenById(model: XmlElement): Map<string, string[]> {
  const order = (connection: XmlElement) => Number(connection.attribute('srcOrd') ?? 0);
  const connections = (model.child('dgm:cxnLst')?.elements('dgm:cxn') ?? [])
    .filter((connection) => (connection.attribute('type') ?? 'parOf') === 'parOf')
    .sort((one, other) => order(one) - order(other));
  const children = new Map<string, string[]>();
  for (const connection of connections) {
    const parent = connection.attribute('srcId') ?? '';
    const child = connection.attribute('destId') ?? '';
    const known = children.get(parent);
    if (known) known.push(child);
    else children.set(parent, [child]);
  }
  return children;
}

function idOf(point: XmlElement): string {
  return point.attribute('modelId') ?? '';
}

function textOf(point: XmlElement): string {
  const body = point.child('dgm:t');
  return body
    ? drawingText(body)
        .replace(/[\n\v]/g, ' ')
        .trim()
    : '';
}
