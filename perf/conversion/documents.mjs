import yazl from 'yazl';
import { writePlainPdf } from './plain-pdf.mjs';

/**
 * Documents that say the same in every format, made anew on each run: headings, paragraphs, lists
 * and tables in sections, of which a small one has 2, a medium one 20 and a large one 200. Images are
 * left out: what they take is what character recognition takes.
 *
 * @typedef {{ format: string, extension: string, make: (sections: number) => Promise<Buffer> | Buffer }} DocumentKind
 */

/** @type {Readonly<Record<string, number>>} */
export const SIZES = Object.freeze({ small: 2, medium: 20, large: 200 });

const WORDS =
  'the pear tree in the old garden bears fruit every second year and its leaves turn red when autumn comes early'.split(
    ' ',
  );
const OOXML = 'http://schemas.openxmlformats.org';
const OASIS = 'urn:oasis:names:tc:opendocument:xmlns';
const RELATIONSHIPS = `${OOXML}/officeDocument/2006/relationships`;
const ITEMS = 5;
const PARAGRAPHS = 6;
const ROWS = 8;
const COLUMNS = 5;

/** @type {readonly DocumentKind[]} */
export const KINDS = [
  { format: 'pdf', extension: '.pdf', make: (sections) => writePlainPdf(pagesOf(sections)) },
  { format: 'docx', extension: '.docx', make: docx },
  { format: 'xlsx', extension: '.xlsx', make: (sections) => xlsx(sections * 20, COLUMNS * 2) },
  { format: 'pptx', extension: '.pptx', make: pptx },
  { format: 'odt', extension: '.odt', make: odt },
  {
    format: 'html',
    extension: '.html',
    make: (sections) => Buffer.from(`<!doctype html><html><body>${all(sections, html)}`),
  },
  { format: 'markdown', extension: '.md', make: (sections) => Buffer.from(all(sections, markdown)) },
  {
    format: 'csv',
    extension: '.csv',
    make: (sections) => Buffer.from(all(sections * 20, (row) => `${cells(row).join()}\n`)),
  },
  { format: 'text', extension: '.txt', make: (sections) => Buffer.from(all(sections, text)) },
];

/**
 * A workbook of one sheet of numbers.
 *
 * @param {number} rows
 * @param {number} columns
 */
