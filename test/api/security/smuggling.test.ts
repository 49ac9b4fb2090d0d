/** @direct about requests that never get as far as the database */
import { connectRaw } from '../../support/raw-http.js';
import { startTestApi, type TestApi } from '../../support/test-api.js';

const BODY = JSON.stringify({ sessionId: 's', inputType: 'URL', inputUrl: 'https://example.org/' });
const CHUNKED_BODY = `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`;
/** Would make a job, if it were read as a request. */
const SECOND = head(`Content-Length: ${BODY.length}`) + BODY;

function head(...lines: readonly string[]): string {
  return [
    'POST /api/v1/process HTTP/1.1',
    'Host: x',
    'X-Request-Id: first',
    'Content-Type: application/json',
    ...lines,
    '\r\n',
  ].join('\r\n');
}

/** What is sent before the second request. */
const AMBIGUOUS: readonly (readonly [name: string, sent: string])[] = [
  ['two lengths', head('Content-Length: 0', `Content-Length: ${BODY.length}`) + BODY],
  ['one length twice', head(`Content-Length: ${BODY.length}`, `Content-Length: ${BODY.length}`) + BODY],
  ['a list of lengths', head(`Content-Length: ${BODY.length}, ${BODY.length}`) + BODY],
  ['a length with a sign', head(`Content-Length: +${BODY.length}`) + BODY],
  ['a length beyond every number', head(`Content-Length: ${'9'.repeat(30)}`) + BODY],
  ['a length, then chunks', head(`Content-Length: ${BODY.length}`, 'Transfer-Encoding: chunked') + CHUNKED_BODY],
  ['chunks, then a length', head('Transfer-Encoding: chunked', `Content-Length: ${BODY.length}`) + CHUNKED_BODY],
  ['chunks in an encoding', head('Transfer-Encoding: gzip, chunked') + CHUNKED_BODY],
  ['an encoding after chunks', head('Transfer-Encoding: chunked, identity') + CHUNKED_BODY],
  ['chunks twice', head('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked') + CHUNKED_BODY],
  ['an unknown encoding', head('Transfer-Encoding: xchunked') + CHUNKED_BODY],
  ['a vertical tab before chunked', head('Transfer-Encoding:\x0bchunked') + CHUNKED_BODY],
  ['chunks in HTTP/1.0', head('Transfer-Encoding: chunked').replace('HTTP/1.1', 'HTTP/1.0') + CHUNKED_BODY],
  ['a chunk size that is none', head('Transfer-Encoding: chunked') + CHUNKED_BODY.replace('\r\n', 'x\r\n')],
  ['a chunk size below zero', head('Transfer-Encoding: chunked') + `-${CHUNKED_BODY}`],
  ['a chunk size as 0x', head('Transfer-Encoding: chunked') + `0x${CHUNKED_BODY}`],
  [
    'a chunk size beyond every number',
    head('Transfer-Encoding: chunked') + `${'f'.repeat(17)}\r\n${BODY}\r\n0\r\n\r\n`,
  ],
  ['a chunk longer than its size', head('Transfer-Encoding: chunked') + CHUNKED_BODY.replace('}', '}}')],
  ['bare line feeds in chunks', head('Transfer-Encoding: chunked') + CHUNKED_BODY.replaceAll('\r\n', '\n')],
  [
    'huge chunk extensions',
    head('Transfer-Encoding: chunked') + CHUNKED_BODY.replace('\r\n', `;${'x'.repeat(20_000)}\r\n`),
  ],
  [
    'a length in the trailer',
    head('Transfer-Encoding: chunked') + CHUNKED_BODY.replace(/\r\n$/, 'Content-Length: 5\r\n\r\n'),
  ],
  ['a folded header', head('X-A: b\r\n c', `Content-Length: ${BODY.length}`) + BODY],
  ['a folded encoding', head('Transfer-Encoding:\r\n chunked') + CHUNKED_BODY],
  ['bare line feeds', head(`Content-Length: ${BODY.length}`).replaceAll('\r\n', '\n') + BODY],
  ['one bare line feed', head(`X-A: b\nContent-Length: ${BODY.length}`) + BODY],
  ['a bare carriage return', head(`X-A: b\rContent-Length: ${BODY.length}`) + BODY],
  ['a space before the colon', head(`Content-Length : ${BODY.length}`) + BODY],
  ['a space before the first header', head().replace('\r\nHost', '\r\n Host')],
  ['a header without a name', head(': x')],
  ['a NUL in a header', head('X-A: a\0b')],
  ['no host', head(`Content-Length: ${BODY.length}`).replace('Host: x\r\n', '') + BODY],
  ['two hosts', head('Host: y', `Content-Length: ${BODY.length}`) + BODY],
  ['HTTP/2.0', head(`Content-Length: ${BODY.length}`).replace('HTTP/1.1', 'HTTP/2.0') + BODY],
  ['HTTP/3.7', head(`Content-Length: ${BODY.length}`).replace('HTTP/1.1', 'HTTP/3.7') + BODY],
  ['HTTP/0.9', 'POST /api/v1/process\r\n'],
  ['an unknown method', head().replace('POST', 'SMUGGLE')],
  ['a NUL in the path', head().replace('process', 'pro\0cess')],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['what is no request', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
];

describe('requests on whose end two readers might disagree', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  beforeEach(() => api.db.rows('DELETE FROM jobs'));
  afterAll(() => api.close());

  /** What is answered to all that is sent at once, until the connection is closed. */
  const exchange = async (text: string) => {
    const client = await connectRaw(api.port);
    await client.send(Buffer.from(text, 'latin1')).catch(() => undefined); // the server may have closed already
    return client.untilClosed();
  };

  test.each(AMBIGUOUS)('when there is %s, then 400, the connection is closed, and nothing is done', async (_, sent) => {
    const answer = await exchange(sent + SECOND);

    expect(answer.match(/HTTP\/1\.1 \d+/g)).toHaveLength(1);
    expect(answer).toMatch(/^HTTP\/1\.1 (400|413) .*\r\nConnection: close\r\n/s);
    expect(answer).toMatch(/\r\nContent-Type: application\/problem\+json\r\n/);
    expect(answer).toMatch(/\r\nX-Content-Type-Options: nosniff\r\n/);
    const problem = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))) as object;
    expect(problem).toMatchObject({ code: expect.stringMatching(/^E(802|001)$/), requestId: expect.any(String) });
    expect(await api.countJobs()).toBe(0);
  });

  test('when the same requests are sent as they should be, then both are done', async () => {
    const client = await connectRaw(api.port);
    await client.send(head('Transfer-Encoding: chunked') + CHUNKED_BODY + SECOND);

    await client.receive(/(HTTP\/1\.1 200 .*){2}/s);
    client.socket.destroy();
    expect(await api.countJobs()).toBe(2);
  });

  test('when the second of two requests is malformed, then the first is answered before it, and a third is not done', async () => {
    const answer = await exchange(`${SECOND}GET / HTTP/1.1\r\nHost : x\r\n\r\n${SECOND}`);

    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400']);
    expect(await api.countJobs()).toBe(1);
  });

  test('when a body turns out malformed after a while, then 400, and nothing of it is kept', async () => {
    const client = await connectRaw(api.port);
    await client.send(head('Transfer-Encoding: chunked') + '1\r\n{\r\n');
    await client.send(`no size\r\n${SECOND}`);

    expect(await client.untilClosed()).toMatch(/^HTTP\/1\.1 400 /);
    expect(await api.countJobs()).toBe(0);
  });

  test.each([
    ['a header of 20 KB', `GET / HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`],
    ['10,000 headers', `GET / HTTP/1.1\r\nHost: x\r\n${'a: b\r\n'.repeat(10_000)}\r\n`],
    ['a path of 20 KB', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
    ['headers without an end', `GET / HTTP/1.1\r\nHost: x\r\n${'X-A: b\r\n'.repeat(100_000)}`],
  ])('when there is %s, then 431', async (_, sent) => {
    const answer = await exchange(sent);

    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(answer).toContain('"status":431');
  });

  test('when 2,100 headers come, then none is passed over', async () => {
    const answer = await exchange(
      `GET /api/v1/jobs HTTP/1.1\r\nHost: x\r\n${'a: b\r\n'.repeat(2_100)}Connection: close\r\nX-Request-Id: last\r\n\r\n`,
    );

    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toContain('X-Request-Id: last');
  });

  test('when a connection is refused, then the log tells why, and nothing of what was sent', async () => {
    const before = api.logLines().length;
    await exchange(`GET /private HTTP/1.1\r\nHost: x\r\nSecret : words\r\n\r\n`);

    const lines = api.logLines().slice(before);
    expect(lines).toEqual([
      expect.objectContaining({ message: 'connection refused', status: 400, reason: 'HPE_INVALID_HEADER_TOKEN' }),
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/private|Secret|words/);
  });
});
