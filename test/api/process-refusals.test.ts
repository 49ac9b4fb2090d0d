import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import request from 'supertest';
import { startTestApi, type TestApi } from '../support/test-api.js';

const MAX_FILE_BYTES = 100 * 1024;
const URL_JOB = { sessionId: 's', inputType: 'URL', inputUrl: 'https://example.com/' };

describe('POST /process with what it cannot take', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await startTestApi({ maxFileBytes: MAX_FILE_BYTES });
  });

  afterAll(() => api.close());

  // Whatever was refused, no row and no file may be left of it.
  afterEach(async () => {
    const left = [await api.countJobs(), ...(await api.storedFiles())];
    if (left.length > 1 || left[0] !== 0) throw new Error(`left behind: ${left.join(', ')}`);
  });

  const post = () => request(api.server).post('/api/v1/process');
  const json = (body: string, type = 'application/json') => post().set('Content-Type', type).send(body);
  const form = () => post().field('sessionId', 's');

  it('when it refuses, then it says so as a problem document', async () => {
    const response = await post().set('X-Request-Id', 'mine').send({ inputType: 'URL', inputUrl: 7 });

    expect(response.status).toBe(400);
    expect(response.headers['content-type']).toBe('application/problem+json');
    expect(response.body).toEqual({
      type: 'urn:docling-jobs:problem:E802',
      title: 'The body is not valid',
      status: 400,
      detail: 'sessionId is required; inputUrl must be a string.',
      instance: '/api/v1/process',
      code: 'E802',
      retryable: false,
      requestId: 'mine',
      errors: [
        { field: 'sessionId', reason: 'is required' },
        { field: 'inputUrl', reason: 'must be a string' },
      ],
    });
  });

  it.each([
    ['malformed JSON', '{"sessionId": "s",', 'body'],
    ['no JSON at all', 'hello', 'body'],
    ['a JSON text', '"s"', 'body'],
    ['a list', '[]', 'body'],
    ['null', 'null', 'body'],
    ['nothing', '', 'body'],
    ['an empty object', '{}', 'sessionId'],
  ])('when the body is %s, then 400 E802', async (_name, body) => {
    const response = await json(body);

    expect(response.status).toBe(400);
    expect(response.body.code).toBe('E802');
  });

  it.each([
    ['sessionId', { ...URL_JOB, sessionId: 7 }],
    ['sessionId', { ...URL_JOB, sessionId: null }],
    ['sessionId', { ...URL_JOB, sessionId: '' }],
    ['sessionId', { ...URL_JOB, sessionId: ['s'] }],
    ['sessionId', { ...URL_JOB, sessionId: 'x'.repeat(300) }],
    ['sessionId', { ...URL_JOB, sessionId: 'a\0b' }],
    ['sessionId', { ...URL_JOB, sessionId: 'a\nb' }],
    ['sessionId', { ...URL_JOB, sessionId: 'half \ud83d' }],
    ['inputType', { ...URL_JOB, inputType: 'file' }],
    ['inputType', { ...URL_JOB, inputType: { $ne: 1 } }],
    ['inputUrl', { ...URL_JOB, inputUrl: undefined }],
    ['inputUrl', { ...URL_JOB, inputUrl: 'https://example.com/\0' }],
    ['inputUrl', { ...URL_JOB, inputUrl: `https://example.com/${'x'.repeat(2048)}` }],
    ['maxRetries', { ...URL_JOB, maxRetries: '3' }],
    ['maxRetries', { ...URL_JOB, maxRetries: -1 }],
    ['maxRetries', { ...URL_JOB, maxRetries: 1.5 }],
    ['timeoutMs', { ...URL_JOB, timeoutMs: 0 }],
    ['timeoutMs', { ...URL_JOB, timeoutMs: 1e300 }],
    ['filePath', { ...URL_JOB, filePath: '/etc/passwd' }],
    ['extra', { ...URL_JOB, extra: true }],
    ['filePath', { sessionId: 's', inputType: 'FILE', fileName: 'x' }],
    ['fileName', { sessionId: 's', inputType: 'FILE', fileName: 'a\0.pdf', filePath: '/tmp/x' }],
    ['filePath', { sessionId: 's', inputType: 'FILE', fileName: 'a.pdf', filePath: '/tmp/x\0.pdf' }],
    ['filePath', { sessionId: 's', inputType: 'FILE', fileName: 'a.pdf', filePath: `/${'x'.repeat(500)}` }],
  ])('when %s is not valid (body %#), then 400 E802 names it', async (field, body) => {
    const response = await post().send(body);

    expect(response.status).toBe(400);
    expect(response.body).toMatchObject({ code: 'E802', errors: [{ field, reason: expect.stringMatching(/\w/) }] });
  });

  it.each([
    ['a file: URL', 'file:///etc/passwd', 'E101'],
    ['no URL', 'not a url', 'E101'],
    ['a URL with a password', 'https://me:secret@example.com/', 'E101'],
    ['a private address', 'http://10.0.0.1/', 'E104'],
    ['the loopback address in disguise', 'http://0x7f000001/', 'E104'],
    ['a metadata service', 'http://169.254.169.254/latest', 'E104'],
  ])('when inputUrl is %s, then 400', async (_name, inputUrl, code) => {
    const response = await post().send({ ...URL_JOB, inputUrl });

    expect(response.status).toBe(400);
    expect(response.body.code).toBe(code);
    expect(response.text).not.toContain('secret');
  });

  it('when filePath leads out of the input folders, then 400 E104 says nothing of what is there', async () => {
    await symlink('/etc/hostname', path.join(api.inputDir, 'file-link'));
    await symlink('/etc', path.join(api.inputDir, 'folder-link'));
    await symlink('/nowhere', path.join(api.inputDir, 'dangling-link'));
    const paths = [
      '/etc/passwd',
      '/etc/not-there',
      '/root/x/y',
      `${api.inputDir}/../../etc/passwd`,
      `${api.inputDir}-sibling/x.pdf`,
      'relative.pdf',
      path.join(api.inputDir, 'file-link'),
      path.join(api.inputDir, 'folder-link/passwd'),
      path.join(api.inputDir, 'dangling-link'),
      api.inputDir,
    ];

    for (const filePath of paths) {
      const response = await post().send({ sessionId: 's', inputType: 'FILE', fileName: 'x.pdf', filePath });
      expect([filePath, response.status, response.body.code]).toEqual([filePath, 400, 'E104']);
      expect(response.text).not.toContain(api.inputDir);
    }
  });

  it('when filePath leads to a folder, then 400 E003', async () => {
    const folder = path.join(api.inputDir, 'folder');
    await mkdir(folder);

    const response = await post().send({ sessionId: 's', inputType: 'FILE', fileName: 'x.pdf', filePath: folder });

    expect(response.status).toBe(400);
    expect(response.body.code).toBe('E003');
  });

  it.each([
    ['no content type', ''],
    ['text/plain', 'text/plain'],
    ['application/x-www-form-urlencoded', 'application/x-www-form-urlencoded'],
    ['JSON in Latin-1', 'application/json; charset=iso-8859-1'],
  ])('when the content type is %s, then 415 E002', async (_name, type) => {
    const response = await post()
      .set('Content-Type', type)
      .serialize((body: string) => body)
      .send('sessionId=s');

    expect(response.status).toBe(415);
    expect(response.body.code).toBe('E002');
  });

  it('when JSON is compressed, then 415 E002', async () => {
    const response = await post().set('Content-Encoding', 'gzip').send(URL_JOB);

    expect(response.status).toBe(415);
    expect(response.body.code).toBe('E002');
  });

  it('when JSON is larger than 64 KB, then 413 E001', async () => {
    const response = await json(JSON.stringify({ ...URL_JOB, extra: 'x'.repeat(70_000) }));

    expect(response.status).toBe(413);
    expect(response.body.code).toBe('E001');
  });

  it.each([
    ['no file', () => form(), 400, 'E802', 'file'],
    ['no session', () => post().attach('file', Buffer.from('# x'), 'x.md'), 400, 'E802', 'sessionId'],
    [
      'two files',
      () => form().attach('file', Buffer.from('# x'), 'x.md').attach('file', Buffer.from('# y'), 'y.md'),
      400,
      'E802',
      'file',
    ],
    ['a file of another name', () => form().attach('other', Buffer.from('# x'), 'x.md'), 400, 'E802', 'other'],
    [
      'two sessions',
      () => form().field('sessionId', 't').attach('file', Buffer.from('# x'), 'x.md'),
      400,
      'E802',
      'sessionId',
    ],
    ['an unknown field', () => form().field('x', '1').attach('file', Buffer.from('# x'), 'x.md'), 400, 'E802', 'x'],
    [
      'a number that is none',
      () => form().field('maxRetries', 'many').attach('file', Buffer.from('# x'), 'x.md'),
      400,
      'E802',
      'maxRetries',
    ],
    [
      'a session of 300 characters',
      () => post().field('sessionId', 'x'.repeat(300)).attach('file', Buffer.from('# x'), 'x.md'),
      400,
      'E802',
      'sessionId',
    ],
    [
      'a session of 300 KB',
      () => post().field('sessionId', 'x'.repeat(300_000)).attach('file', Buffer.from('# x'), 'x.md'),
      413,
      'E001',
      undefined,
    ],
    [
      'a session of 3 KB',
      () => post().field('sessionId', 'x'.repeat(3_000)).attach('file', Buffer.from('# x'), 'x.md'),
      400,
      'E802',
      'sessionId',
    ],
    [
      'a NUL in the session',
      () => post().field('sessionId', 'a\0b').attach('file', Buffer.from('# x'), 'x.md'),
      400,
      'E802',
      'sessionId',
    ],
  ] as const)('when a form has %s, then it is refused', async (_name, send, status, code, field) => {
    const response = await send();

    expect(response.status).toBe(status);
    expect(response.body.code).toBe(code);
    expect(response.body.errors?.[0]?.field).toBe(field);
  });

  it('when a form has too many parts, then 400 E802', async () => {
    let pending = form();
    for (let count = 0; count < 20; count += 1) pending = pending.field(`field-${count}`, 'x');

    const response = await pending.attach('file', Buffer.from('# x'), 'x.md');

    expect(response.status).toBe(400);
    expect(response.body.code).toBe('E802');
  });

  it.each([
    ['no boundary', 'multipart/form-data', ''],
    ['an over-long boundary', `multipart/form-data; boundary=${'b'.repeat(300)}`, ''],
    ['another boundary than it says', 'multipart/form-data; boundary=a', '--b\r\n\r\nx\r\n--b--\r\n'],
    ['nothing in it', 'multipart/form-data; boundary=a', ''],
    ['an end in the middle of a file', 'multipart/form-data; boundary=a', partOfForm('name="file"; filename="x.md"')],
    ['an end in the middle of a field', 'multipart/form-data; boundary=a', partOfForm('name="sessionId"')],
    ['an end in the middle of a header', 'multipart/form-data; boundary=a', '--a\r\nContent-Dispo'],
    ['a part without a name', 'multipart/form-data; boundary=a', `${partOfForm('x="y"')}\r\n--a--\r\n`],
  ])('when a form has %s, then 400 E802', async (_name, type, body) => {
    const response = await post().set('Content-Type', type).send(body);

    expect(response.status).toBe(400);
    expect(response.body.code).toBe('E802');
  });

  it.each([
    ['is empty', Buffer.alloc(0), 'x.pdf', 400, 'E003'],
    ['is a program', Buffer.from('\x7fELF\x02\x01\x01\0'.padEnd(200, '\0'), 'latin1'), 'program', 415, 'E002'],
    ['is a text that no name explains', Buffer.from('just words'), 'upload', 415, 'E002'],
  ])('when the file %s, then it is refused', async (_name, content, fileName, status, code) => {
    const response = await form().attach('file', content, fileName);

    expect(response.status).toBe(status);
    expect(response.body.code).toBe(code);
  });

  it('when the file is one byte too large, then 413 E001', async () => {
    const response = await form().attach('file', Buffer.alloc(MAX_FILE_BYTES + 1, 'x'), 'x.txt');

    expect(response.status).toBe(413);
    expect(response.body.code).toBe('E001');
  });

  it('when the storage cannot be written, then 503 E005 with Retry-After', async () => {
    const blocked = path.join(api.inputDir, 'a-file');
    await writeFile(blocked, '');
    const { InputStorage } = await import('../../src/storage/input-storage.js');
    const other = await startTestApi({ parts: { storage: new InputStorage(path.join(blocked, 'inputs')) } });
    try {
      const response = await request(other.server)
        .post('/api/v1/process')
        .field('sessionId', 's')
        .attach('file', Buffer.from('# x'), 'x.md');

      expect(response.status).toBe(503);
      expect(response.body).toMatchObject({ code: 'E005', retryable: true });
      expect(response.headers['retry-after']).toBe('30');
      expect(response.text).not.toContain(blocked);
      expect(await other.countJobs()).toBe(0);
    } finally {
      await other.close();
    }
  });

  it('when there are unknown query parameters, then 400 E801', async () => {
    const response = await request(api.server).post('/api/v1/process?wait=1').send(URL_JOB);

    expect(response.status).toBe(400);
    expect(response.body).toMatchObject({ code: 'E801', errors: [{ field: 'wait', reason: 'is not allowed' }] });
  });
});

describe('POST /process when the database fails', () => {
  it('when the job cannot be inserted, then 503 E401 and the uploaded file is gone', async () => {
    const api = await startTestApi();
    try {
      await api.db.rows(`REVOKE INSERT ON jobs FROM docling_app`);
      const refused = await request(api.server)
        .post('/api/v1/process')
        .field('sessionId', 's')
        .attach('file', Buffer.from('# x'), 'x.md');
      await api.db.database.close();
      const unreachable = await request(api.server)
        .post('/api/v1/process')
        .field('sessionId', 's')
        .attach('file', Buffer.from('# x'), 'x.md');

      expect(refused.body).toMatchObject({ status: 500, code: 'E403' });
      expect(unreachable.body).toMatchObject({ status: 503, code: 'E401', retryable: true });
      expect(unreachable.headers['retry-after']).toBeDefined();
      expect(refused.text + unreachable.text).not.toMatch(/permission|INSERT|postgres/i);
      expect(await api.storedFiles()).toEqual([]);
    } finally {
      await api.close();
    }
  });
});

function partOfForm(disposition: string): string {
  return `--a\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n# half a`;
}
