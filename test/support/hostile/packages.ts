import { deflateRawSync } from 'node:zlib';
import { overlapping, rawZip, type RawEntry } from './raw-zip.js';

export type OfficeKind = 'docx' | 'xlsx' | 'pptx';

const OOXML = 'http://schemas.openxmlformats.org';
const RELATIONSHIPS = `${OOXML}/officeDocument/2006/relationships`;

interface Kind {
  /** The part that the document is. */
  readonly main: string;
  readonly type: string;
  /** Parts without which there is nothing to read, beside the main one. */
  readonly others: Readonly<Record<string, string>>;
  /** A whole main part with this text or, where the main part only points, none. */
  readonly content: (inner: string) => string;
}

const namespaces = `xmlns:w="${OOXML}/wordprocessingml/2006/main" xmlns:r="${RELATIONSHIPS}" xmlns:p="${OOXML}/presentationml/2006/main" xmlns:a="${OOXML}/drawingml/2006/main"`;

const KINDS: Readonly<Record<OfficeKind, Kind>> = {
  docx: {
    main: 'word/document.xml',
    type: 'wordprocessingml.document',
    others: {},
    content: (inner) => `<w:document ${namespaces}><w:body>${inner}</w:body></w:document>`,
  },
  xlsx: {
    main: 'xl/worksheets/sheet1.xml',
    type: 'spreadsheetml.sheet',
    others: {
      'xl/workbook.xml': `<workbook xmlns="${OOXML}/spreadsheetml/2006/main" xmlns:r="${RELATIONSHIPS}"><sheets><sheet name="Data" sheetId="1" r:id="r1"/></sheets></workbook>`,
      'xl/_rels/workbook.xml.rels': relationship('worksheet', 'worksheets/sheet1.xml'),
    },
    content: (inner) =>
      `<worksheet xmlns="${OOXML}/spreadsheetml/2006/main"><sheetData>${inner}</sheetData></worksheet>`,
  },
  pptx: {
    main: 'ppt/slides/slide1.xml',
    type: 'presentationml.presentation',
    others: {
      'ppt/presentation.xml': `<p:presentation ${namespaces}><p:sldIdLst><p:sldId id="256" r:id="r1"/></p:sldIdLst></p:presentation>`,
      'ppt/_rels/presentation.xml.rels': relationship('slide', 'slides/slide1.xml'),
    },
    content: (inner) => `<p:sld ${namespaces}><p:cSld><p:spTree>${inner}</p:spTree></p:cSld></p:sld>`,
  },
};

/** The part of a kind in which its content stands. */
export function mainPart(kind: OfficeKind): string {
  return KINDS[kind].main;
}

/** That part as a whole, around `inner`. */
export function mainContent(kind: OfficeKind, inner: string): string {
  return KINDS[kind].content(inner);
}

/** An Office document whose main part is `main`, or the entry given for it, with further entries behind. */
export function officeFile(kind: OfficeKind, main: string | RawEntry, further: readonly RawEntry[] = []): Buffer {
  const { main: mainName, type, others } = KINDS[kind];
  const root = Object.keys(others)[0] ?? mainName;
  return rawZip([
    stored('[Content_Types].xml', contentTypes(root, type)),
    stored('_rels/.rels', relationship('officeDocument', root)),
    ...Object.entries(others).map(([name, content]) => stored(name, content)),
    typeof main === 'string' ? stored(mainName, main) : main,
    ...further,
  ]);
}

/** A workbook with one sheet of so many rows and columns, with `further` rows behind; `type` is that of every cell. */
export function workbookRows(
  rows: number,
  columns: number,
  type: 'n' | 'inlineStr',
  cell: (row: number, column: number) => string,
  further = '',
): Buffer {
  const lines = Array.from({ length: rows }, (_, row) => {
    const cells = Array.from({ length: columns }, (_, column) => `<c t="${type}">${cell(row, column)}</c>`);
    return `<row>${cells.join('')}</row>`;
  });
  const content = Buffer.from(mainContent('xlsx', lines.join('') + further));
  const entry: RawEntry = {
    name: mainPart('xlsx'),
    method: 'deflated',
    data: deflateRawSync(content, { level: 1 }),
    declaredBytes: content.length,
  };
  return officeFile('xlsx', entry);
}

/** A workbook with so many sheets, all of which are the bytes of `sheet`, which are there once. */
export function sheetsFile(count: number, sheet: RawEntry): Buffer {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const sheets = numbers.map((number) => `<sheet name="${number}" sheetId="${number}" r:id="r${number}"/>`).join('');
  const targets = numbers.map((number) => relationshipItem(`r${number}`, 'worksheet', `worksheets/${number}.xml`));
  return rawZip([
    stored('[Content_Types].xml', contentTypes('xl/workbook.xml', KINDS.xlsx.type)),
    stored('_rels/.rels', relationships(relationshipItem('r1', 'officeDocument', 'xl/workbook.xml'))),
    stored(
      'xl/workbook.xml',
      `<workbook xmlns="${OOXML}/spreadsheetml/2006/main" xmlns:r="${RELATIONSHIPS}"><sheets>${sheets}</sheets></workbook>`,
    ),
    stored('xl/_rels/workbook.xml.rels', relationships(targets.join(''))),
    { ...sheet, name: 'xl/worksheets/1.xml' },
    ...numbers.slice(1).map((number) => overlapping(sheet, `xl/worksheets/${number}.xml`)),
  ]);
}

/** An OpenDocument text whose content is `content`, or the entry given for it. */
export function odtFile(content: string | RawEntry, further: readonly RawEntry[] = []): Buffer {
  return rawZip([
    stored('mimetype', 'application/vnd.oasis.opendocument.text'),
    typeof content === 'string' ? stored('content.xml', content) : content,
    ...further,
  ]);
}

/** The whole `content.xml` of an OpenDocument text around `inner`. */
export function odtContent(inner: string): string {
  const oasis = 'urn:oasis:names:tc:opendocument:xmlns';
  return `<office:document-content xmlns:office="${oasis}:office:1.0" xmlns:text="${oasis}:text:1.0" xmlns:table="${oasis}:table:1.0"><office:body><office:text>${inner}</office:text></office:body></office:document-content>`;
}

export function stored(name: string, content: string): RawEntry {
  return { name, data: Buffer.from(content) };
}

function contentTypes(part: string, type: string): string {
  return `<Types xmlns="${OOXML}/package/2006/content-types"><Override PartName="/${part}" ContentType="application/vnd.openxmlformats-officedocument.${type}.main+xml"/></Types>`;
}

function relationship(type: string, target: string): string {
  return relationships(relationshipItem('r1', type, target));
}

function relationshipItem(id: string, type: string, target: string): string {
  return `<Relationship Id="${id}" Type="${RELATIONSHIPS}/${type}" Target="${target}"/>`;
}

function relationships(items: string): string {
  return `<Relationships xmlns="${OOXML}/package/2006/relationships">${items}</Relationships>`;
}
