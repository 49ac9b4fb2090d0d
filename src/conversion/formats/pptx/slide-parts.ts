import { AppError } from '../../../errors.js';
import { LIMITS } from '../../limits.js';
import { readRelationships, readXmlPart, type Relationships } from '../../package/relationships.js';
import type { XmlElement } from '../../package/xml-tree.js';
import type { ZipPackage } from '../../package/zip-package.js';
import { PlaceholderIndex } from './placeholders.js';

/** EMU in a point. */
export const EMU_PER_POINT = 12_700;

type Inherited = Pick<SlideParts, 'layoutPlaceholders' | 'masterPlaceholders' | 'textStyles'>;

export interface Presentation {
  /** Part names in the order of the show. */
  readonly slides: readonly string[];
  /** Points. */
  readonly width: number;
  readonly height: number;
}

/** A slide and what it inherits from. */
export interface SlideParts {
  readonly root: XmlElement;
  readonly relationships: Relationships;
  readonly layoutPlaceholders: PlaceholderIndex;
  readonly masterPlaceholders: PlaceholderIndex;
  /** The master's `p:txStyles`. */
  readonly textStyles: XmlElement | undefined;
}

/** @throws AppError E004 when the part is no presentation, E305 when it has more slides than the limit. */
export function readPresentation(root: XmlElement | undefined, relationships: Relationships): Presentation {
  if (root?.name !== 'p:presentation') throw new AppError('E004', 'The package has no presentation');
  const slides = (root.child('p:sldIdLst')?.elements('p:sldId') ?? [])
    .map((element) => relationships.get(element.attribute('r:id')))
    .flatMap((relationship) => (relationship && !relationship.external ? [relationship.target] : []));
  if (slides.length > LIMITS.pages)
    throw new AppError('E305', 'The presentation has more slides than the converter takes');
  const size = root.child('p:sldSz');
  const points = (name: string) => (Number(size?.attribute(name)) || 0) / EMU_PER_POINT;
  return { slides, width: points('cx'), height: points('cy') };
}

/** Reads slides, keeping the layouts and masters that they share. */
export class SlideReader {
  private readonly layouts = new Map<string, Inherited>();

  constructor(private readonly pkg: ZipPackage) {}

  /** The slide of that part name, or undefined when the package lacks it. */
  async read(part: string): Promise<SlideParts | undefined> {
    const root = await readXmlPart(this.pkg, part);
    if (!root) return undefined;
    const relationships = await readRelationships(this.pkg, part);
    return { root, relationships, ...(await this.inherited(relationships.target('slideLayout'))) };
  }

  private async inherited(layoutPart: string | undefined): Promise<Inherited> {
    const known = this.layouts.get(layoutPart ?? '');
    if (known) return known;
    const layout = await readXmlPart(this.pkg, layoutPart);
    const masterPart = layoutPart && (await readRelationships(this.pkg, layoutPart)).target('slideMaster');
    const master = await readXmlPart(this.pkg, masterPart);
    const inherited = {
      layoutPlaceholders: new PlaceholderIndex(layout),
      masterPlaceholders: new PlaceholderIndex(master),
      textStyles: master?.child('p:txStyles'),
    };
    this.layouts.set(layoutPart ?? '', inherited);
    return inherited;
  }
}
