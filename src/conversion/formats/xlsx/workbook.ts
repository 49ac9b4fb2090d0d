import { AppError } from '../../../errors.js';
import type { Relationships } from '../../package/relationships.js';
import type { XmlElement } from '../../package/xml-tree.js';

export interface Sheet {
  readonly name: string;
  /** Its part's name. */
  readonly part: string;
  /** A sheet that is only a chart has no cells. */
  readonly isChart: boolean;
}

export interface Workbook {
  /** Visible ones, in the order of the tabs. */
  readonly sheets: readonly Sheet[];
  /** Days are counted from 1904, as old Macs did. */
  readonly date1904: boolean;
}

/** @throws AppError E004 when the part is no workbook. */
export function readWorkbook(root: XmlElement | undefined, relationships: Relationships): Workbook {
  if (root?.name !== 'x:workbook') throw new AppError('E004', 'The package has no workbook');
  const date1904 = root.child('x:workbookPr')?.attribute('date1904') ?? '0';
  return { sheets: visibleSheets(root, relationships), date1904: date1904 === '1' || date1904 === 'true' };
}

function visibleSheets(root: XmlElement, relationships: Relationships): Sheet[] {
  return (root.child('x:sheets')?.elements('x:sheet') ?? []).flatMap((element) => {
    const relationship = relationships.get(element.attribute('r:id'));
    const state = element.attribute('state') ?? 'visible';
    if (state !== 'visible' || !relationship || relationship.external) return [];
    const { type, target } = relationship;
    if (type !== 'worksheet' && type !== 'chartsheet') return [];
    return [{ name: element.attribute('name') ?? '', part: target, isChart: type === 'chartsheet' }];
  });
}
