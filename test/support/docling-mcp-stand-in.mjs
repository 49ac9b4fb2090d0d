/**
 * Stands in for docling-mcp, a Python service with gigabytes of models that a test run cannot
 * install: an MCP server with its tool names, arguments and answers, and none of its conversion.
 * It shows that the client copes with names and answers other than the built-in converter's.
 *
 *   node docling-mcp-stand-in.mjs           on standard input and output
 *   node docling-mcp-stand-in.mjs --http    over streamable HTTP; prints its address
 *
 * What a document is called decides what happens to it: `*.broken` fails, `*.endless` never
 * answers, `*.exhausting` takes all memory.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import path from 'node:path';
import process from 'node:process';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { z } from 'zod';

/** Sources by document key. */
const sources = new Map();

/** As the Python SDK answers a dataclass: its fields, and the same as JSON text. */
const answer = (fields) => ({ structuredContent: fields, content: [{ type: 'text', text: JSON.stringify(fields) }] });

async function convert({ source }) {
  if (source.endsWith('.broken')) throw new Error(`Error executing tool: no backend for ${source}`);
  if (source.endsWith('.endless')) await new Promise(() => undefined);
  if (source.endsWith('.exhausting')) for (const hoard = []; ;) hoard.push(new Array(10_000).fill(hoard.length));
  const key = randomUUID().replaceAll('-', '');
  sources.set(key, source);
  return answer({ from_cache: false, document_key: key });
}

function save({ document_key: key }) {
  const source = sources.get(key);
  // The real one keeps a cache folder; here it is the source's, which the test removes.
  const jsonFile = path.join(path.dirname(source), `${key}.json`);
  writeFileSync(jsonFile, JSON.stringify({ schema_name: 'DoclingDocument', name: key }));
  return answer({ md_file: source, json_file: jsonFile });
}

function createServer() {
  const server = new McpServer({ name: 'docling-mcp-stand-in', version: '0.0.0' });
  const key = { document_key: z.string() };
  server.registerTool('convert_document_into_docling_document', { inputSchema: { source: z.string() } }, convert);
  server.registerTool('export_docling_document_to_markdown', { inputSchema: key }, ({ document_key }) =>
    answer({ document_key, markdown: readFileSync(sources.get(document_key), 'utf8') }),
  );
  server.registerTool('save_docling_document', { inputSchema: key }, save);
  return server;
}

function serveHttp() {
  const sessions = new Map();
  const http = createHttpServer(async (request, response) => {
    let transport = sessions.get(request.headers['mcp-session-id']);
    if (!transport && request.headers['mcp-session-id']) return response.writeHead(404).end();
    if (!transport) {
      transport = new StreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        onsessioninitialized: (id) => sessions.set(id, transport),
        onsessionclosed: (id) => sessions.delete(id),
      });
      await createServer().connect(transport);
    }
    await transport.handleRequest(request, response);
  });
  const port = Number(process.argv[3] ?? 0);
  http.listen(port, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${http.address().port}/mcp\n`));
}

if (process.argv[2] === '--http') serveHttp();
else {
  process.stdin.on('end', () => process.exit(0));
  await createServer().connect(new StdioServerTransport());
}
