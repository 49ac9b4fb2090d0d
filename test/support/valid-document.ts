import { Ajv } from 'ajv';
import { resolve, type DoclingDocument } from '../../src/conversion/document/docling-document.js';
import { doclingDocumentSchema } from '../../src/conversion/document/schema.js';

const validate = new Ajv({ allErrors: true }).compile(doclingDocumentSchema);

/** What keeps a document from being one that docling-core loads; empty when nothing does. */
export function problemsOf(document: DoclingDocument): string[] {
  if (validate(document)) return brokenReferences(document);
  return (validate.errors ?? []).map(({ instancePath, message = '' }) => `${instancePath} ${message}`);
}

/** The document itself when it is valid. */
export function validated(document: DoclingDocument): DoclingDocument {
  const problems = problemsOf(document);
  if (problems.length > 0) throw new Error(`The document is not valid: ${problems.slice(0, 5).join('; ')}`);
  return document;
}

/** Every item is the child of the one that it calls its parent, once, and every reference names an item. */
function brokenReferences(document: DoclingDocument): string[] {
  const { body, furniture, groups, texts, pictures, tables } = document;
  const items = [...groups, ...texts, ...pictures, ...tables];
  const parents = new Map<string, string>();
  const problems: string[] = [];
  for (const node of [body, furniture, ...items]) {
    for (const { $ref } of node.children) {
      if (parents.has($ref)) problems.push(`${$ref} is a child twice`);
      parents.set($ref, node.self_ref);
    }
  }
  for (const { self_ref: self, parent } of items) {
    if (parents.get(self) !== parent?.$ref) problems.push(`${self} is no child of its parent`);
  }
  const captioned = [...pictures, ...tables].flatMap(({ captions, footnotes }) => [...captions, ...footnotes]);
  const cells = tables.flatMap(({ data }) => data.table_cells.flatMap(({ ref }) => ref ?? []));
  for (const ref of [...[...parents.keys()].map(($ref) => ({ $ref })), ...captioned, ...cells]) {
    if (resolve(document, ref) === undefined) problems.push(`${ref.$ref} names nothing`);
  }
  return problems;
}
