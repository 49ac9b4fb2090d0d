import { AppError } from '../../../errors.js';
import type { Relationships } from '../../package/relationships.js';
import type { XmlElement } from '../../package/xml-tree.js';

export interface Sheet {
  readonly name: string;
  /** Its part's name. */
  readonly part: string;
  /** A sheet that is only a chart has no cells. */
  readonly isChart: boolean;
  readonly isVisible: boolean;
}

export interface Workbook {
  /** In the order of the tabs. */
  readonly sheets: readonly Sheet[];
  /** Days are counted from 1904, as old Macs did. */
  readonly date1904: boolean;
}

/** @throws AppError E004 when the part is no workbook. */
export function readWorkbook(root: XmlElement | undefined, relationships: Relationships): Workbook {
  if (root?.name !== 'x:workbook') throw new AppError('E004', 'The package has no workbook');
  const date1904 = root.child('x:workbookPr')?.attribute('date1904') ?? '0';
  return { sheets: readSheets(root, relationships), date1904: date1904 === '1' || date1904 === 'true' };
}

function readSheets(root: XmlElement, relationships: Relationships): Sheet[] {
  return (root.child('x:sheets')?.elements('x:sheet') ?? []).flatMap((element) => {
    const relationship = relationships.get(element.attribute('r:id'));
    if (!relationship || relationship.external) return [];
    const { type, target } = relationship;
    if (type !== 'worksheet' && type !== 'chartsheet') return [];
    const isVisible = (element.attribute('state') ?? 'visible') === 'visible';
    return [{ name: element.attribute('name') ?? '', part: target, isChart: type === 'chartsheet', isVisible }];
  });
}
