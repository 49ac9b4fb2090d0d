import type { XmlElement } from '../../package/xml-tree.js';
import type { StyleSheet } from './styles.js';

/** What is more than text: structure, links, and whatever stands beside the text. */
const RICH = new Set(['text:list', 'text:a', 'table:table', 'office:annotation']);

/** Whether text alone would lose links, formatting, structure or shapes of a cell. */
export function isRich(cell: XmlElement, styles: StyleSheet): boolean {
  return cell.elements().some((element) => {
    if (RICH.has(element.name) || element.name.startsWith('draw:')) return true;
    if (element.name === 'text:span') {
      const format = styles.textFormat(element.attribute('text:style-name'));
      if (Object.values(format).some((value) => value !== false && value !== 'baseline')) return true;
    }
    return isRich(element, styles);
  });
}
