import type { ListItem } from '../document/docling-document.js';

/** How an item is marked: by its number, by a label of its own (`a)`, `1.1.`), or by a bullet. */
export type ListMarker = { kind: 'number'; value: number } | { kind: 'label'; text: string } | { kind: 'bullet' };

/** `position` is the item's place in its list, from 1; it counts where an ordered item brings no number. */
export function listMarker(item: ListItem, position: number): ListMarker {
  const marker = item.marker.trim();
  if (item.enumerated && marker === '') return { kind: 'number', value: position };
  const number = /^(\d{1,9})[.)]?$/.exec(marker)?.[1];
  if (item.enumerated && number !== undefined) return { kind: 'number', value: Number(number) };
  // A lone letter without a full stop or bracket is a bullet drawn with a symbol font.
  if (/[\p{L}\p{N}]/u.test(marker) && (/[.)\]:]$/.test(marker) || /\d/.test(marker)))
    return { kind: 'label', text: marker };
  return { kind: 'bullet' };
}
