import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { HostileWorker, type Outcome } from '../support/hostile/hostile-worker.js';
import { mainContent, odtContent, odtFile, officeFile, stored } from '../support/hostile/packages.js';
import { a4, writePdf } from '../support/pdf-writer.js';

const CANARY = 'canary-4f1d';

let hostile: HostileWorker;
let server: Server;
let requests: string[];
let folder: string;
let file: string;
let url: string;

beforeAll(async () => {
  hostile = await HostileWorker.create();
  folder = await mkdtemp(path.join(tmpdir(), 'hostile-entities-'));
  file = path.join(folder, 'secret.txt');
  await writeFile(file, CANARY);
  server = createServer(({ url: asked = '' }, response) => {
    requests.push(asked);
    response.end(`<!ENTITY stolen "${CANARY}">`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  requests = [];
});
afterAll(async () => {
  await hostile.close();
  server.close();
  await rm(folder, { recursive: true });
});

/** That nothing was read from the file and nothing asked of the server. */
function expectNothingFetched({ job, results }: Outcome) {
  expect(requests).toEqual([]);
  expect(JSON.stringify([job, results])).not.toContain(CANARY);
}

/** Entities from a file, from a server, and a whole declaration from a server; `&a;` to `&c;` are used. */
const doctype = (root: string) =>
  `<!DOCTYPE ${root} PUBLIC "-//X//Y" "${url}/doctype" [<!ENTITY a SYSTEM "file://${file}"><!ENTITY b SYSTEM "${url}/entity"><!ENTITY % p SYSTEM "${url}/parameter">%p;]>`;
const ENTITIES = 'pear &a; &b; &stolen;';

/** Ten entities of which each is ten times the one before. */
const laughs = (root: string) => {
  const entities = Array.from({ length: 10 }, (_, level) => `<!ENTITY l${level + 1} "${`&l${level};`.repeat(10)}">`);
  return `<!DOCTYPE ${root} [<!ENTITY l0 "ha">${entities.join('')}]>`;
};

const docxText = (text: string) => mainContent('docx', `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`);
const pptxText = (text: string) =>
  mainContent('pptx', `<p:sp><p:txBody><a:p><a:r><a:t>${text}</a:t></a:r></a:p></p:txBody></p:sp>`);
const xlsxText = (text: string) => mainContent('xlsx', `<row><c t="inlineStr"><is><t>${text}</t></is></c></row>`);
const odtText = (text: string) => odtContent(`<text:p>${text}</text:p>`);

describe.each([
  ['external entities', doctype, ENTITIES],
  ['a billion laughs', laughs, '&l10;'],
])('a document type with %s', (_what, declare, text) => {
  it.each<[string, () => Buffer]>([
    ['a.docx', () => officeFile('docx', declare('w:document') + docxText(text))],
    ['a.pptx', () => officeFile('pptx', declare('p:sld') + pptxText(text))],
    ['a.xlsx', () => officeFile('xlsx', declare('worksheet') + xlsxText(text))],
    ['a.odt', () => odtFile(declare('office:document-content') + odtText(text))],
    [
      'relationships.docx',
      () =>
        officeFile('docx', docxText('pear'), [
          stored('word/_rels/document.xml.rels', `${declare('Relationships')}<Relationships>${text}</Relationships>`),
        ]),
    ],
  ])('when it stands in %s, then E004 and nothing is expanded or fetched', async (fileName, make) => {
    const outcome = await hostile.work(fileName, make());

    expect(outcome.job).toMatchObject({ status: 'FAILED', error_code: 'E004' });
    expectNothingFetched(outcome);
  });

  it.each(['a.xhtml', 'a.html', 'a.md'])(
    'when it stands in %s, then nothing is expanded or fetched',
    async (fileName) => {
      const page = `<?xml version="1.0"?>${declare('html')}<html><body><p>pear ${text}</p></body></html>`;
      const outcome = await hostile.work(fileName, page);

      expect(outcome.job.status).toBe('COMPLETE');
      expect(outcome.results.markdown!.length).toBeLessThan(2_000);
      expectNothingFetched(outcome);
    },
  );
});

describe('references to other places', () => {
  it.each<[string, () => Buffer | string]>([
    [
      'a.html',
      () => `<html><head><link rel=stylesheet href="${url}/style"><script src="${url}/script"></script><base href="${url}">
      <meta http-equiv=refresh content="0;url=${url}"></head><body><p>pear<img src="${url}/image"><img src="file://${file}">
      <iframe src="file://${file}"></iframe><object data="${url}/object"></object><embed src="file://${file}">
      <svg><image href="${url}/svg"/><use href="file://${file}#a"/></svg></body></html>`,
    ],
    ['a.md', () => `pear ![a](${url}/image) ![b](file://${file}) <img src="${url}/tag">`],
    [
      'a.docx',
      () =>
        officeFile(
          'docx',
          mainContent(
            'docx',
            '<w:p><w:r><w:t>pear</w:t></w:r><w:r><w:drawing><a:blip r:link="r2"/></w:drawing></w:r></w:p>',
          ),
          [
            stored(
              'word/_rels/document.xml.rels',
              `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
        <Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="${url}/image" TargetMode="External"/>
        <Relationship Id="r3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" Target="${url}/template" TargetMode="External"/>
        <Relationship Id="r4" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="file://${file}" TargetMode="External"/>
        <Relationship Id="r5" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes" Target="../../../../../..${file}"/>
        </Relationships>`,
            ),
          ],
        ),
    ],
    [
      'a.pdf',
      () =>
        writePdf([a4().text(72, 72, 'pear').link(72, 60, 100, 80, `${url}/link`)], {
          catalog: `/OpenAction<</S/GoToR/F<</FS/URL/F(${url}/open)>>/D[0/Fit]>>/AA<</WC<</S/SubmitForm/F(${url}/form)>>>>`,
        }),
    ],
  ])('when %s has them, then none is followed', async (fileName, make) => {
    const outcome = await hostile.work(fileName, make());

    expect(outcome.job.status).toBe('COMPLETE');
    expect(outcome.results.markdown).toContain('pear');
    expectNothingFetched(outcome);
  });
});
