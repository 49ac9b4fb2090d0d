import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ConverterFixture, never, patient } from '../support/converters.js';

// What the real docling-mcp does with a document cannot be tried here: see the stand-in's comment.
const STAND_IN = fileURLToPath(new URL('../support/docling-mcp-stand-in.mjs', import.meta.url));
const COMMAND = `"${process.execPath}" --max-old-space-size=32 "${STAND_IN}"`;

let fixture: ConverterFixture;
const servers: ChildProcess[] = [];
beforeEach(async () => {
  fixture = await ConverterFixture.create();
});
afterEach(async () => {
  await fixture.close();
  await Promise.all(servers.splice(0).map(stop));
});

async function stop(server: ChildProcess) {
  if (server.exitCode !== null || server.signalCode !== null) return;
  server.kill('SIGKILL');
  await once(server, 'exit');
}

async function serveHttp(port = '0', saves = 'zip') {
  const server = spawn(process.execPath, [STAND_IN, ...`--saves=${saves}`.split(' '), '--http', port], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  servers.push(server);
  const [address] = (await once(server.stdout, 'data')) as [Buffer];
  return { server, url: address.toString().trim() };
}

type Locate = (saves?: string) => Promise<{ command: string } | { url: string }>;

describe.each<[string, Locate]>([
  ['standard input and output', (saves = 'zip') => Promise.resolve({ command: `${COMMAND} --saves=${saves}` })],
  ['streamable HTTP', async (saves) => ({ url: (await serveHttp('0', saves)).url })],
])("a server with docling-mcp's tools over %s", (_wire, locate) => {
  it.each<[string, unknown]>([
    ['zip', '1.10.0'],
    ['files', '1.10.0'],
    // Made of the Markdown, by the built-in converter.
    ['garbage', '1.10.0'],
    ['nothing', '1.7.0'],
  ])('when it saves %s, then all three exports come out', async (saves, version) => {
    const session = await fixture.converter(await locate(saves)).open(patient);
    const source = await fixture.source('a.md', '# Title\n');

    await expect(session.convert(source, patient)).resolves.toEqual({
      toolName: 'convert_document_into_docling_document',
    });
    for (const format of ['json', 'markdown', 'html'] as const) {
      const { sizeBytes } = await session.export(format, fixture.output(format), patient);
      expect(sizeBytes).toBe((await stat(fixture.output(format))).size);
    }
    await session.release();

    expect(await readFile(fixture.output('markdown'), 'utf8')).toBe('# Title\n');
    expect(await readFile(fixture.output('html'), 'utf8')).toContain('<h1>Title</h1>');
    expect(JSON.parse(await readFile(fixture.output('json'), 'utf8'))).toMatchObject({
      version,
      texts: [{ label: 'title', text: 'Title' }],
    });
  });

  it('when neither document nor Markdown can be had, then HTML fails as a tool that is not offered', async () => {
    const session = await fixture.converter(await locate('garbage --silent')).open(patient);
    await session.convert(await fixture.source('a.md', '# Title\n'), patient);

    await expect(session.export('json', fixture.output('json'), patient)).resolves.toBeDefined();
    await expect(session.export('html', fixture.output('html'), patient)).rejects.toMatchObject({ code: 'E204' });
    await expect(session.export('markdown', fixture.output('markdown'), patient)).rejects.toMatchObject({
      code: 'E303',
    });
    await session.release();
  });

  it('when a document fails, then E302 without what the server knows, and the session goes on', async () => {
    const converter = fixture.converter(await locate());
    const session = await converter.open(patient);
    const error = await session
      .convert(await fixture.source('a.broken', ''), patient)
      .catch((reason: unknown) => reason);

    expect(error).toMatchObject({ code: 'E302', message: expect.not.stringContaining(fixture.folder) });
    await session.release();
    expect(converter.status).toMatchObject({ idle: 1, busy: 0 });
  });

  it('when a document takes too long or is given up, then E202 or the reason, and another session serves', async () => {
    const converter = fixture.converter(await locate());
    const endless = await fixture.source('a.endless', '');
    const late = await converter.open(patient);
    await expect(late.convert(endless, { signal: never, timeoutMs: 100 })).rejects.toMatchObject({ code: 'E202' });
    await late.release();

    const controller = new AbortController();
    const stopped = await converter.open(patient);
    const outcome = stopped.convert(endless, { signal: controller.signal, timeoutMs: 20_000 });
    controller.abort(new Error('stop'));
    await expect(outcome).rejects.toThrow('stop');
    await stopped.release();

    await converter.ping(20_000);
  });
});

describe('over standard input and output', () => {
  it('when a document takes all memory, then E302 says so, since more attempts would end the same', async () => {
    const session = await fixture.converter({ command: COMMAND }).open(patient);
    const source = await fixture.source('a.exhausting', '');

    await expect(session.convert(source, patient)).rejects.toMatchObject({
      code: 'E302',
      message: expect.stringContaining('memory'),
    });
    await session.release();
  });
});

describe('over streamable HTTP', () => {
  it('when the server dies in the middle of a call, then E201', async () => {
    const { server, url } = await serveHttp();
    const session = await fixture.converter({ url }).open(patient);
    const outcome = session.convert(await fixture.source('a.endless', ''), patient).catch((error: unknown) => error);
    await stop(server);

    expect(await outcome).toMatchObject({ code: 'E201' });
    await session.release();
  });

  it('when the server was restarted, then its forgotten sessions are replaced before anyone is given one', async () => {
    const { server, url } = await serveHttp();
    const converter = fixture.converter({ url, poolSize: 2 });
    await converter.ping(20_000);
    await stop(server);
    await serveHttp(new URL(url).port);

    const session = await converter.open(patient);
    await expect(session.convert(await fixture.source('a.md', '# Title\n'), patient)).resolves.toBeDefined();
    await session.release();
  });

  it('when there is no server, then E201', async () => {
    const { server, url } = await serveHttp();
    await stop(server);
    await expect(fixture.converter({ url }).open({ signal: never, timeoutMs: 500 })).rejects.toMatchObject({
      code: 'E201',
    });
  });
});
