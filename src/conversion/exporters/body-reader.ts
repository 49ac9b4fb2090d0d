import { AppError } from '../../errors.js';
import {
  resolve,
  type CodeItem,
  type DoclingDocument,
  type DocumentNode,
  type ListItem,
  type PictureItem,
  type Ref,
  type TableCell,
  type TableItem,
  type TextItem,
} from '../document/docling-document.js';
import { LIMITS } from '../limits.js';

/** An item that captions and footnotes belong to. */
type FloatingItem = PictureItem | TableItem | CodeItem;

/** Levels of a document: each nested list is two, its group and the item that holds it. */
const DEPTH = 4 * LIMITS.depth;

/**
 * The body of a document in reading order: without furniture and notes, and without what is shown
 * elsewhere: captions and footnotes with the item they belong to, rich cells in their table.
 */
export class BodyReader {
  private readonly shownElsewhere = new Set<string>();

  constructor(private readonly document: DoclingDocument) {
    const { pictures, tables, texts } = document;
    const floating: FloatingItem[] = [...pictures, ...tables, ...texts.filter((text) => text.label === 'code')];
    for (const item of floating) {
      for (const ref of [...item.captions, ...item.footnotes]) this.shownElsewhere.add(ref.$ref);
    }
    for (const table of tables) {
      // Only a table with rich cells has children beside its captions.
      if (table.children.length === 0) continue;
      for (const cell of table.data.table_cells) if (cell.ref) this.shownElsewhere.add(cell.ref.$ref);
    }
  }

  get body(): DocumentNode {
    return this.document.body;
  }

  /**
   * The text inside a picture is a part of what it shows, and stands in the JSON only.
   *
   * @throws AppError E305 when `node` stands at a `depth` that no real document reaches.
   */
  children(node: DocumentNode, depth: number): DocumentNode[] {
    if (depth > DEPTH) throw new AppError('E305', `The document is nested deeper than ${DEPTH} levels.`);
    if (node.label === 'picture' || node.label === 'chart') return [];
    return node.children
      .filter((ref) => !this.shownElsewhere.has(ref.$ref))
      .map((ref) => resolve(this.document, ref))
      .filter((child): child is DocumentNode => child !== undefined && isShown(child));
  }

  captions(item: FloatingItem): TextItem[] {
    return this.texts(item.captions);
  }

  footnotes(item: FloatingItem): TextItem[] {
    return this.texts(item.footnotes);
  }

  /** The group with the content of a rich cell. */
  richContent(cell: TableCell): DocumentNode | undefined {
    return cell.ref && resolve(this.document, cell.ref);
  }

  private texts(refs: readonly Ref[]): TextItem[] {
    return refs
      .map((ref) => resolve(this.document, ref))
      .filter((node): node is TextItem => node !== undefined && isText(node) && isShown(node));
  }
}

function isShown(node: DocumentNode): boolean {
  return node.content_layer === 'body' && node.label !== 'page_header' && node.label !== 'page_footer';
}

export function isText(node: DocumentNode): node is TextItem {
  return 'text' in node;
}

export function isListItem(node: DocumentNode): node is ListItem {
  return node.label === 'list_item';
}

export function isInline(node: DocumentNode): boolean {
  return node.label === 'inline';
}

export function isList(node: DocumentNode): boolean {
  return node.label === 'list' || node.label === 'ordered_list';
}
