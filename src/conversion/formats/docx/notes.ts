import type { XmlElement } from '../../package/xml-tree.js';

export type NoteKind = 'footnote' | 'endnote';

export interface CitedNote {
  readonly kind: NoteKind;
  /** As it stands in the text, `[1]`. */
  readonly mark: string;
  readonly element: XmlElement;
}

/** Footnotes and endnotes: cited while the text is read, written out when it is done. */
export class Notes {
  private readonly elements = new Map<string, XmlElement>();
  private readonly marks = new Map<string, string>();
  private readonly pending: CitedNote[] = [];

  constructor(footnotes: XmlElement | undefined, endnotes: XmlElement | undefined) {
    this.collect('footnote', footnotes);
    this.collect('endnote', endnotes);
  }

  /** The mark to put into the text; '' when there is no such note. */
  cite(kind: NoteKind, id: string | undefined): string {
    const key = `${kind} ${id ?? ''}`;
    const element = this.elements.get(key);
    if (!element) return '';
    const known = this.marks.get(key);
    if (known !== undefined) return known;
    const mark = `[${this.marks.size + 1}]`;
    this.marks.set(key, mark);
    this.pending.push({ kind, mark, element });
    return mark;
  }

  /** The notes cited since the last call, in the order of their marks. */
  takeCited(): CitedNote[] {
    return this.pending.splice(0);
  }

  private collect(kind: NoteKind, root: XmlElement | undefined): void {
    for (const element of root?.elements(`w:${kind}`) ?? [])
      this.elements.set(`${kind} ${element.attribute('w:id') ?? ''}`, element);
  }
}
