import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server as HttpServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { AppError } from '../../../src/errors.js';
import { download, type DownloadOptions } from '../../../src/storage/download.js';

const LOOPBACK = { address: '127.0.0.1', family: 4 };
const PUBLIC = { address: '93.184.216.34', family: 4 };
const TEXT = 'A document.\n'.repeat(1000);

let folder: string;
let target: string;
let servers: Server[];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'download-test-'));
  target = path.join(folder, 'input');
  servers = [];
});

afterEach(async () => {
  for (const server of servers) {
    (server as HttpServer).closeAllConnections?.();
    server.close();
    await once(server, 'close');
  }
  await rm(folder, { recursive: true });
});

async function listen(server: Server): Promise<string> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const serve = (listener: RequestListener) => listen(createServer(listener));

/** Answers the first bytes of each connection with `bytes`, and then does as `after` says. */
function serveBytes(
  bytes: string | Buffer,
  after: (socket: Socket) => void = (socket) => socket.end(),
): Promise<string> {
  return listen(
    createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.write(bytes, () => after(socket)));
    }),
  );
}

function fetchIt(url: string, options: Partial<DownloadOptions> = {}) {
  return download(url, target, { maxBytes: 100_000, timeoutMs: 10_000, allowPrivate: true, ...options });
}

async function failureOf(promise: Promise<unknown>): Promise<AppError> {
  const error: unknown = await promise.then(
    () => new Error('The download succeeded.'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
}

/** The code of the failure, after which nothing may be left on disk and no address in the message. */
async function codeOf(promise: Promise<unknown>): Promise<string> {
  const { code, message } = await failureOf(promise);
  expect(message).not.toMatch(/127\.0\.0\.1|93\.184|secret|localhost/);
  expect(await readdir(folder)).toEqual([]);
  return code;
}

describe('a document that can be had', () => {
  it('when it is served, then it is stored for this user only and described', async () => {
    const url = await serve((_, response) => {
      response.setHeader('content-type', 'Application/PDF; version=1.7');
      response.setHeader('content-disposition', 'attachment; filename="report.pdf"');
      response.end(TEXT);
    });

    const result = await fetchIt(`${url}/download?id=1`);

    expect(result).toEqual({
      size: TEXT.length,
      fileName: 'report.pdf',
      mimeType: 'application/pdf',
      finalUrl: `${url}/download?id=1`,
    });
    expect(await readFile(target, 'utf8')).toBe(TEXT);
    expect((await stat(target)).mode & 0o777).toBe(0o600);
  });

  it('when the target is a leftover link, then the link is replaced and not followed', async () => {
    const other = path.join(folder, 'other');
    await writeFile(other, 'untouched');
    await symlink(other, target);
    const url = await serve((_, response) => response.end(TEXT));

    await fetchIt(url);

    expect(await readFile(target, 'utf8')).toBe(TEXT);
    expect(await readFile(other, 'utf8')).toBe('untouched');
  });

  it.each([
    ['gzip', gzipSync(TEXT)],
    ['X-GZIP', gzipSync(TEXT)],
    ['br', brotliCompressSync(TEXT)],
    ['deflate', deflateSync(TEXT)],
    ['identity', Buffer.from(TEXT)],
  ])('when it is encoded with %s, then it is decoded', async (encoding, body) => {
    const url = await serve((_, response) => response.setHeader('content-encoding', encoding).end(body));

    const { size } = await fetchIt(url);

    expect(size).toBe(TEXT.length);
    expect(await readFile(target, 'utf8')).toBe(TEXT);
  });

  it('when the server would keep the connection, then it is closed nevertheless', async () => {
    let closed: Promise<unknown> | undefined;
    const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
      closed = once(request.socket, 'close');
      response.setHeader('keep-alive', 'timeout=600').end(TEXT);
    });

    await fetchIt(await listen(server));

    await expect(closed).resolves.toBeDefined();
  });

  it('when it has exactly the largest size, then it is stored', async () => {
    const url = await serve((_, response) => response.end(TEXT));

    await expect(fetchIt(url, { maxBytes: TEXT.length })).resolves.toMatchObject({ size: TEXT.length });
  });

  it('when it arrives, then progress is told up to its full length', async () => {
    const url = await serve((_, response) => response.setHeader('content-length', TEXT.length).end(TEXT));
    const told: [number, number | null][] = [];

    await fetchIt(url, { onProgress: (received, total) => told.push([received, total]) });

    expect(told.at(-1)).toEqual([TEXT.length, TEXT.length]);
  });

  it('when the request is made, then it carries nothing but what the transfer needs', async () => {
    let names: string[] = [];
    const url = await serve((request, response) => {
      names = Object.keys(request.headers);
      response.end(TEXT);
    });

    await fetchIt(url);

    expect(names.sort()).toEqual(['accept', 'accept-encoding', 'connection', 'host', 'user-agent']);
  });

  it.each([
    [
      'has a name in two forms',
      "attachment; filename=plain.pdf; filename*=UTF-8''%e2%82%ac%20rates.pdf",
      '€ rates.pdf',
    ],
    ['has a Latin name', "attachment; filename*=iso-8859-1'en'%A3%20rates.pdf", '£ rates.pdf'],
    ['has a broken extended name', "attachment; filename*=UTF-8''%ff%fe; filename=plain.pdf", 'plain.pdf'],
    ['has a quoted name', 'attachment; filename="a \\"quoted\\"; name.pdf"', 'a "quoted"; name.pdf'],
    ['has odd capitals and spaces', 'ATTACHMENT;FILENAME = plain.pdf ;x=y', 'plain.pdf'],
    ['has bare UTF-8', Buffer.from('attachment; filename="Füße.pdf"').toString('latin1'), 'Füße.pdf'],
    ['has bare ISO 8859-1', 'attachment; filename="Gr\u00fc\u00dfe.pdf"', 'Grüße.pdf'],
    ['has folders', 'attachment; filename="../../etc/passwd"', 'passwd'],
    ['has folders of Windows', "attachment; filename*=UTF-8''..%5C..%5Cboot.ini", 'boot.ini'],
    ['has control characters', "attachment; filename*=UTF-8''a%00%0D%0Ab%E2%80%AEfdp.exe", 'abfdp.exe'],
    ['has a name of 304 characters', `attachment; filename=${'é'.repeat(300)}.pdf`, `${'é'.repeat(251)}.pdf`],
    ['names a folder', 'attachment; filename=".."', 'on the path.pdf'],
    ['has no name', 'attachment', 'on the path.pdf'],
    ['stops within a quote', 'inline; filename="', 'on the path.pdf'],
  ])('when Content-Disposition %s, then the name is right', async (_, disposition, fileName) => {
    const head = `HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Disposition: ${disposition}\r\n\r\nx`;
    const url = await serveBytes(Buffer.from(head, 'latin1'));

    await expect(fetchIt(`${url}/folder/on%20the%20path.pdf?a=/b.doc`)).resolves.toMatchObject({ fileName });
  });

  it('when neither header nor path names it, then it has no name and no type', async () => {
    const url = await serve((_, response) => response.setHeader('content-type', 'nonsense').end(TEXT));

    await expect(fetchIt(`${url}/`)).resolves.toMatchObject({ fileName: null, mimeType: null });
  });
});

