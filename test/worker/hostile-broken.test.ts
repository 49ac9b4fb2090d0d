import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { FORMATS, FORMAT_NAMES } from '../../src/conversion/formats/registry.js';
import { HostileWorker } from '../support/hostile/hostile-worker.js';
import { png, whitePixels } from '../support/hostile/images.js';
import { mainContent, odtContent, odtFile, officeFile, stored } from '../support/hostile/packages.js';
import { deflatedBomb } from '../support/hostile/raw-zip.js';
import { a4, writePdf } from '../support/pdf-writer.js';
import { compoundFile } from '../unit/conversion/detection/containers.js';

const EXTENSIONS = FORMAT_NAMES.flatMap((name) => FORMATS[name].types.flatMap((type) => type.extensions));
const docx = officeFile('docx', mainContent('docx', '<w:p><w:r><w:t>A pear</w:t></w:r></w:p>'));
const pdf = writePdf([a4().text(72, 72, 'A pear')]);
const image = png(100, 100, whitePixels(100, 100));
const WHOLE: Readonly<Record<string, Buffer>> = {
  pdf,
  docx,
  xlsx: officeFile('xlsx', mainContent('xlsx', '<row><c><v>1</v></c></row>')),
  pptx: officeFile('pptx', mainContent('pptx', '')),
  odt: odtFile(odtContent('<text:p>A pear</text:p>')),
  png: image,
};

let hostile: HostileWorker;
beforeAll(async () => {
  hostile = await HostileWorker.create();
});
afterAll(() => hostile.close());

/** What a job over it came to: its code, or its status where there is none. */
async function outcomeOf(fileName: string, content: Buffer | string): Promise<string> {
  const { job } = await hostile.work(fileName, content);
  return job.error_code ?? job.status;
}

/** Bytes without any meaning, the same at each run. */
function randomBytes(length: number, seed: string): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, index) =>
    createHash('sha256').update(`${seed} ${index}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}

describe('files that are no documents', () => {
  it.each(EXTENSIONS)('when %s is empty, then E003', async (extension) => {
    expect(await outcomeOf(`a${extension}`, '')).toBe('E003');
  });

  it.each(EXTENSIONS)('when %s is random, then E004', async (extension) => {
    // The zero keeps it from being a text by chance.
    const content = Buffer.concat([randomBytes(100_000, extension), Buffer.from([0])]);
    expect(await outcomeOf(`a${extension}`, content)).toBe('E004');
  });

  it.each(['a.exe', 'a', '.pdf', 'a.pdf.zip', '../../a', `${'a'.repeat(250)}.bin`])(
    'when %s is random and of no type, then E002',
    async (fileName) => {
      expect(['E002', 'E004']).toContain(await outcomeOf(fileName, randomBytes(1_000, fileName)));
    },
  );
});

describe('documents that are cut off', () => {
  it.each(Object.keys(WHOLE).flatMap((kind) => [0.3, 0.6, 0.95].map((share) => [kind, share] as const)))(
    'when only a part of a %s is there (%d), then E004, or what is left',
    async (kind, share) => {
      const whole = WHOLE[kind]!;
      const outcome = await outcomeOf(`a.${kind}`, whole.subarray(0, whole.length * share));
      // pdfjs and the decoder of images make the best of what there is.
      expect(kind === 'pdf' || kind === 'png' ? ['E004', 'COMPLETE'] : ['E004']).toContain(outcome);
    },
  );
});

describe('documents that are encrypted', () => {
  const manifest = `<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"><manifest:encryption-data manifest:checksum-type="SHA256/1K"/></manifest:file-entry></manifest:manifest>`;
  it.each<[string, Buffer]>([
    ['a.docx', compoundFile(['EncryptionInfo', 'EncryptedPackage'])],
    ['a.xlsx', compoundFile(['EncryptionInfo', 'EncryptedPackage'])],
    ['a.pptx', compoundFile(['EncryptionInfo', 'EncryptedPackage'])],
    ['a.pdf', writePdf([a4().text(72, 72, 'A pear')], { encrypted: true })],
    [
      'a.odt',
      odtFile({ name: 'content.xml', data: randomBytes(500, 'odt') }, [stored('META-INF/manifest.xml', manifest)]),
    ],
    [
      'a.ott',
      odtFile({ name: 'encrypted-package', data: randomBytes(500, 'odt') }, [
        stored('META-INF/manifest.xml', manifest),
      ]),
    ],
    ['zip.docx', officeFile('docx', { name: 'word/document.xml', data: randomBytes(500, 'docx'), encrypted: true })],
  ])('when %s is, then E004 says so', async (fileName, content) => {
    const { job } = await hostile.work(fileName, content);

    expect(job).toMatchObject({ error_code: 'E004', error_message: expect.stringContaining('encrypted') });
  });
});

describe('documents that are not what they are called', () => {
  it.each<[string, Buffer]>([
    ['a.docx', pdf],
    ['a.pdf', docx],
    ['a.csv', pdf],
    ['a.png', docx],
  ])('when %s is another kind, then it is read as what it is', async (fileName, content) => {
    const { job, results } = await hostile.work(fileName, content);

    expect(job.status).toBe('COMPLETE');
    expect(results.markdown).toContain('A pear');
  });

  const page = '<!doctype html><html><body><p>A pear</p><script>alert(1)</script></body></html>';
  it.each<[string, string, Buffer, string]>([
    ['a PDF with a Word document behind it', 'a.pdf', Buffer.concat([pdf, docx]), 'COMPLETE'],
    ['a PDF with a Word document behind it, called so', 'a.docx', Buffer.concat([pdf, docx]), 'COMPLETE'],
    ['a page with a Word document behind it', 'a.html', Buffer.concat([Buffer.from(page), docx]), 'E004'],
    ['a GIF that is a page', 'a.gif', Buffer.from(`GIF89a/*\0*/=1;/*${page}*/`), 'E002'],
    ['a GIF that is a page, called so', 'a.html', Buffer.from(`GIF89a/*\0*/=1;/*${page}*/`), 'E004'],
    ['a picture with a page behind it', 'a.html', Buffer.concat([image, Buffer.from(page)]), 'COMPLETE'],
    ['a gzip bomb', 'a.docx', gzipSync(Buffer.alloc(100_000_000)), 'E004'],
    ['a gzip bomb, called so', 'a.gz', gzipSync(Buffer.alloc(100_000_000)), 'E002'],
    ['a deflated bomb without a head', 'a.xlsx', deflatedBomb('', '\0', 1_000), 'E004'],
    ['an old Word document', 'a.docx', compoundFile(['WordDocument']), 'E004'],
    ['an executable', 'a.pdf', Buffer.concat([Buffer.from('7f454c46020101', 'hex'), randomBytes(500, 'elf')]), 'E004'],
  ])('when it is %s (%s), then one reading holds', async (_what, fileName, content, expected) => {
    const outcome = await hostile.work(fileName, content);

    expect(outcome.job.error_code ?? outcome.job.status).toBe(expected);
    expect(outcome.results.html ?? '').not.toContain('<script');
  });
});
