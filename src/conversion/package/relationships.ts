import path from 'node:path/posix';
import { AppError } from '../../errors.js';
import { parseXml } from './xml-reader.js';
import type { XmlElement } from './xml-tree.js';
import type { ZipPackage } from './zip-package.js';

export interface Relationship {
  /** The last segment of its type, the same in transitional and strict files: `image`, `hyperlink`, `styles`. */
  readonly type: string;
  /** A part's name within the package, or for an external one the address as written. */
  readonly target: string;
  readonly external: boolean;
}

/** One part's relationships by id. */
export class Relationships {
  constructor(private readonly byId: ReadonlyMap<string, Relationship>) {}

  get(id: string | undefined): Relationship | undefined {
    return id === undefined ? undefined : this.byId.get(id);
  }

  /** The targets of that type within the package, in the order of the file. */
  targets(type: string): string[] {
    return [...this.byId.values()].filter((one) => one.type === type && !one.external).map((one) => one.target);
  }

  target(type: string): string | undefined {
    return this.targets(type)[0];
  }
}

/** The relationships of a part, or of the whole package when `part` is ''. None is an empty set. */
export async function readRelationships(pkg: ZipPackage, part: string): Promise<Relationships> {
  const folder = path.dirname(part);
  const bytes = await pkg.read(path.join(folder, '_rels', `${path.basename(part)}.rels`));
  const byId = new Map<string, Relationship>();
  for (const element of bytes ? parseXml(bytes).elements('rel:Relationship') : []) {
    const id = element.attribute('Id');
    const target = element.attribute('Target');
    if (id === undefined || target === undefined) continue;
    const external = element.attribute('TargetMode') === 'External';
    byId.set(id, {
      type: (element.attribute('Type') ?? '').split('/').at(-1) ?? '',
      target: external ? target : resolveTarget(folder, target),
      external,
    });
  }
  return new Relationships(byId);
}

/** Joins a relationship's target to the folder of its part; a leading slash means the package's root. */
function resolveTarget(folder: string, target: string): string {
  return path.join('/', target.startsWith('/') ? '' : folder, target).slice(1);
}

/** A part as a tree, or undefined when the package has none of that name. */
export async function readXmlPart(pkg: ZipPackage, name: string | undefined): Promise<XmlElement | undefined> {
  const bytes = name === undefined ? undefined : await pkg.read(name);
  return bytes && parseXml(bytes);
}

/**
 * The name of an OOXML package's main part.
 *
 * @throws AppError E004 when the package names none or lacks it.
 */
export async function mainPartName(pkg: ZipPackage): Promise<string> {
  const name = (await readRelationships(pkg, '')).target('officeDocument');
  if (name === undefined || !pkg.has(name)) throw new AppError('E004', 'The package has no main document');
  return name;
}