describe('redirects', () => {
  it('when there are five, then they are followed without cookies or references', async () => {
    const seen: (string | undefined)[] = [];
    const url = await serve(({ url: path = '', headers }, response) => {
      seen.push(headers.cookie, headers.referer, headers.authorization);
      const hop = Number(path.slice(1));
      if (hop < 5) response.writeHead(302, { location: `/${hop + 1}`, 'set-cookie': 'a=b' }).end('moved');
      else response.end(TEXT);
    });

    const result = await fetchIt(`${url}/0`);

    expect(result).toMatchObject({ size: TEXT.length, finalUrl: `${url}/5`, fileName: '5' });
    expect(seen).toEqual(Array(18).fill(undefined));
  });

  it.each([
    ['has one hop too many', ({ url = '' }) => `/${Number(url.slice(1)) + 1}`],
    ['goes round', () => '/0'],
  ] as [string, (request: { url?: string | undefined }) => string][])(
    'when the chain %s, then E003 after six requests',
    async (_, location) => {
      let requests = 0;
      const url = await serve((request, response) => {
        requests += 1;
        response.writeHead(301, { location: location(request) }).end();
      });

      expect(await codeOf(fetchIt(`${url}/0`))).toBe('E003');
      expect(requests).toBe(6);
    },
  );

  it.each([
    ['http://169.254.169.254/latest/meta-data/', 'E104'],
    ['//0.0.0.0:22/', 'E104'],
    ['http://user:secret@example.com/', 'E101'],
    ['file:///etc/passwd', 'E101'],
    ['ftp://example.com/', 'E101'],
    ['data:text/plain,hello', 'E101'],
    ['gopher://example.com:6379/_INFO', 'E101'],
    ['http://a..b/', 'E101'],
  ])('when one leads to %s, then %s', async (location, code) => {
    const url = await serve((_, response) => response.writeHead(307, { location }).end());

    expect(await codeOf(fetchIt(url))).toBe(code);
  });

  it('when its body never ends, then its connection is closed before the next request', async () => {
    let closed: Promise<unknown> = Promise.resolve();
    const url = await serve((request, response) => {
      if (request.url === '/end') void closed.then(() => response.end(TEXT));
      else {
        closed = once(request.socket, 'close');
        response.writeHead(302, { location: '/end' }).write('for ever');
      }
    });

    await expect(fetchIt(url)).resolves.toMatchObject({ size: TEXT.length });
  });

  it('when one names no location, then E003', async () => {
    const url = await serve((_, response) => response.writeHead(302).end('moved'));

    expect(await codeOf(fetchIt(url))).toBe('E003');
  });
});

