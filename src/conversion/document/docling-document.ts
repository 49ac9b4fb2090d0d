/**
 * The DoclingDocument, the one form between every format and every export: the subset of
 * docling-core's schema (version 1.7.0) that the built-in converter writes. Names are docling's
 * own (snake_case), since the JSON result is this object.
 */
export const SCHEMA_NAME = 'DoclingDocument';
export const SCHEMA_VERSION = '1.7.0';

export interface Ref {
  readonly $ref: string;
}

export type ContentLayer = 'body' | 'furniture' | 'notes';

/** Box on a page in points; `TOPLEFT` counts y downwards from the page's top. */
export interface BoundingBox {
  l: number;
  t: number;
  r: number;
  b: number;
  coord_origin: 'TOPLEFT' | 'BOTTOMLEFT';
}

/** Where an item stands: 1-based page, box, and the characters of `text` that it covers. */
export interface Provenance {
  page_no: number;
  bbox: BoundingBox;
  charspan: [number, number];
}

export interface Formatting {
  bold: boolean;
  italic: boolean;
  underline: boolean;
  strikethrough: boolean;
  script: 'baseline' | 'sub' | 'super';
}

interface NodeBase {
  self_ref: string;
  parent?: Ref;
  children: Ref[];
  content_layer: ContentLayer;
}

export type GroupLabel =
  'unspecified' | 'list' | 'ordered_list' | 'inline' | 'chapter' | 'section' | 'sheet' | 'slide' | 'comment_section';

/**
 * The children of a group labelled `inline` are one line: they bring their own spaces, and exports
 * join them without adding any.
 */
export interface GroupItem extends NodeBase {
  name: string;
  label: GroupLabel;
}

interface TextBase extends NodeBase {
  prov: Provenance[];
  /** As it stands in the source. */
  orig: string;
  /** Normalised: what the exports show. */
  text: string;
  formatting?: Formatting;
  hyperlink?: string;
}

export interface ParagraphItem extends TextBase {
  label:
    | 'text'
    | 'title'
    | 'paragraph'
    | 'caption'
    | 'footnote'
    | 'page_header'
    | 'page_footer'
    | 'reference'
    | 'checkbox_selected'
    | 'checkbox_unselected';
}

export interface SectionHeaderItem extends TextBase {
  label: 'section_header';
  /** 1 is the level below the title: `##` in Markdown, `<h2>` in HTML. */
  level: number;
}

export interface ListItem extends TextBase {
  label: 'list_item';
  enumerated: boolean;
  /** What stands before the item: `-`, or its number as `1.`. */
  marker: string;
}

interface FloatingBase {
  captions: Ref[];
  references: Ref[];
  footnotes: Ref[];
}

export interface CodeItem extends TextBase, FloatingBase {
  label: 'code';
  code_language: string;
}

/** `text` is LaTeX, without dollar signs. */
export interface FormulaItem extends TextBase {
  label: 'formula';
}

export type TextItem = ParagraphItem | SectionHeaderItem | ListItem | CodeItem | FormulaItem;

/** `provenance` of a description that the source itself gives: its alternative text. */
export const FROM_SOURCE = 'source';

export interface PictureItem extends NodeBase, FloatingBase {
  label: 'picture' | 'chart';
  prov: Provenance[];
  annotations: { kind: 'description'; text: string; provenance: string }[];
}

export interface TableCell {
  row_span: number;
  col_span: number;
  start_row_offset_idx: number;
  end_row_offset_idx: number;
  start_col_offset_idx: number;
  end_col_offset_idx: number;
  text: string;
  column_header: boolean;
  row_header: boolean;
  row_section: boolean;
  /** The group below the table that holds the cell's content, where `text` alone would lose links or pictures. */
  ref?: Ref;
}

export interface TableData {
  /** Every cell once, a spanning one too. */
  table_cells: TableCell[];
  num_rows: number;
  num_cols: number;
  /** `grid[row][column]`; a spanning cell stands at each place it covers. */
  grid: TableCell[][];
}

export interface TableItem extends NodeBase, FloatingBase {
  label: 'table';
  prov: Provenance[];
  data: TableData;
}

export interface PageItem {
  page_no: number;
  /** Points for PDF; 0 where the format knows no pages of a size. */
  size: { width: number; height: number };
}

export interface DoclingDocument {
  schema_name: typeof SCHEMA_NAME;
  version: typeof SCHEMA_VERSION;
  name: string;
  origin: { mimetype: string; binary_hash: number; filename: string };
  furniture: GroupItem;
  body: GroupItem;
  groups: GroupItem[];
  texts: TextItem[];
  pictures: PictureItem[];
  tables: TableItem[];
  key_value_items: [];
  form_items: [];
  pages: Record<string, PageItem>;
}

export type DocumentNode = GroupItem | TextItem | PictureItem | TableItem;

/** The node a reference names, or undefined when it names none. */
export function resolve(document: DoclingDocument, ref: Ref): DocumentNode | undefined {
  const [, list, index] = ref.$ref.split('/');
  if (list === 'body' || list === 'furniture') return document[list];
  if (list === 'groups' || list === 'texts' || list === 'pictures' || list === 'tables')
    return document[list][Number(index)];
  return undefined;
}
