/**
 * Stands in for docling-mcp, a Python service with gigabytes of models that a test run cannot
 * install: an MCP server with its tool names, arguments and answers, and none of its conversion.
 * It shows that the client copes with names and answers other than the built-in converter's.
 *
 *   node docling-mcp-stand-in.mjs [--saves=WHAT] [--silent]                  on standard input and output
 *   node docling-mcp-stand-in.mjs [--saves=WHAT] [--silent] --http [PORT]    over streamable HTTP; prints its address
 *
 * WHAT `save_docling_document` leaves on the disk: `files`, Markdown and JSON side by side, as
 * versions 1 and 2 do; `zip` (the default), an archive of the format asked for, as later ones do;
 * `garbage`, a file that is no document; `nothing`: there is no such tool, as with only the tools of
 * conversion and generation before 1.0.
 *
 * What a document is called decides what happens to it: `*.broken` fails, `*.endless` never
 * answers, `*.exhausting` takes all memory. With `--silent`, no Markdown is to be had.
 */
import { randomUUID } from 'node:crypto';
import { createWriteStream, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import path from 'node:path';
import process from 'node:process';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import yazl from 'yazl';
import { z } from 'zod';

const { values, positionals } = parseArgs({
  options: {
    saves: { type: 'string', default: 'zip' },
    http: { type: 'boolean', default: false },
    silent: { type: 'boolean' },
  },
  allowPositionals: true,
});
const { saves } = values;

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

function toMarkdown({ document_key: key }) {
  const source = sources.get(key);
  if (source === undefined) throw new Error(`Error executing tool: document-key: ${key} is not found`);
  if (values.silent) throw new Error('Error executing tool: nothing to say');
  return answer({ document_key: key, markdown: readFileSync(source, 'utf8') });
}

/** A document of one text, as docling-core writes it: without members that are empty, and of its own version. */
function document(key) {
  const text = { self_ref: '#/texts/0', parent: { $ref: '#/body' }, children: [], content_layer: 'body', prov: [] };
  const orig = readFileSync(sources.get(key), 'utf8').replace(/^# /, '').trim();
  return JSON.stringify({
    schema_name: saves === 'garbage' ? 'Garbage' : 'DoclingDocument',
    version: '1.10.0',
    name: key,
    furniture: {
      self_ref: '#/furniture',
      children: [],
      content_layer: 'furniture',
      name: '_root_',
      label: 'unspecified',
    },
    body: {
      self_ref: '#/body',
      children: [{ $ref: '#/texts/0' }],
      content_layer: 'body',
      name: '_root_',
      label: 'unspecified',
    },
    groups: [],
    texts: [{ ...text, label: 'title', orig, text: orig }],
    pictures: [],
    tables: [],
    key_value_items: [],
    form_items: [],
    pages: {},
  });
}

/** The real one keeps a cache folder; here it is the source's, which the test removes. */
const cachePath = (key, suffix) => path.join(path.dirname(sources.get(key)), `${key}${suffix}`);

function saveFiles({ document_key: key }) {
  const jsonFile = cachePath(key, '.json');
  writeFileSync(jsonFile, document(key));
  return answer({ md_file: sources.get(key), json_file: jsonFile });
}

async function saveZip({ document_key: key, output_format: format }) {
  const archive = new yazl.ZipFile();
  archive.addBuffer(Buffer.from(document(key)), `${key}.${format}`);
  archive.addEmptyDirectory(`${key}-${format}_artifacts`);
  archive.end();
  const file = cachePath(key, `-${format}.zip`);
  await pipeline(archive.outputStream, createWriteStream(file));
  const uri = `docling://documents/${key}/${format}.zip`;
  return answer({ file_path: file, output_format: format, resource_uri: uri });
}

function createServer() {
  const server = new McpServer({ name: 'docling-mcp-stand-in', version: '0.0.0' });
  const key = { document_key: z.string() };
  server.registerTool('convert_document_into_docling_document', { inputSchema: { source: z.string() } }, convert);
  const markdownKey = { ...key, max_size: z.number().optional() };
  server.registerTool('export_docling_document_to_markdown', { inputSchema: markdownKey }, toMarkdown);
  if (saves === 'zip') {
    const format = { output_format: z.enum(['json', 'html', 'markdown']) };
    server.registerTool('save_docling_document', { inputSchema: { ...key, ...format } }, saveZip);
  } else if (saves !== 'nothing') {
    server.registerTool('save_docling_document', { inputSchema: key }, saveFiles);
  }
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
  const port = Number(positionals[0] ?? 0);
  http.listen(port, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${http.address().port}/mcp\n`));
}

if (values.http) serveHttp();
else {
  process.stdin.on('end', () => process.exit(0));
  await createServer().connect(new StdioServerTransport());
}