describe('addresses', () => {
  let requests: number;
  let port: string;

  beforeEach(async () => {
    requests = 0;
    const url = await serve(({ url: path }, response) => {
      requests += 1;
      if (path === '/away') response.writeHead(302, { location: `http://second.example:${port}/` }).end();
      else response.end(TEXT);
    });
    port = new URL(url).port;
  });

  it.each(['file:///etc/passwd', 'ftp://example.com/', 'data:text/plain,hello', 'gopher://example.com/'])(
    'when the URL is %s, then E101',
    async (url) => {
      expect(await codeOf(fetchIt(url))).toBe('E101');
    },
  );

  it('when the URL itself has a loopback address, then E104 and no connection', async () => {
    expect(await codeOf(fetchIt(`http://127.0.0.1:${port}/`, { allowPrivate: false }))).toBe('E104');
    expect(requests).toBe(0);
  });

  it.each([
    ['a loopback address', [LOOPBACK]],
    ['a mapped loopback address', [{ address: '::ffff:127.0.0.1', family: 6 }]],
    ['a public and a private address', [PUBLIC, LOOPBACK]],
    ['a private and a public address', [LOOPBACK, PUBLIC]],
  ])('when a name resolves to %s, then E104 and no connection', async (_, addresses) => {
    const resolve = async () => addresses;

    expect(await codeOf(fetchIt(`http://first.example:${port}/`, { allowPrivate: false, resolve }))).toBe('E104');
    expect(requests).toBe(0);
  });

  it('when the environment names a proxy, then none is used', async () => {
    const proxied: string[] = [];
    const proxy = await serve((request, response) => {
      proxied.push(request.url ?? '');
      response.end('by a proxy');
    });
    const names = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'NODE_USE_ENV_PROXY'];
    for (const name of names) process.env[name] = name === 'NODE_USE_ENV_PROXY' ? '1' : proxy;
    try {
      await expect(fetchIt(`http://localhost:${port}/`)).resolves.toMatchObject({ size: TEXT.length });
    } finally {
      for (const name of names) Reflect.deleteProperty(process.env, name);
    }
    expect(proxied).toEqual([]);
  });

  it('when no resolver is given, then the system resolves', async () => {
    await expect(fetchIt(`http://localhost:${port}/`)).resolves.toMatchObject({ size: TEXT.length });
  });

  it('when the name is resolved, then just once and the connection goes to that address', async () => {
    const answers = [[LOOPBACK], [{ address: '127.0.0.2', family: 4 }]];
    const asked: string[] = [];
    const resolve = async (hostname: string) => {
      asked.push(hostname);
      return answers.shift() ?? [];
    };

    await expect(fetchIt(`http://first.example:${port}/`, { resolve })).resolves.toMatchObject({ size: TEXT.length });
    expect(asked).toEqual(['first.example']);
    expect(requests).toBe(1);
  });

  it('when a redirect leads to a name of a refused address, then E104', async () => {
    const resolve = async (hostname: string) =>
      hostname === 'first.example' ? [LOOPBACK] : [{ address: '169.254.169.254', family: 4 }];

    expect(await codeOf(fetchIt(`http://first.example:${port}/away`, { resolve }))).toBe('E104');
    expect(requests).toBe(1);
  });

  it('when a name turns to another address between two requests, then that one is checked too', async () => {
    const answers = [[LOOPBACK], [{ address: '0.0.0.0', family: 4 }]];
    const resolve = async () => answers.shift() ?? [];
    const url = `http://second.example:${port}/away`;

    expect(await codeOf(fetchIt(url, { resolve }))).toBe('E104');
    expect(requests).toBe(1);
  });

  it.each([
    ['to nothing', async () => []],
    ['with an error', () => Promise.reject(Object.assign(new Error('secret.internal'), { code: 'ENOTFOUND' }))],
  ])('when a name resolves %s, then E102', async (_, resolve) => {
    expect(await codeOf(fetchIt('http://first.example/', { resolve }))).toBe('E102');
  });
});

