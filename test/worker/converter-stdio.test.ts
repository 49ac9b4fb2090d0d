import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { ConverterFixture } from '../support/converters.js';

const SERVER = fileURLToPath(new URL('../../dist/conversion/server/main.js', import.meta.url));

let fixture: ConverterFixture;
const clients: Client[] = [];
beforeEach(async () => {
  fixture = await ConverterFixture.create();
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await fixture.close();
});

/** The SDK's own client, connected to a converter of its own. */
async function connect(): Promise<Client> {
  const client = new Client({ name: 'test', version: '0' });
  clients.push(client);
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [SERVER] }));
  // The SDK holds answers against the schemas of tools that it has seen listed.
  await client.listTools();
  return client;
}

async function convert(client: Client, content: string): Promise<string> {
  const { path } = await fixture.source('a.csv', content);
  const { structuredContent } = await client.callTool({ name: 'convert_csv', arguments: { source: path } });
  return (structuredContent as { document_key: string }).document_key;
}

async function exportMarkdown(client: Client, document_key: string): Promise<CallToolResult> {
  return (await client.callTool({ name: 'export_markdown', arguments: { document_key } })) as CallToolResult;
}

describe("the SDK's own client over standard input and output", () => {
  it('when it converts and exports, then every answer fits the schema that was listed', async () => {
    const client = await connect();
    const { structuredContent } = await exportMarkdown(client, await convert(client, 'fruit,count\npear,3\n'));

    expect(structuredContent).toMatchObject({ text: expect.stringContaining('pear') });
  });

  it('when one client follows another, then it is served as well, and sees nothing of the first', async () => {
    const first = await connect();
    const key = await convert(first, 'fruit,count\npear,3\n');
    await first.close();
    const second = await connect();

    expect(await exportMarkdown(second, key)).toMatchObject({ isError: true });
    const { structuredContent } = await exportMarkdown(second, await convert(second, 'fruit,count\nplum,4\n'));
    expect(structuredContent).toMatchObject({ text: expect.stringContaining('plum') });
  });

  it('when a long conversion is cancelled, then it is given up and the next one is served', async () => {
    const client = await connect();
    const { path } = await fixture.source('long.csv', 'fruit,count\n'.repeat(400_000));
    const cancelled = new AbortController();
    const call = client.callTool({ name: 'convert_csv', arguments: { source: path } }, undefined, {
      signal: cancelled.signal,
      onprogress: () => cancelled.abort(),
    });

    await expect(call).rejects.toThrow();
    await expect(convert(client, 'fruit,count\npear,3\n')).resolves.toBeDefined();
  });

  it('when it asks for what there is not, or wrongly, then it is told and goes on', async () => {
    const client = await connect();
    const unknown = await client.callTool({ name: 'convert_dwg', arguments: {} });
    const wrong = await client.callTool({ name: 'convert_csv', arguments: { source: 7 } });

    expect([unknown, wrong]).toMatchObject([{ isError: true }, { isError: true }]);
    await expect(convert(client, 'a,b\n')).resolves.toBeDefined();
  });
});
