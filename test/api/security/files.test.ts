import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import request from 'supertest';
import { insertJob, readJob } from '../../support/job-rows.js';
import { connectRaw, FORM_END, formPart, formRequest } from '../../support/raw-http.js';
import { startTestApi, type TestApi } from '../../support/test-api.js';

/** Names as a document may come with, or as an import may have left them. */
const NAMES: readonly (readonly [name: string, saved: string])[] = [
  ['report.pdf', 'report.md'],
  ['two words.pdf', 'two words.md'],
  ['quote".pdf', 'quote".md'],
  ["it's.pdf", "it's.md"],
  ['a;b=c, d.pdf', 'a;b=c, d.md'],
  ['100%41.pdf', '100%41.md'],
  ['x\r\nSet-Cookie: a=b\r\n\r\n<script>.pdf', 'xSet-Cookie: a=b<script>.md'],
  ['../../etc/passwd', 'passwd.md'],
  ['..\\..\\windows\\system.ini', 'system.md'],
  ['/etc/shadow', 'shadow.md'],
  ['..', 'document.md'],
  ['', 'document.md'],
  ['.hidden', '.hidden.md'],
  ['Übersicht 日本語 🙂.pdf', 'Übersicht 日本語 🙂.md'],
  ['invoice\u202efdp.exe', 'invoicefdp.md'],
  ['line\u2028break\u0085\u009b.pdf', 'linebreak.md'],
  ['x'.repeat(255), `${'x'.repeat(255)}.md`],
  ['日'.repeat(255), `${'日'.repeat(255)}.md`],
];

describe('files and their names', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api.close());

  test.each(NAMES)('when a document is called %j, then its result is saved as %j', async (name, saved) => {
    const { id } = await insertJob(api.db, 'COMPLETE', { file_name: name });

    const { headers } = await request(api.url).get(`/api/v1/jobs/${id}/results/markdown?download=1`).expect(200);

    const disposition = headers['content-disposition']!;
    expect(savedName(disposition)).toBe(saved);
    expect(disposition).toMatch(/^[\x20-\x7e]+$/);
    expect(headers).not.toHaveProperty('set-cookie');
  });

  test.each(NAMES)('when a document is uploaded as %j, then its name holds no folder and no control', async (name) => {
    const client = await connectRaw(api.port);
    const part = formPart(`name="file"; filename="${name.replace(/["\\\r\n]/g, '\\$&')}"`, 'a,b\n1,2\n');
    const form = Buffer.from(formPart('name="sessionId"', 's') + part + FORM_END);
    await client.send(formRequest(`Content-Length: ${form.length}\r\nConnection: close`));
    await client.send(form);

    const answer = await client.untilClosed();

    const [, id] = /"jobId":"([^"]+)"/.exec(answer) ?? [];
    // Without an ending that tells the type of a text, it is none that is supported.
    expect(answer).toMatch(id === undefined ? /^HTTP\/1\.1 4\d\d .*"code":"E(002|802)"/s : /^HTTP\/1\.1 200 /);
    const stored = id === undefined ? 'none' : (await readJob(api.db, id)).file_name;
    expect(stored).toMatch(/^[^/\\\p{Cc}\u2028\u2029\u202a-\u202e]{1,255}$/u);
  });

  test('when documents are uploaded, then they lie under names of the service’s own, for its own user, not executable', async () => {
    for (const name of ['run.sh', '../../run.csv', 'run.csv']) {
      await request(api.url)
        .post('/api/v1/process')
        .field('sessionId', 's')
        .attach('file', Buffer.from('#!/bin/sh\na,b\n'), { filename: name, contentType: 'application/x-sh' });
    }

    const files = await api.storedFiles();
    expect(files.length).toBeGreaterThan(0);
    const root = path.join(api.inputDir, '../inputs');
    for (const file of files) {
      expect(file).toMatch(/^[0-9a-f]{2}\/[0-9a-f-]{36}$/);
      expect((await stat(path.join(root, file))).mode & 0o777).toBe(0o600);
      expect((await stat(path.dirname(path.join(root, file)))).mode & 0o777).toBe(0o700);
    }
    expect((await readdir(path.dirname(root))).sort()).toEqual(['inbox', 'inputs']);
  });

  test.each([
    '/api/v1/jobs/..%2f..%2fetc%2fpasswd',
    '/api/v1/jobs/%2e%2e/%2e%2e/etc/passwd',
    '/api/v1/jobs/:id/results/..%2fhtml',
    '/api/v1/jobs/:id/results/%2e%2e%2f%2e%2e%2f%2e%2e%2fetc%2fpasswd',
    '/api/v1/jobs/:id/results/html%00.json',
    '/api/v1/jobs/:id/results/HTML',
    '/api/v1/jobs/:id%00/results/html',
    '/api/v1/jobs/:id%2fresults%2fhtml',
    '/api/v1/jobs/..%5c..%5cwindows',
    '/api/v1/jobs/%c0%ae%c0%ae%c0%af',
    '/api/v1/jobs/:id/results/__proto__',
    '/api/v1/jobs/:id/results/constructor',
  ])('when %s is asked for, then 404', async (pattern) => {
    const { id } = await insertJob(api.db, 'COMPLETE');
    const client = await connectRaw(api.port);
    await client.send(`GET ${pattern.replace(':id', id)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);

    const answer = await client.untilClosed();

    expect(answer).toMatch(/^HTTP\/1\.1 404 .*"code":"E501"/s);
    expect(answer).not.toMatch(/root:|content of/);
  });
});

/** As RFC 6266 (4.3) has a browser read it: the extended form wins. */
function savedName(disposition: string): string {
  const extended = /^attachment; filename=(?:"(?:[^"\\]|\\.)*"|[^\s";,=]+); filename\*=UTF-8''([^;"\s]+)$/.exec(
    disposition,
  )?.[1];
  if (extended !== undefined) return decodeURIComponent(extended);
  const plain = /^attachment; filename=(?:"((?:[^"\\]|\\.)*)"|([^\s";,=]+))$/.exec(disposition);
  return plain?.[2] ?? plain?.[1]?.replace(/\\(.)/g, '$1') ?? `unreadable: ${disposition}`;
}
