import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import yazl from 'yazl';
import { resolve, type DoclingDocument, type DocumentNode } from '../../src/conversion/document/docling-document.js';
import type { Format, FormatInput } from '../../src/conversion/formats/format.js';
import { validated } from './valid-document.js';

export type PackageEntries = Readonly<Record<string, string | Buffer>>;

const RELATIONSHIPS = 'http://schemas.openxmlformats.org/package/2006/relationships';
const OFFICE_TYPES = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** Zips the entries into a file of its own, hands it to `use` and removes it again. */
export async function withPackage<T>(entries: PackageEntries, use: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'office-package-'));
  try {
    const file = path.join(folder, 'document.zip');
    const zip = new yazl.ZipFile();
    for (const [name, content] of Object.entries(entries)) zip.addBuffer(Buffer.from(content), name);
    zip.end();
    await pipeline(zip.outputStream, createWriteStream(file));
    return await use(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Reads a package made of these entries with a format, as a valid document. */
export async function readPackage(
  format: Format,
  entries: PackageEntries,
  options: Partial<FormatInput> = {},
): Promise<DoclingDocument> {
  return validated(await withPackage(entries, (file) => format.read(formatInput(file, options))));
}

export function formatInput(file: string, options: Partial<FormatInput> = {}): FormatInput {
  return {
    path: file,
    fileName: 'document.zip',
    mimeType: 'application/octet-stream',
    binaryHash: 1,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ...options,
  };
}

/** A `.rels` part: id, last segment of the type, target; a target with a scheme is external. */
export function relationships(...items: readonly (readonly [id: string, type: string, target: string])[]): string {
  const elements = items.map(([id, type, target]) => {
    const mode = /^[a-z]+:/.test(target) ? ' TargetMode="External"' : '';
    return `<Relationship Id="${id}" Type="${OFFICE_TYPES}/${type}" Target="${target}"${mode}/>`;
  });
  return `<Relationships xmlns="${RELATIONSHIPS}">${elements.join('')}</Relationships>`;
}

/** The body as an outline: a line `label: text` per item, indented below its parent; tables as `[cell|cell]` rows. */
export function outline(document: DoclingDocument, root: DocumentNode = document.body): string[] {
  return root.children.flatMap((ref) => {
    const node = resolve(document, ref);
    if (!node) throw new Error(`${ref.$ref} names nothing`);
    return [describe(node), ...outline(document, node).map((line) => `  ${line}`)];
  });
}

function describe(node: DocumentNode): string {
  if (node.label === 'table')
    return `table: ${node.data.grid.map((row) => `[${row.map((cell) => cell.text).join('|')}]`).join('')}`;
  if (node.label === 'section_header') return `heading ${node.level}: ${node.text}`;
  if (node.label === 'list_item') return `item ${node.marker} ${node.text}`;
  if ('text' in node)
    return `${node.label}: ${node.text}${marks(node.formatting)}${node.hyperlink ? ` -> ${node.hyperlink}` : ''}`;
  if ('annotations' in node) return `${node.label}: ${node.annotations.map(({ text }) => text).join()}`;
  return `${node.label} group`;
}

function marks(formatting: object | undefined): string {
  const set = Object.entries(formatting ?? {}).filter(([, value]) => value !== false && value !== 'baseline');
  return set.length === 0 ? '' : ` {${set.map(([name, value]) => (value === true ? name : String(value))).join()}}`;
}
