import { CODE_LANGUAGES } from './code-language.js';
import { SCHEMA_NAME, SCHEMA_VERSION } from './docling-document.js';

type Schema = Readonly<Record<string, unknown>>;

const string = { type: 'string' };
const boolean = { type: 'boolean' };
const number = { type: 'number' };
const index = { type: 'integer', minimum: 0 };
const ref = object({ $ref: { type: 'string', pattern: '^#/(body|furniture|(groups|texts|pictures|tables)/\\d+)$' } });
const refs = arrayOf(ref);

/** An object with exactly these members; those named in `optional` may be missing. */
function object(properties: Readonly<Record<string, unknown>>, optional: readonly string[] = []): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, required, additionalProperties: false };
}

function arrayOf(items: unknown): Schema {
  return { type: 'array', items };
}

const provenance = object({
  page_no: { type: 'integer', minimum: 1 },
  bbox: object({ l: number, t: number, r: number, b: number, coord_origin: { enum: ['TOPLEFT', 'BOTTOMLEFT'] } }),
  charspan: { type: 'array', items: index, minItems: 2, maxItems: 2 },
});

const formatting = object({
  bold: boolean,
  italic: boolean,
  underline: boolean,
  strikethrough: boolean,
  script: { enum: ['baseline', 'sub', 'super'] },
});

function node(list: string): Schema {
  return {
    self_ref: { type: 'string', pattern: `^#/${list}/\\d+$` },
    parent: ref,
    children: refs,
    content_layer: { enum: ['body', 'furniture', 'notes'] },
  };
}

function root(name: 'body' | 'furniture'): Schema {
  return object({
    self_ref: { const: `#/${name}` },
    children: refs,
    content_layer: { const: name },
    name: { const: '_root_' },
    label: { const: 'unspecified' },
  });
}

const group = object({
  ...node('groups'),
  name: string,
  label: {
    enum: [
      ...['unspecified', 'list', 'ordered_list', 'inline', 'chapter', 'section'],
      ...['sheet', 'slide', 'comment_section'],
    ],
  },
});

const text = { ...node('texts'), prov: arrayOf(provenance), orig: string, text: string, formatting, hyperlink: string };
const optionalOfText = ['formatting', 'hyperlink'];
const floating = { captions: refs, references: refs, footnotes: refs };

const paragraphLabels = [
  ...['text', 'title', 'paragraph', 'caption', 'footnote', 'page_header', 'page_footer', 'reference'],
  ...['checkbox_selected', 'checkbox_unselected'],
];

const textItem = {
  oneOf: [
    object({ ...text, label: { enum: paragraphLabels } }, optionalOfText),
    object({ ...text, label: { const: 'section_header' }, level: { type: 'integer', minimum: 1 } }, optionalOfText),
    object({ ...text, label: { const: 'list_item' }, enumerated: boolean, marker: string }, optionalOfText),
    object({ ...text, ...floating, label: { const: 'code' }, code_language: { enum: CODE_LANGUAGES } }, optionalOfText),
    object({ ...text, label: { const: 'formula' } }, optionalOfText),
  ],
};

const picture = object({
  ...node('pictures'),
  ...floating,
  label: { enum: ['picture', 'chart'] },
  prov: arrayOf(provenance),
  annotations: arrayOf(object({ kind: { const: 'description' }, text: string, provenance: string })),
});

const cell = object(
  {
    row_span: { type: 'integer', minimum: 1 },
    col_span: { type: 'integer', minimum: 1 },
    start_row_offset_idx: index,
    end_row_offset_idx: index,
    start_col_offset_idx: index,
    end_col_offset_idx: index,
    text: string,
    column_header: boolean,
    row_header: boolean,
    row_section: boolean,
    ref,
  },
  ['ref'],
);

const table = object({
  ...node('tables'),
  ...floating,
  label: { const: 'table' },
  prov: arrayOf(provenance),
  data: object({ table_cells: arrayOf(cell), num_rows: index, num_cols: index, grid: arrayOf(arrayOf(cell)) }),
});

const pages = {
  type: 'object',
  additionalProperties: object({
    page_no: { type: 'integer', minimum: 1 },
    size: object({ width: { type: 'number', minimum: 0 }, height: { type: 'number', minimum: 0 } }),
  }),
};

/**
 * JSON Schema (draft 7) of the documents that the converter writes: a subset of docling-core's
 * DoclingDocument, so that what fits it can be loaded there.
 */
export const doclingDocumentSchema: Schema = object({
  schema_name: { const: SCHEMA_NAME },
  version: { const: SCHEMA_VERSION },
  name: string,
  origin: object({ mimetype: string, binary_hash: index, filename: string }),
  furniture: root('furniture'),
  body: root('body'),
  groups: arrayOf(group),
  texts: arrayOf(textItem),
  pictures: arrayOf(picture),
  tables: arrayOf(table),
  key_value_items: { type: 'array', maxItems: 0 },
  form_items: { type: 'array', maxItems: 0 },
  pages,
});
