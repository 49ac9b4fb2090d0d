/**
 * An MCP converter whose documents say what happens to them: one that contains `spin` keeps it in a loop
 * that nothing but its end can stop, one that contains `hang` is never answered and its cancellation
 * ignored, one that contains `wait for PATH` is converted once there is such a file; all others at once.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { z } from 'zod';

const answer = (fields) => ({ structuredContent: fields, content: [{ type: 'text', text: JSON.stringify(fields) }] });

const server = new McpServer({ name: 'stuck-converter', version: '0.0.0' });
for (const format of ['csv', 'text']) {
  server.registerTool(`convert_${format}`, { inputSchema: { source: z.string() } }, async ({ source }) => {
    const text = readFileSync(source, 'utf8');
    if (text.includes('spin')) for (;;);
    if (text.includes('hang')) await new Promise(() => undefined);
    const [, awaited] = /wait for (\S+)/.exec(text) ?? [];
    while (awaited && !existsSync(awaited)) await setTimeout(20);
    return answer({ document_key: source });
  });
}
for (const format of ['markdown', 'html', 'json']) {
  const inputSchema = { document_key: z.string(), output_path: z.string() };
  server.registerTool(`export_${format}`, { inputSchema }, async ({ document_key: source, output_path: output }) => {
    writeFileSync(output, readFileSync(source));
    return answer({});
  });
}
process.stdin.on('end', () => process.exit(0));
await server.connect(new StdioServerTransport());
