import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chooseToolset, type Toolset } from '../../../../src/conversion/client/tools.js';

const SOURCE = { path: '/in/a.pdf', fileName: 'A.pdf', format: 'pdf' };

let folder: string;
let output: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tools-'));
  output = path.join(folder, 'out');
});
afterEach(() => rm(folder, { recursive: true }));

/** The toolset of a server that offers these tools with these arguments. */
function toolset(offered: Record<string, string[]>): Toolset | undefined {
  return chooseToolset(new Map(Object.entries(offered).map(([name, takes]) => [name, new Set(takes)])));
}

describe('choosing a toolset', () => {
  it.each([{}, { noop: [] }, { export_markdown: ['document_key'] }])(
    'when only %j is offered, then there is none',
    (offered) => {
      expect(toolset(offered)).toBeUndefined();
    },
  );

  it("when the built-in converter's tools are offered, then names and paths are passed", () => {
    const tools = toolset({
      convert_pdf: ['source', 'file_name'],
      export_html: ['document_key', 'output_path'],
      load_document: ['source'],
      release_document: ['document_key'],
    });
    expect(tools).toMatchObject({ canLoad: true });
    expect(tools?.load('/in/a.json')).toEqual({ name: 'load_document', arguments: { source: '/in/a.json' } });
    expect(tools?.convert(SOURCE)).toEqual({
      name: 'convert_pdf',
      arguments: { source: '/in/a.pdf', file_name: 'A.pdf' },
    });
    expect(tools?.export('html', 'k', output)).toMatchObject({ arguments: { document_key: 'k', output_path: output } });
    expect(tools?.release('k')).toEqual({ name: 'release_document', arguments: { document_key: 'k' } });
  });

  it('when a server offers only some of them, with fewer arguments, then no others are passed', () => {
    const tools = toolset({ convert_pdf: ['source'], export_markdown: ['document_key'] });
    expect(tools?.convert(SOURCE)).toEqual({ name: 'convert_pdf', arguments: { source: '/in/a.pdf' } });
    expect(tools?.convert({ ...SOURCE, format: 'docx' })).toBeUndefined();
    expect(tools?.export('markdown', 'k', output)).toMatchObject({ arguments: { document_key: 'k' } });
    expect(tools?.export('json', 'k', output)).toBeUndefined();
    expect(tools?.release('k')).toBeUndefined();
    expect(tools).toMatchObject({ canLoad: false });
    expect(tools?.load('/in/a.json')).toBeUndefined();
  });
});

describe('delivering an export', () => {
  const answering = toolset({ convert_pdf: ['source'], export_markdown: ['document_key'] });
  const writing = toolset({ convert_pdf: ['source'], export_markdown: ['document_key', 'output_path'] });
  const docling = toolset({
    convert_document_into_docling_document: ['source'],
    save_docling_document: ['document_key'],
  });

  it.each([
    ['as a field', { fields: { text: 'größer' }, text: undefined }],
    ['as text', { fields: {}, text: 'größer' }],
  ])('when it is answered %s, then it is written', async (_how, answer) => {
    expect(await answering?.export('markdown', 'k', output)?.deliver(answer, output)).toBe(8);
    expect(await readFile(output, 'utf8')).toBe('größer');
  });

  it('when the server wrote it, then the size is that of the file', async () => {
    await writeFile(output, 'größer');
    const answer = { fields: { size_bytes: 1 }, text: undefined };
    expect(await writing?.export('markdown', 'k', output)?.deliver(answer, output)).toBe(8);
  });

  it.each([
    ['answers nothing', answering, 'markdown' as const, {}],
    ['wrote it on another disk', writing, 'markdown' as const, { size_bytes: 8 }],
    ['names no file', docling, 'json' as const, {}],
    ['names a file on another disk', docling, 'json' as const, { json_file: '/nonexistent/k.json' }],
  ])('when the server %s, then E303', async (_what, tools, format, fields) => {
    const delivered = tools?.export(format, 'k', output)?.deliver({ fields, text: undefined }, output);
    await expect(delivered).rejects.toMatchObject({ code: 'E303', message: expect.not.stringContaining('/') });
  });
});
