import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { AppError } from '../../errors.js';
import { EXPORT_FORMATS, type ExportFormat } from '../client/converter.js';
import { exporters } from '../exporters/index.js';
import { renderExport, writeExport } from '../exporters/write-export.js';
import { absolutePath, documentKey } from './arguments.js';
import type { DocumentStore } from './document-store.js';
import { answering } from './tool-error.js';

/**
 * Bytes of an export that is answered as text. Beyond it the reading of a message, which is
 * quadratic in its size in the protocol's SDK, stalls the caller.
 */
const INLINE_BYTES = 2 * 1024 * 1024;

const convertedKey = documentKey.describe('As answered by a convert tool or load_document');

const inputSchema = {
  document_key: convertedKey,
  output_path: absolutePath
    .optional()
    .describe('Absolute path of the file to write; without it the export is the answer'),
};

const outputSchema = {
  size_bytes: z.number().int().nonnegative().describe('Size of the export as UTF-8'),
  path: z.string().optional().describe('The file written, when output_path was given'),
  text: z.string().optional().describe('The export itself, when output_path was not given'),
};

/** Registers `export_<format>` for every export, and `release_document`. */
export function registerExportTools(server: McpServer, documents: DocumentStore): void {
  for (const format of EXPORT_FORMATS) {
    server.registerTool(
      `export_${format}`,
      {
        title: `Export to ${format}`,
        description: `Exports a converted document as ${exporters[format].mediaType}.`,
        inputSchema,
        outputSchema,
        annotations: { idempotentHint: true, openWorldHint: false },
      },
      ({ document_key, output_path }, { signal }) =>
        answering(signal, { code: 'E303', message: `The ${format} export failed.` }, () =>
          exportDocument(format, document_key, output_path, documents),
        ),
    );
  }
  registerRelease(server, documents);
}

function exportDocument(
  format: ExportFormat,
  key: string,
  outputPath: string | undefined,
  documents: DocumentStore,
): CallToolResult {
  const document = documents.get(key);
  if (outputPath !== undefined) {
    const result = { path: outputPath, size_bytes: writeExport(exporters[format], document, outputPath) };
    return { content: [{ type: 'text', text: JSON.stringify(result) }], structuredContent: result };
  }
  const text = renderExport(exporters[format], document);
  const size = Buffer.byteLength(text);
  if (size > INLINE_BYTES) {
    throw new AppError('E305', `The export has ${size} bytes; above ${INLINE_BYTES} an output_path has to be given.`);
  }
  return { content: [{ type: 'text', text }], structuredContent: { size_bytes: size, text } };
}

function registerRelease(server: McpServer, documents: DocumentStore): void {
  server.registerTool(
    'release_document',
    {
      title: 'Release a document',
      description: 'Forgets a converted document. Repeating it does no harm.',
      inputSchema: { document_key: convertedKey },
      outputSchema: {
        released: z.boolean().describe('Whether there was such a document'),
        resident_bytes: z.number().int().describe('Memory of the server, for whoever decides to restart it'),
      },
      annotations: { idempotentHint: true, openWorldHint: false },
    },
    ({ document_key }) => {
      const result = { released: documents.delete(document_key), resident_bytes: process.memoryUsage.rss() };
      return { content: [{ type: 'text', text: JSON.stringify(result) }], structuredContent: result };
    },
  );
}
