import { readFile, stat } from 'node:fs/promises';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { AppError } from '../../errors.js';
import { SCHEMA_NAME, SCHEMA_VERSION, type DoclingDocument, type PictureItem } from '../document/docling-document.js';
import { LIMITS } from '../limits.js';
import { absolutePath, documentKey } from './arguments.js';
import type { DocumentStore } from './document-store.js';
import { answering } from './tool-error.js';

/** Registers `load_document`, which takes up again what `export_json` wrote. */
export function registerLoadTool(server: McpServer, documents: DocumentStore): void {
  server.registerTool(
    'load_document',
    {
      title: 'Load a document',
      description:
        'Loads a DoclingDocument that export_json or Docling wrote, so that its other exports need no second conversion.',
      inputSchema: { source: absolutePath.describe('Absolute path of the JSON file, readable by this server') },
      outputSchema: { document_key: documentKey.describe('Names the document in later calls') },
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    ({ source }, { signal }) =>
      answering(signal, { code: 'E302', message: 'The document could not be loaded.' }, () =>
        load(source, signal, documents),
      ),
  );
}

async function load(source: string, signal: AbortSignal, documents: DocumentStore): Promise<CallToolResult> {
  const document = parse(await readText(source, signal));
  signal.throwIfAborted();
  const result = { document_key: documents.add(document) };
  return { content: [{ type: 'text', text: JSON.stringify(result) }], structuredContent: result };
}

async function readText(source: string, signal: AbortSignal): Promise<string> {
  try {
    const entry = await stat(source);
    if (entry.isFile() && entry.size <= LIMITS.textBytes) return await readFile(source, { encoding: 'utf8', signal });
  } catch (cause) {
    signal.throwIfAborted();
    throw new AppError('E003', 'The document cannot be read.', { cause });
  }
  throw new AppError('E003', `The document is no regular file of at most ${LIMITS.textBytes} bytes.`);
}

/**
 * Looks at no more than what tells a document from other files. Within a major version its schema only
 * grows: what Docling itself has written is read as well.
 */
function parse(text: string): DoclingDocument {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new AppError('E003', 'The document is no JSON.', { cause });
  }
  const { schema_name: name, version } = (document ?? {}) as Partial<DoclingDocument>;
  if (name !== SCHEMA_NAME || majorOf(version) !== majorOf(SCHEMA_VERSION)) {
    throw new AppError('E003', `The file is no ${SCHEMA_NAME} of version ${majorOf(SCHEMA_VERSION)}.`);
  }
  return complete(document as DoclingDocument);
}

function majorOf(version: string | undefined): string | undefined {
  return version?.split('.', 1)[0];
}

/** Puts in what writers leave out where there is none of it, and takes out notes on pictures that are no text. */
function complete(document: DoclingDocument): DoclingDocument {
  const whole = withDefaults(document, { groups: [], texts: [], tables: [], pictures: [] });
  for (const node of [...whole.groups, ...whole.texts, ...whole.tables, ...whole.pictures]) {
    withDefaults(node, { children: [], content_layer: 'body' });
    if (FLOATING.has(node.label)) withDefaults(node, { captions: [], references: [], footnotes: [] });
  }
  for (const picture of whole.pictures) picture.annotations = descriptions(picture);
  return whole;
}

/** Labels of items that captions and footnotes belong to. */
const FLOATING: ReadonlySet<string> = new Set(['code', 'table', 'picture', 'chart', 'document_index']);

function withDefaults<T extends object>(object: T, defaults: object): T {
  return Object.assign(object, { ...defaults, ...object });
}

function descriptions({ annotations = [] }: Partial<PictureItem>): PictureItem['annotations'] {
  return annotations.filter(({ text }) => typeof text === 'string');
}
