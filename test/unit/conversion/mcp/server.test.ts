import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { jest } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { RequestOptions } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { EXPORT_FORMATS } from '../../../../src/conversion/client/converter.js';
import { FORMAT_NAMES } from '../../../../src/conversion/formats/registry.js';
import { createServer } from '../../../../src/conversion/server/server.js';

let folder: string;
let client: Client;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mcp-server-'));
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
  client = new Client({ name: 'test', version: '0' });
  await Promise.all([createServer().connect(serverSide), client.connect(clientSide)]);
});
afterEach(async () => {
  await client.close();
  await rm(folder, { recursive: true });
});

async function call(name: string, args: Record<string, unknown>, options?: RequestOptions): Promise<CallToolResult> {
  return (await client.callTool({ name, arguments: args }, undefined, options)) as CallToolResult;
}

async function file(name: string, content: string): Promise<string> {
  const target = path.join(folder, name);
  await writeFile(target, content);
  return target;
}

async function convertCsv(): Promise<string> {
  const result = await call('convert_csv', { source: await file('table.csv', 'fruit,count\npear,3\n') });
  return (result.structuredContent as { document_key: string }).document_key;
}

function errorOf(result: CallToolResult): unknown {
  const [block] = result.content;
  return { isError: result.isError, ...(block?.type === 'text' && (JSON.parse(block.text) as object)) };
}

describe('the list of tools', () => {
  it('when a client asks, then every format and export has its tool, with schemas of both sides', async () => {
    const { tools } = await client.listTools();

    expect(tools.map(({ name }) => name)).toEqual([
      ...FORMAT_NAMES.map((name) => `convert_${name}`),
      'load_document',
      ...EXPORT_FORMATS.map((name) => `export_${name}`),
      'release_document',
    ]);
    for (const tool of tools) {
      expect(tool.description).toBeTruthy();
      expect(tool.inputSchema.required).toEqual([/^(convert|load)_/.test(tool.name) ? 'source' : 'document_key']);
      expect(Object.keys(tool.outputSchema?.properties ?? {})).not.toHaveLength(0);
    }
  });
});

describe('converting', () => {
  it('when a document is converted, then its key and pages are answered, as fields and as text', async () => {
    const result = await call('convert_csv', { source: await file('table.csv', 'a,b\n1,2\n') });

    expect(result.structuredContent).toEqual({ document_key: expect.stringMatching(/^[\w-]{36}$/), pages: 0 });
    expect(result.content).toEqual([{ type: 'text', text: JSON.stringify(result.structuredContent) }]);
  });

  it('when a file name is given, then the document bears it, the type of its extension and the first 53 bits of the hash', async () => {
    const source = await file('table.tsv', 'a\tb\n');
    const { structuredContent } = await call('convert_csv', { source, file_name: '../Fruit.tsv' });
    const { document_key } = structuredContent as { document_key: string };
    const exported = await call('export_json', { document_key });

    const { name, origin } = JSON.parse((exported.structuredContent as { text: string }).text) as Record<
      string,
      unknown
    >;
    expect(name).toBe('Fruit');
    expect(origin).toEqual({
      filename: 'Fruit.tsv',
      mimetype: 'text/tab-separated-values',
      binary_hash: 3300885019811471,
    });
  });

  it('when progress is wanted, then it only grows', async () => {
    const seen: number[] = [];
    // More chunks than there are steps.
    const source = await file('long.csv', `fruit,${'x'.repeat(1000)}\n`.repeat(8_000));
    await call('convert_csv', { source }, { onprogress: ({ progress }) => seen.push(progress) });

    expect(seen.length).toBeGreaterThan(1);
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
    expect(seen.at(-1)).toBeLessThanOrEqual(1);
  });

  it('when the call is cancelled, then its document is not kept, and the server goes on', async () => {
    const kept = await convertCsv();
    const source = await file('long.csv', 'fruit,count\n'.repeat(100_000));
    for (let round = 0; round < 4; round += 1) {
      const controller = new AbortController();
      const options = { signal: controller.signal, onprogress: () => controller.abort() };
      await expect(call('convert_csv', { source }, options)).rejects.toMatchObject({ code: -32001 });
    }

    // Four more documents would have pushed the first one out.
    expect((await call('export_markdown', { document_key: kept })).isError).toBeUndefined();
  });

  it.each([
    ['convert_csv', 'none.csv', 'E003'],
    ['convert_csv', '.', 'E003'],
    ['convert_pdf', 'fake.pdf', 'E004'],
    ['convert_docx', 'fake.pdf', 'E004'],
  ])('when %s gets %s, then the tool error carries %s', async (tool, name, code) => {
    await file('fake.pdf', '%PDF-1.7\nthat is all');
    const result = await call(tool, { source: path.join(folder, name) });

    expect(errorOf(result)).toEqual({ isError: true, code, message: expect.not.stringContaining(folder) });
  });

  it.each([{}, { source: 'relative.csv' }, { source: 7 }])(
    'when the arguments are %j, then they are refused',
    async (args) => {
      const result = await call('convert_csv', args);
      expect(result).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('-32602') }] });
    },
  );

  it('when the tool is unknown, then the call is refused', async () => {
    const result = await call('convert_dwg', { source: '/a.dwg' });
    expect(result).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('not found') }] });
  });

  it('when more documents are converted than are kept, then the oldest is dropped', async () => {
    const keys: string[] = [];
    for (let round = 0; round < 5; round += 1) keys.push(await convertCsv());

    expect(errorOf(await call('export_markdown', { document_key: keys[0] }))).toMatchObject({ code: 'E203' });
    expect((await call('export_markdown', { document_key: keys[1] })).isError).toBeUndefined();
  });
});

