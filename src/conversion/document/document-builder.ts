import {
  SCHEMA_NAME,
  SCHEMA_VERSION,
  FROM_SOURCE,
  type BoundingBox,
  type ContentLayer,
  type DoclingDocument,
  type DocumentNode,
  type Formatting,
  type GroupItem,
  type GroupLabel,
  type ListItem,
  type ParagraphItem,
  type PictureItem,
  type Provenance,
  type Ref,
  type TableItem,
  type TextItem,
} from './docling-document.js';
import { AppError } from '../../errors.js';
import { LIMITS } from '../limits.js';
import { canonicalLink } from './canonical-link.js';
import { codeLanguage } from './code-language.js';
import { printable } from './printable.js';
import { layOutTable, type CellRows } from './table-layout.js';

export type { CellInput, CellRows } from './table-layout.js';

/** What every text may carry beside its words. */
export interface TextOptions {
  formatting?: Partial<Formatting>;
  hyperlink?: string;
  /** Where it stands; the page is the one last opened with `page()`. */
  box?: BoundingBox;
  layer?: ContentLayer;
}

export interface DocumentSource {
  fileName: string;
  mimeType: string;
  /** The first 53 bits of the SHA-256 of the input: what a JSON number holds exactly. */
  binaryHash: number;
}

/**
 * Builds a DoclingDocument top to bottom. Every `add…` appends below `parent` (the body when it is
 * left out) and returns the new node, which can be the parent of further ones; beyond `LIMITS.items`
 * it throws AppError E305.
 */
export class DocumentBuilder {
  readonly document: DoclingDocument;
  private pageNo = 0;
  private placesLeft: number = LIMITS.cells;
  private itemsLeft: number = LIMITS.items;

  constructor(source: DocumentSource) {
    const root = (name: 'body' | 'furniture'): GroupItem => ({
      self_ref: `#/${name}`,
      children: [],
      content_layer: name,
      name: '_root_',
      label: 'unspecified',
    });
    this.document = {
      schema_name: SCHEMA_NAME,
      version: SCHEMA_VERSION,
      name: source.fileName.replace(/\.[^./]+$/, '') || source.fileName,
      origin: { mimetype: source.mimeType, binary_hash: source.binaryHash, filename: source.fileName },
      furniture: root('furniture'),
      body: root('body'),
      groups: [],
      texts: [],
      pictures: [],
      tables: [],
      key_value_items: [],
      form_items: [],
      pages: {},
    };
  }

  /** Opens the next page, slide or sheet; later boxes belong to it. Width and height in points. */
  page(width = 0, height = 0): number {
    this.pageNo += 1;
    this.document.pages[String(this.pageNo)] = { page_no: this.pageNo, size: { width, height } };
    return this.pageNo;
  }

  addGroup(label: GroupLabel, name: string, parent?: DocumentNode, layer: ContentLayer = 'body'): GroupItem {
    const group: GroupItem = { ...this.node('groups', layer), name, label };
    return this.attach('groups', group, parent);
  }

  addText(label: ParagraphItem['label'], text: string, parent?: DocumentNode, options: TextOptions = {}): TextItem {
    return this.attach('texts', { label, ...this.text(text, options) }, parent);
  }

  /** `level` 1 is the level below the title. */
  addHeading(level: number, text: string, parent?: DocumentNode, options: TextOptions = {}): TextItem {
    return this.attach(
      'texts',
      { label: 'section_header', level: Math.max(1, level), ...this.text(text, options) },
      parent,
    );
  }

  addListItem(text: string, list: GroupItem, marker: string, options: TextOptions = {}): ListItem {
    const item: ListItem = {
      label: 'list_item',
      enumerated: list.label === 'ordered_list',
      marker,
      ...this.text(text, options),
    };
    return this.attach('texts', item, list);
  }

  /** `language` as people call it; one that Docling does not know becomes `unknown`. */
  addCode(text: string, language = 'unknown', parent?: DocumentNode, options: TextOptions = {}): TextItem {
    return this.attach(
      'texts',
      {
        label: 'code',
        code_language: codeLanguage(language),
        captions: [],
        references: [],
        footnotes: [],
        ...this.text(text, options),
      },
      parent,
    );
  }

  /** `latex` without dollar signs. */
  addFormula(latex: string, parent?: DocumentNode, options: TextOptions = {}): TextItem {
    return this.attach('texts', { label: 'formula', ...this.text(latex, options) }, parent);
  }

  /** `description` is an alternative text, if the source has one. */
  addPicture(
    parent?: DocumentNode,
    description?: string,
    box?: BoundingBox,
    label: PictureItem['label'] = 'picture',
    layer: ContentLayer = 'body',
  ): PictureItem {
    const picture: PictureItem = {
      label,
      ...this.node('pictures', layer),
      prov: this.provenance(box, 0),
      captions: [],
      references: [],
      footnotes: [],
      annotations: description ? [{ kind: 'description', text: printable(description), provenance: FROM_SOURCE }] : [],
    };
    return this.attach('pictures', picture, parent);
  }

  /**
   * `rows` as a browser reads them: a spanned place is left out, later cells move on.
   *
   * @throws AppError E305 when all tables together have more than `LIMITS.cells` places.
   */
  addTable(rows: CellRows, parent?: DocumentNode, box?: BoundingBox, layer: ContentLayer = 'body'): TableItem {
    const data = layOutTable(rows, this.placesLeft);
    this.placesLeft -= data.num_rows * data.num_cols;
    const table: TableItem = {
      label: 'table',
      ...this.node('tables', layer),
      prov: this.provenance(box, 0),
      captions: [],
      references: [],
      footnotes: [],
      data,
    };
    return this.attach('tables', table, parent);
  }

  /** Adds a caption below a picture, table or code. */
  addCaption(text: string, owner: PictureItem | TableItem, options: TextOptions = {}): TextItem {
    const caption = this.addText('caption', text, owner, options);
    owner.captions.push({ $ref: caption.self_ref });
    return caption;
  }

  private node(list: 'groups' | 'texts' | 'pictures' | 'tables', layer: ContentLayer) {
    return { self_ref: `#/${list}/${this.document[list].length}`, children: [] as Ref[], content_layer: layer };
  }

  private text(source: string, options: TextOptions) {
    const text = printable(source);
    return {
      ...this.node('texts', options.layer ?? 'body'),
      prov: this.provenance(options.box, text.length),
      orig: text,
      text,
      ...(options.formatting && {
        formatting: {
          bold: false,
          italic: false,
          underline: false,
          strikethrough: false,
          script: 'baseline' as const,
          ...options.formatting,
        },
      }),
      ...(options.hyperlink && { hyperlink: canonicalLink(options.hyperlink) }),
    };
  }

  private provenance(box: BoundingBox | undefined, length: number): Provenance[] {
    return box && this.pageNo > 0 ? [{ page_no: this.pageNo, bbox: box, charspan: [0, length] }] : [];
  }

  private attach<T extends DocumentNode>(
    list: 'groups' | 'texts' | 'pictures' | 'tables',
    item: T,
    parent?: DocumentNode,
  ): T {
    this.itemsLeft -= 1;
    if (this.itemsLeft < 0) throw new AppError('E305', `The document has more than ${LIMITS.items} items.`);
    const owner = parent ?? (item.content_layer === 'furniture' ? this.document.furniture : this.document.body);
    item.parent = { $ref: owner.self_ref };
    (this.document[list] as DocumentNode[]).push(item);
    owner.children.push({ $ref: item.self_ref });
    return item;
  }
}
