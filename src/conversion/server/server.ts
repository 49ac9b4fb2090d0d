import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { IMPLEMENTATION } from '../package-info.js';
import { registerConvertTools } from './convert-tools.js';
import { DocumentStore } from './document-store.js';
import { registerExportTools } from './export-tools.js';
import { registerLoadTool } from './load-tool.js';

/**
 * The built-in converter as an MCP server, without a transport: the caller connects one. Each
 * server keeps its own documents, so one connection never sees another's.
 *
 * It reads and writes any path its process may, on the word of its caller; whoever offers it to
 * others than a parent process has to bound that.
 */
export function createServer(): McpServer {
  const server = new McpServer(IMPLEMENTATION, {
    instructions:
      'Convert a file with the tool of its format, export the document as often as needed, then release it.',
  });
  const documents = new DocumentStore();
  registerConvertTools(server, documents);
  registerLoadTool(server, documents);
  registerExportTools(server, documents);
  return server;
}
