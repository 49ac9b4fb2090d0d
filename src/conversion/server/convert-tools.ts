import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { AppError } from '../../errors.js';
import { FORMATS, FORMAT_NAMES, typeByExtension, type FormatName } from '../formats/registry.js';
import { absolutePath } from './arguments.js';
import { binaryHash } from './binary-hash.js';
import type { DocumentStore } from './document-store.js';
import { progressReporter, type ToolExtra } from './progress.js';
import { answering } from './tool-error.js';

const inputSchema = {
  source: absolutePath.describe('Absolute path of the file, readable by this server'),
  file_name: z.string().min(1).max(255).optional().describe('Name to show in the document; default: that of the file'),
};

const outputSchema = {
  document_key: z.string().describe('Names the document in later calls'),
  pages: z.number().int().nonnegative().describe('Pages, slides or sheets; 0 where the format has none'),
};

interface ConvertArguments {
  readonly source: string;
  readonly file_name?: string | undefined;
}

/** Registers `convert_<format>` for every registered format. */
export function registerConvertTools(server: McpServer, documents: DocumentStore): void {
  for (const name of FORMAT_NAMES) {
    const { title, types } = FORMATS[name];
    const extensions = types.flatMap((type) => type.extensions).join(' ');
    server.registerTool(
      `convert_${name}`,
      {
        title: `Convert ${title}`,
        description: `Converts a file (${title}: ${extensions}) to a DoclingDocument, which stays here for the export tools.`,
        inputSchema,
        outputSchema,
        annotations: { readOnlyHint: true, openWorldHint: false },
      },
      (given, extra) =>
        answering(extra.signal, { code: 'E302', message: `The ${title} document could not be converted.` }, () =>
          convert(name, given, extra, documents),
        ),
    );
  }
}

async function convert(
  name: FormatName,
  given: ConvertArguments,
  extra: ToolExtra,
  documents: DocumentStore,
): Promise<CallToolResult> {
  const fileName = path.basename(given.file_name ?? given.source);
  const onProgress = progressReporter(extra);
  const [format, hash] = await Promise.all([FORMATS[name].load(), readHash(given.source, extra.signal)]);
  const document = await format.read({
    path: given.source,
    fileName,
    mimeType: mimeTypeOf(name, given.source, fileName),
    binaryHash: hash,
    signal: extra.signal,
    onProgress,
  });
  // Nobody waits for a cancelled document; kept, it would push out one that is still wanted.
  extra.signal.throwIfAborted();
  const result = { document_key: documents.add(document), pages: Object.keys(document.pages).length };
  return { content: [{ type: 'text', text: JSON.stringify(result) }], structuredContent: result };
}

async function readHash(source: string, signal: AbortSignal): Promise<number> {
  try {
    // Reading a pipe that nobody writes to would never end.
    if ((await stat(source)).isFile()) return await binaryHash(source, signal);
  } catch (cause) {
    signal.throwIfAborted();
    throw new AppError('E003', 'The input cannot be read.', { cause });
  }
  throw new AppError('E003', 'The input is not a regular file.');
}

/** The format's type that one of the names points to, else its first. */
function mimeTypeOf(format: FormatName, ...names: string[]): string {
  const types = names.map((name) => typeByExtension(path.extname(name)));
  return types.find((type) => type?.format === format)?.mimeType ?? FORMATS[format].types[0].mimeType;
}