describe('exporting', () => {
  it.each(EXPORT_FORMATS)('when a path is given for %s, then the file is what is else answered', async (format) => {
    const document_key = await convertCsv();
    const inline = await call(`export_${format}`, { document_key });
    const output_path = path.join(folder, 'out');
    const written = await call(`export_${format}`, { document_key, output_path });

    const text = await readFile(output_path, 'utf8');
    expect(text).toContain('pear');
    expect(inline.content).toEqual([{ type: 'text', text }]);
    expect(inline.structuredContent).toEqual({ text, size_bytes: Buffer.byteLength(text) });
    expect(written.structuredContent).toEqual({ path: output_path, size_bytes: Buffer.byteLength(text) });
  });

  it('when the folder of the path is missing, then E303, no file is left, and the reason is logged', async () => {
    const stderr = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    const document_key = await convertCsv();
    const result = await call('export_html', { document_key, output_path: path.join(folder, 'none', 'out') });

    expect(errorOf(result)).toMatchObject({ code: 'E303' });
    expect(await readdir(folder)).toEqual(['table.csv']);
    expect(stderr).toHaveBeenCalledWith(expect.stringContaining('ENOENT'));
    stderr.mockRestore();
  });

  it('when the export is too large for an answer, then E305 asks for a path', async () => {
    const source = await file('large.csv', `head\n${'x'.repeat(1024)}\n`.repeat(2100));
    const { structuredContent } = await call('convert_csv', { source });
    const result = await call('export_json', structuredContent as { document_key: string });

    expect(errorOf(result)).toMatchObject({ code: 'E305', message: expect.stringContaining('output_path') });
  });

  it('when the JSON export is loaded, then every other export is the same as before', async () => {
    const document_key = await convertCsv();
    const output = path.join(folder, 'saved.json');
    await call('export_json', { document_key, output_path: output });
    const loaded = (await call('load_document', { source: output })).structuredContent as { document_key: string };

    expect(loaded.document_key).not.toBe(document_key);
    for (const format of EXPORT_FORMATS) {
      const [first, second] = [
        await call(`export_${format}`, { document_key }),
        await call(`export_${format}`, loaded),
      ];
      expect(second.structuredContent).toEqual(first.structuredContent);
    }
  });

  it('when Docling has written it, with members of its own and without empty ones, then it is loaded', async () => {
    const source = await file(
      'docling.json',
      JSON.stringify({
        schema_name: 'DoclingDocument',
        version: '1.10.0',
        name: 'a',
        body: {
          self_ref: '#/body',
          children: [{ $ref: '#/texts/0' }, { $ref: '#/pictures/0' }, { $ref: '#/field_regions/0' }],
          content_layer: 'body',
        },
        texts: [{ self_ref: '#/texts/0', label: 'code', orig: 'pear', text: 'pear', code_language: 'unknown' }],
        pictures: [
          {
            self_ref: '#/pictures/0',
            label: 'picture',
            annotations: [
              { kind: 'classification', predicted_classes: [] },
              { kind: 'description', text: 'An apple', provenance: 'model' },
            ],
          },
        ],
        field_regions: [{ self_ref: '#/field_regions/0', label: 'field_region' }],
      }),
    );
    const { structuredContent } = await call('load_document', { source });
    const exported = await call('export_markdown', structuredContent as { document_key: string });

    const { text } = exported.structuredContent as { text: string };
    expect(text).toMatch(/pear[^]*An apple/);
    expect(text).not.toContain('undefined');
  });

  it.each([
    ['is not there', undefined],
    ['is no JSON', '{'],
    ['is another JSON', '{"schema_name": "Other"}'],
    ['is null', 'null'],
    ['is of another version', '{"schema_name": "DoclingDocument", "version": "0.1.0"}'],
  ])('when what is to be loaded %s, then it is refused with E003', async (_, content) => {
    const source = content === undefined ? path.join(folder, 'none.json') : await file('other.json', content);

    expect(errorOf(await call('load_document', { source }))).toMatchObject({ isError: true, code: 'E003' });
  });

  it('when a document is released, then it is gone, and a second time does no harm', async () => {
    const document_key = await convertCsv();
    const released = await call('release_document', { document_key });
    const again = await call('release_document', { document_key });

    expect(released.structuredContent).toEqual({ released: true, resident_bytes: expect.any(Number) });
    expect(again.structuredContent).toMatchObject({ released: false });
    expect(errorOf(await call('export_html', { document_key }))).toMatchObject({ isError: true, code: 'E203' });
  });
});