describe('limits', () => {
  it('when the announced length is too large, then E001 before anything is transferred', async () => {
    const url = await serveBytes('HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\n', () => undefined);

    expect(await codeOf(fetchIt(url))).toBe('E001');
  });

  it('when a body without a length goes on for ever, then E001', async () => {
    const url = await serve((_, response) => {
      const pump = () => {
        while (response.write(TEXT));
      };
      response.on('drain', pump);
      pump();
    });

    expect(await codeOf(fetchIt(url))).toBe('E001');
  });

  it.each([
    ['gzip', gzipSync(Buffer.alloc(50_000_000))],
    ['br', brotliCompressSync(Buffer.alloc(50_000_000))],
  ])('when a small %s body unpacks to too much, then E001', async (encoding, body) => {
    const url = await serve((_, response) => response.setHeader('content-encoding', encoding).end(body));

    expect(await codeOf(fetchIt(url))).toBe('E001');
  });

  it('when a compressed body goes on for ever and unpacks to nothing, then E001', async () => {
    const nothing = Buffer.concat(Array<Buffer>(1000).fill(gzipSync('')));
    const url = await serve((_, response) => {
      const pump = () => {
        while (response.write(nothing));
      };
      response.setHeader('content-encoding', 'gzip').on('drain', pump);
      pump();
    });

    expect(await codeOf(fetchIt(url))).toBe('E001');
  });

  it('when the connection is made and no answer comes, then E103', async () => {
    const url = await serve(() => undefined);

    expect(await codeOf(fetchIt(url, { idleMs: 100 }))).toBe('E103');
  });

  it('when the body falls silent, then E103', async () => {
    const url = await serve((_, response) => response.write('A begin'));

    expect(await codeOf(fetchIt(url, { idleMs: 100 }))).toBe('E103');
  });

  it('when the body drips without end, then E103 at the time limit', async () => {
    const url = await serve((_, response) => {
      const drip = setInterval(() => response.write('.'), 10);
      response.on('close', () => clearInterval(drip));
    });

    expect(await codeOf(fetchIt(url, { timeoutMs: 300 }))).toBe('E103');
  });

  it.each([
    ['headers', 'HTTP/1.1 200 OK\r\nX-Slow: ', '.'],
    ['informational answers', '', 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'],
    ['trailers', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nA\r\n0\r\n', 'X-Slow: .\r\n'],
    ['extensions of a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;', 'a'],
  ])('when %s drip without end, then E103 at the time limit, or E102 before', async (_, start, drop) => {
    const url = await serveBytes(start, (socket) => {
      const drip = setInterval(() => socket.write(drop), 10);
      socket.on('close', () => clearInterval(drip));
    });

    expect(['E102', 'E103']).toContain(await codeOf(fetchIt(url, { timeoutMs: 300 })));
  });

  it('when name resolution hangs, then E103 at the time limit', async () => {
    const resolve = () => new Promise<never>(() => undefined);

    expect(await codeOf(fetchIt('http://first.example/', { resolve, timeoutMs: 100 }))).toBe('E103');
  });

  it.each([
    ['the time limit', { timeoutMs: 100 }],
    ['the longest silence', { idleMs: 100 }],
  ])(
    'when the TLS handshake gets no answer, then E103 after %s and the connection is closed',
    async (_, options) => {
      let closed: Promise<unknown> | undefined;
      const url = await listen(createTcpServer((socket) => (closed = once(socket.resume(), 'close'))));

      expect(await codeOf(fetchIt(url.replace('http:', 'https:'), options))).toBe('E103');
      await closed;
    },
    // Less than undici's own limit, which would end the connection too.
    8_000,
  );

  it('when the caller aborts midway, then its reason comes back, the connection is closed and nothing is left', async () => {
    const caller = new AbortController();
    const reason = new Error('The job was cancelled.');
    let closed: Promise<unknown> | undefined;
    const url = await serve((request, response) => {
      closed = once(request.socket, 'close');
      response.write('A begin');
    });

    await expect(fetchIt(url, { signal: caller.signal, onProgress: () => caller.abort(reason) })).rejects.toBe(reason);
    await closed;
    expect(await readdir(folder)).toEqual([]);
  });

  it('when the caller has aborted before, then nothing is requested', async () => {
    let requests = 0;
    const url = await serve(() => (requests += 1));
    const reason = new Error('The job was cancelled.');

    await expect(fetchIt(url, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(requests).toBe(0);
  });
});

describe('servers that fail', () => {
  it.each([
    [400, 'E003'],
    [401, 'E003'],
    [403, 'E003'],
    [404, 'E003'],
    [410, 'E003'],
    [304, 'E003'],
    [204, 'E003'],
    [202, 'E102'],
    [408, 'E102'],
    [429, 'E102'],
    [500, 'E102'],
    [503, 'E102'],
  ])('when the status is %i, then %s', async (status, code) => {
    const url = await serve((_, response) => response.writeHead(status).end());

    expect(await codeOf(fetchIt(url))).toBe(code);
  });

  it('when the body is empty, then E003', async () => {
    const url = await serve((_, response) => response.end());

    expect(await codeOf(fetchIt(url))).toBe('E003');
  });

  it('when the connection is reset midway, then E102', async () => {
    const url = await serveBytes('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nA begin', (socket) =>
      socket.resetAndDestroy(),
    );

    expect(await codeOf(fetchIt(url))).toBe('E102');
  });

  it('when less comes than was announced, then E102', async () => {
    const url = await serveBytes('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nA begin');

    expect(await codeOf(fetchIt(url))).toBe('E102');
  });

  it('when more comes than was announced, then the rest is not taken', async () => {
    const url = await serveBytes('HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nA begin and no end');

    await expect(fetchIt(url)).resolves.toMatchObject({ size: 7 });
  });

  it('when a compressed body ends early, then E102', async () => {
    const url = await serve((_, response) =>
      response.setHeader('content-encoding', 'gzip').end(gzipSync(TEXT).subarray(0, 40)),
    );

    expect(await codeOf(fetchIt(url))).toBe('E102');
  });

  it.each(['gzip', 'br', 'deflate'])('when a body is not the %s that it claims, then E003', async (encoding) => {
    const url = await serve((_, response) => response.setHeader('content-encoding', encoding).end(TEXT));

    expect(await codeOf(fetchIt(url))).toBe('E003');
  });

  it('when the encoding is unknown, then E003', async () => {
    const url = await serve((_, response) => response.setHeader('content-encoding', 'gzip, gzip').end(TEXT));

    expect(await codeOf(fetchIt(url))).toBe('E003');
  });

  it.each([
    ['does not speak HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['closes at once', ''],
    ['sends endless headers', `HTTP/1.1 200 OK\r\n${'X-Header: value\r\n'.repeat(5000)}`],
    ['announces two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx'],
  ])('when the server %s, then E102', async (_, bytes) => {
    expect(await codeOf(fetchIt(await serveBytes(bytes)))).toBe('E102');
  });

  it('when nobody listens, then E102', async () => {
    const url = await serve(() => undefined);
    const server = servers.pop();
    server?.close();

    expect(await codeOf(fetchIt(url))).toBe('E102');
  });

  it('when a server of https does not speak TLS, then E102', async () => {
    const url = await serve((_, response) => response.end(TEXT));

    expect(await codeOf(fetchIt(url.replace('http:', 'https:')))).toBe('E102');
  });

  it('when the target cannot be written, then E005', async () => {
    const url = await serve((_, response) => response.end(TEXT));
    const options = { maxBytes: 100_000, timeoutMs: 10_000, allowPrivate: true };

    expect(await codeOf(download(url, path.join(folder, 'missing', 'input'), options))).toBe('E005');
  });
});
