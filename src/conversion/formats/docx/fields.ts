import type { XmlElement } from '../../package/xml-tree.js';
import { integer, isOn, value } from './styles.js';

const LINK_FIELD = /^\s*HYPERLINK\s+(?:"([^"]+)"|([^\s"\\]\S*))/;
const LINK_ANCHOR = /\\l\s+"([^"]+)"/;

/** A complex field: between its `begin` and `separate` stands the instruction, then the result until `end`. */
interface Field {
  instruction: string;
  inResult: boolean;
  /** Where the result leads, by this field or by one around it. */
  link: string | undefined;
}

/** The complex fields that are open at one place of a paragraph, outermost first. */
export class Fields {
  private readonly open: Field[] = [];
  /** Open fields whose result has not begun. */
  private instructions = 0;

  /** Whether what stands here is shown: it is, unless it belongs to an instruction. */
  get isShown(): boolean {
    return this.instructions === 0;
  }

  /** Where a link leads that the text here is the result of. */
  get link(): string | undefined {
    return this.open.at(-1)?.link;
  }

  /** Reads a `w:fldChar`. Returns the text that it stands for by itself: a form's check box or choice. */
  readCharacter(element: XmlElement): string {
    const type = element.attribute('w:fldCharType');
    const last = this.open.at(-1);
    if (type === 'begin') {
      this.open.push({ instruction: '', inResult: false, link: last?.link });
      this.instructions += 1;
      return formText(element.child('w:ffData'));
    }
    if (type === 'separate' && last && !last.inResult) {
      last.inResult = true;
      last.link ??= linkOf(last.instruction);
      this.instructions -= 1;
    } else if (type === 'end' && this.open.pop()?.inResult === false) this.instructions -= 1;
    return '';
  }

  readInstruction(element: XmlElement): void {
    const field = this.open.at(-1);
    if (field && !field.inResult) field.instruction += element.text;
  }
}

/** The address that a `HYPERLINK` instruction names. */
export function linkOf(instruction: string): string | undefined {
  const [, quoted, plain] = LINK_FIELD.exec(instruction) ?? [];
  const address = quoted ?? plain;
  const anchor = LINK_ANCHOR.exec(instruction)?.[1];
  return address !== undefined && anchor !== undefined ? `${address}#${anchor}` : address;
}

function formText(form: XmlElement | undefined): string {
  const box = form?.child('w:checkBox');
  if (box) {
    const state = box.child('w:checked') ?? box.child('w:default');
    return tickBox(state !== undefined && isOn(value(state)));
  }
  const list = form?.child('w:ddList');
  const choice = integer(value(list?.child('w:result') ?? list?.child('w:default'))) ?? 0;
  return value(list?.elements('w:listEntry')[choice]) ?? '';
}

export function tickBox(checked: boolean): string {
  return checked ? '☒' : '☐';
}
