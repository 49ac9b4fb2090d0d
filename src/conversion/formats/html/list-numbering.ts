import { attribute, childElements } from './elements.js';
import type { HtmlElement } from './parse.js';

/** The markers of a list's items: bullets, or numbers that follow `start`, `value` and `reversed`. */
export class ListNumbering {
  private readonly step: number;
  private next: number;

  constructor(private readonly list: HtmlElement) {
    const reversed = attribute(list, 'reversed') !== undefined;
    this.step = reversed ? -1 : 1;
    this.next = integer(attribute(list, 'start')) ?? (reversed ? childElements(list).length : 1);
  }

  get isOrdered(): boolean {
    return this.list.tagName === 'ol';
  }

  /** `item` is undefined for content that stands in the list without an item of its own. */
  markerOf(item: HtmlElement | undefined): string {
    if (!this.isOrdered) return '-';
    const value = integer(item && attribute(item, 'value')) ?? this.next;
    this.next = value + this.step;
    return `${value}.`;
  }
}

function integer(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*-?\d{1,9}\s*$/.test(text) ? Number(text) : undefined;
}
