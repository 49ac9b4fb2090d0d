import { buffer } from 'node:stream/consumers';
import yazl from 'yazl';

/**
 * A document of one kind. `marker` stands in its text, and so has to stand in its results; `converts`: a
 * worker can make results of it.
 *
 * @typedef {{ name: string, content: Buffer, converts: boolean }} ChaosDocument
 */

/** @type {readonly (readonly [weight: number, make: (marker: string) => Promise<ChaosDocument> | ChaosDocument])[]} */
export const DOCUMENTS = [
  [4, (marker) => text(`${marker}.csv`, `name,value\n${marker},1\nother,2\n`)],
  [4, (marker) => text(`${marker}.md`, `# ${marker}\n\nA paragraph.\n\n| A | B |\n|---|---|\n| 1 | 2 |\n`)],
  [4, (marker) => text(`${marker}.html`, `<!doctype html><h1>${marker}</h1><p>A <b>paragraph</b>.</p>`)],
  [3, (marker) => text(`${marker}.txt`, `${marker}\n\nPlain text.\n`)],
  [3, docx],
  [1, (marker) => text(`${marker}.csv`, `name,value\n${`${marker},1\n`.repeat(2_000)}`)],
  [1, (marker) => broken(`${marker}.docx`, Buffer.from('PK\x03\x04 cut off'))],
  [1, (marker) => broken(`${marker}.pdf`, Buffer.from(`%PDF-1.7\n${marker} and no more`))],
];

/**
 * @param {string} name
 * @param {string} content
 */
function text(name, content) {
  return { name, content: Buffer.from(content), converts: true };
}

/**
 * @param {string} name
 * @param {Buffer} content
 */
function broken(name, content) {
  return { name, content, converts: false };
}

/** @param {string} marker */
async function docx(marker) {
  const office = 'http://schemas.openxmlformats.org';
  const parts = {
    '[Content_Types].xml': `<Types xmlns="${office}/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
    '_rels/.rels': `<Relationships xmlns="${office}/package/2006/relationships"><Relationship Id="r1" Type="${office}/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`,
    'word/document.xml': `<w:document xmlns:w="${office}/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>${marker}</w:t></w:r></w:p></w:body></w:document>`,
  };
  const zip = new yazl.ZipFile();
  for (const [name, content] of Object.entries(parts)) zip.addBuffer(Buffer.from(content), name);
  zip.end();
  return { name: `${marker}.docx`, content: await buffer(zip.outputStream), converts: true };
}
