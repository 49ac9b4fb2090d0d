import { once } from 'node:events';
import { chunk, connectRaw, FORM_END, formPart, formRequest } from '../support/raw-http.js';
import { startTestApi, type TestApi } from '../support/test-api.js';

const MAX_FILE_BYTES = 1024 * 1024;
const CHUNKED = 'Transfer-Encoding: chunked';
const FILE_HEAD = '--edge\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n';

describe('uploads on bad connections', () => {
  let api: TestApi;

  beforeEach(async () => {
    api = await startTestApi({ maxFileBytes: MAX_FILE_BYTES });
  });

  afterEach(() => api.close());

  const expectNothingLeft = async () => {
    expect(await api.countJobs()).toBe(0);
    expect(await api.storedFiles()).toEqual([]);
  };

  it('when 200 MB are announced, then 413 comes before a byte of them is sent', async () => {
    const client = await connectRaw(api.port);

    await client.send(formRequest(`Content-Length: ${200 * 1024 * 1024}`));
    const answer = await client.receive(/\}$/);

    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toMatch(/\r\nConnection: close\r\n/);
    expect(answer).toContain('"code":"E001"');
    client.socket.destroy();
    await expectNothingLeft();
    while (!requestLine(api)) await nextTurn();
    expect(requestLine(api)).toMatchObject({ status: 413, code: 'E001' });
  });

  it('when 200 MB are sent without looking at the answer, then the answer is still there to be read', async () => {
    const client = await connectRaw(api.port);
    const piece = Buffer.alloc(1024 * 1024, 'x');

    await client.send(formRequest(`Content-Length: ${200 * 1024 * 1024}`));
    for (let sent = 0; sent < 200; sent += 1) await client.send(piece);
    const answer = await client.untilClosed();

    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('"code":"E001"');
    await expectNothingLeft();
  });

  it('when a client asks before it sends, then it is told to go on only if the size is right', async () => {
    const small = await connectRaw(api.port);
    const large = await connectRaw(api.port);
    const form = formPart('name="sessionId"', 's') + formPart('name="file"; filename="a.md"', '# a') + FORM_END;

    await small.send(formRequest(`Expect: 100-continue\r\nContent-Length: ${form.length}`));
    await small.receive(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
    await small.send(form);
    await large.send(formRequest(`Expect: 100-continue\r\nContent-Length: ${200 * 1024 * 1024}`));

    expect(await small.receive(/jobId/)).toMatch(/HTTP\/1\.1 200 /);
    expect(await large.receive(/E001/)).toMatch(/^HTTP\/1\.1 413 /);
    small.socket.destroy();
    large.socket.destroy();
  });

  it('when more than allowed arrives unannounced, then 413 comes while the client still sends', async () => {
    const client = await connectRaw(api.port);

    await client.send(formRequest(CHUNKED));
    await client.send(chunk(FILE_HEAD + 'x'.repeat(MAX_FILE_BYTES)));
    await client.send(chunk('x'.repeat(MAX_FILE_BYTES)));

    expect(await client.receive(/E001/)).toMatch(/^HTTP\/1\.1 413 /);
    client.socket.destroy();
    await expectNothingLeft();
  });

  it('when a form goes wrong before its end, then 400 comes while the client still sends', async () => {
    const client = await connectRaw(api.port);

    await client.send(formRequest(CHUNKED));
    await client.send(chunk(formPart('name="file"; filename="a.md"', '# a') + FILE_HEAD + 'more'));

    expect(await client.receive(/E802/)).toMatch(/^HTTP\/1\.1 400 /);
    client.socket.destroy();
    await expectNothingLeft();
  });

  it.each([
    ['in the middle of the file', FILE_HEAD + 'x'.repeat(200_000)],
    ['after the file', formPart('name="file"; filename="a.md"', '# a')],
    ['before the file', formPart('name="sessionId"', 's')],
  ])('when a client hangs up %s, then no row and no file is left', async (_when, sent) => {
    const client = await connectRaw(api.port);
    const ended = once(api.server, 'request').then(([, response]) => once(response, 'close'));

    await client.send(formRequest('Content-Length: 500000') + sent);
    client.socket.resetAndDestroy();
    await ended;
    await untilDiscarded(api);

    await expectNothingLeft();
    const lines = api.logLines();
    expect(lines.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
    expect(requestLine(api)).toMatchObject({
      aborted: true,
      route: '/api/v1/process',
      clientId: 'local',
    });
  });

  it('when a keep-alive connection has carried a refused request, then it carries the next', async () => {
    const client = await connectRaw(api.port);
    const body = '{"sessionId":';
    const head = `POST /api/v1/process HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;

    await client.send(head + body);
    await client.receive(/E802/);
    await client.send('GET /api/v1/health/live HTTP/1.1\r\nHost: x\r\n\r\n');

    expect(await client.receive(/"status":"ok"/)).toMatch(/HTTP\/1\.1 200 /);
    client.socket.destroy();
  });
});

/** The error handler logs a client that is gone once everything of its upload has been undone. */
async function untilDiscarded(api: TestApi): Promise<void> {
  while (!api.logLines().some(({ message }) => message === 'client gone')) await nextTurn();
}

function requestLine(api: TestApi): Record<string, unknown> | undefined {
  return api.logLines().find(({ message }) => message === 'request');
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