export function xlsx(rows, columns) {
  const row = (/** @type {number} */ y) =>
    `<row>${Array.from({ length: columns }, (_, x) => `<c><v>${y * columns + x + 0.5}</v></c>`).join('')}</row>`;
  return office('spreadsheetml.sheet', 'xl/workbook.xml', {
    'xl/workbook.xml': `<workbook xmlns="${OOXML}/spreadsheetml/2006/main" xmlns:r="${RELATIONSHIPS}"><sheets><sheet name="Data" sheetId="1" r:id="r1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relationships([['worksheet', 'worksheets/sheet1.xml']]),
    'xl/worksheets/sheet1.xml': `<worksheet xmlns="${OOXML}/spreadsheetml/2006/main"><sheetData>${all(rows, row)}</sheetData></worksheet>`,
  });
}

/** @param {number} sections */
function docx(sections) {
  const p = (/** @type {string} */ content, style = '') =>
    `<w:p>${style && `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>`}<w:r><w:t>${content}</w:t></w:r></w:p>`;
  const section = (/** @type {number} */ number) =>
    p(heading(number), 'Heading1') +
    all(PARAGRAPHS, (index) => p(sentence(number + index))) +
    `<w:tbl>${all(
      ROWS,
      (row) =>
        `<w:tr>${cells(row)
          .map((cell) => `<w:tc>${p(cell)}</w:tc>`)
          .join('')}</w:tr>`,
    )}</w:tbl>`;
  return office('wordprocessingml.document', 'word/document.xml', {
    'word/document.xml': `<w:document xmlns:w="${OOXML}/wordprocessingml/2006/main"><w:body>${all(sections, section)}</w:body></w:document>`,
  });
}

/** @param {number} sections */
function pptx(sections) {
  const shape = (/** @type {readonly string[]} */ lines, type = '') =>
    `<p:sp><p:nvSpPr><p:nvPr>${type && `<p:ph type="${type}"/>`}</p:nvPr></p:nvSpPr><p:txBody>${lines.map((line) => `<a:p><a:r><a:t>${line}</a:t></a:r></a:p>`).join('')}</p:txBody></p:sp>`;
  const namespaces = `xmlns:p="${OOXML}/presentationml/2006/main" xmlns:a="${OOXML}/drawingml/2006/main" xmlns:r="${RELATIONSHIPS}"`;
  const numbers = Array.from({ length: sections }, (_, index) => index + 1);
  const slides = numbers.map((number) => {
    const body =
      shape([heading(number)], 'title') + shape(Array.from({ length: ITEMS }, (_, item) => sentence(number + item)));
    return [
      `ppt/slides/slide${number}.xml`,
      `<p:sld ${namespaces}><p:cSld><p:spTree>${body}</p:spTree></p:cSld></p:sld>`,
    ];
  });
  return office('presentationml.presentation', 'ppt/presentation.xml', {
    'ppt/presentation.xml': `<p:presentation ${namespaces}><p:sldIdLst>${numbers.map((number) => `<p:sldId id="${255 + number}" r:id="r${number}"/>`).join('')}</p:sldIdLst></p:presentation>`,
    'ppt/_rels/presentation.xml.rels': relationships(numbers.map((number) => ['slide', `slides/slide${number}.xml`])),
    ...Object.fromEntries(slides),
  });
}

/** @param {number} sections */
function odt(sections) {
  const section = (/** @type {number} */ number) =>
    `<text:h text:outline-level="1">${heading(number)}</text:h>` +
    all(PARAGRAPHS, (index) => `<text:p>${sentence(number + index)}</text:p>`) +
    `<text:list>${all(ITEMS, (index) => `<text:list-item><text:p>${sentence(index)}</text:p></text:list-item>`)}</text:list>` +
    `<table:table>${all(
      ROWS,
      (row) =>
        `<table:table-row>${cells(row)
          .map((cell) => `<table:table-cell><text:p>${cell}</text:p></table:table-cell>`)
          .join('')}</table:table-row>`,
    )}</table:table>`;
  return zip({
    mimetype: 'application/vnd.oasis.opendocument.text',
    'content.xml': `<office:document-content xmlns:office="${OASIS}:office:1.0" xmlns:text="${OASIS}:text:1.0" xmlns:table="${OASIS}:table:1.0"><office:body><office:text>${all(sections, section)}</office:text></office:body></office:document-content>`,
  });
}

/** @param {number} number */
function html(number) {
  const rows = all(
    ROWS,
    (row) =>
      `<tr>${cells(row)
        .map((cell) => `<td>${cell}`)
        .join('')}`,
  );
  return `<h2>${heading(number)}</h2>${all(PARAGRAPHS, (index) => `<p>${sentence(number + index)}</p>`)}<ul>${all(ITEMS, (index) => `<li>${sentence(index)}`)}</ul><table>${rows}</table>`;
}

/** @param {number} number */
function markdown(number) {
  const rows = all(ROWS, (row) => `${row === 1 ? '|-|-|-|-|-|\n' : ''}|${cells(row).join('|')}|\n`);
  return `## ${heading(number)}\n\n${all(PARAGRAPHS, (index) => `${sentence(number + index)}\n\n`)}${all(ITEMS, (index) => `- ${sentence(index)}\n`)}\n${rows}\n`;
}

/** @param {number} number */
function text(number) {
  return `${heading(number)}\n\n${all(PARAGRAPHS, (index) => `${sentence(number + index)}\n\n`)}`;
}

/**
 * A page for each section: its heading, and lines.
 *
 * @param {number} sections
 */
function pagesOf(sections) {
  return Array.from({ length: sections }, (_, number) => ({
    heading: heading(number),
    lines: Array.from({ length: 40 }, (_line, index) => sentence(number + index).slice(0, 90)),
  }));
}

/** @param {number} number */
function heading(number) {
  return `Section ${number + 1} of the garden`;
}

/** @param {number} seed */
function sentence(seed) {
  return Array.from({ length: 20 }, (_, index) => WORDS[(seed * 7 + index * 3) % WORDS.length]).join(' ');
}

/** @param {number} row */
function cells(row) {
  return Array.from({ length: COLUMNS }, (_, column) => `${WORDS[(row + column) % WORDS.length]} ${row * column}`);
}

/**
 * @param {number} count
 * @param {(index: number) => string} part
 */
function all(count, part) {
  return Array.from({ length: count }, (_, index) => part(index)).join('');
}

/**
 * @param {string} type
 * @param {string} main
 * @param {Record<string, string>} parts
 */
function office(type, main, parts) {
  const override = `<Override PartName="/${main}" ContentType="application/vnd.openxmlformats-officedocument.${type}.main+xml"/>`;
  return zip({
    '[Content_Types].xml': `<Types xmlns="${OOXML}/package/2006/content-types">${override}</Types>`,
    '_rels/.rels': relationships([['officeDocument', main]]),
    ...parts,
  });
}

/** @param {readonly (readonly string[])[]} targets pairs of type and target, which get the ids r1, r2 and so on */
function relationships(targets) {
  const items = targets.map(
    ([type, target], index) => `<Relationship Id="r${index + 1}" Type="${RELATIONSHIPS}/${type}" Target="${target}"/>`,
  );
  return `<Relationships xmlns="${OOXML}/package/2006/relationships">${items.join('')}</Relationships>`;
}

/**
 * @param {Record<string, string>} parts
 * @returns {Promise<Buffer>}
 */
async function zip(parts) {
  const archive = new yazl.ZipFile();
  for (const [name, content] of Object.entries(parts)) archive.addBuffer(Buffer.from(content), name);
  archive.end();
  const chunks = [];
  for await (const chunk of archive.outputStream) chunks.push(/** @type {Buffer} */ (chunk));
  return Buffer.concat(chunks);
}
