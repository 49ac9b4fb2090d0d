import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { detectFormat, type DetectionHints } from '../../../../src/conversion/detection/detect.js';
import { describeSupportedTypes, SUPPORTED_TYPES } from '../../../../src/conversion/detection/supported-types.js';
import { LIMITS } from '../../../../src/conversion/limits.js';
import { compoundFile, office, zip } from './containers.js';

const OOXML = 'application/vnd.openxmlformats-officedocument';
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
/** With the chunk that announces an animation behind the header, which takes 33 bytes. */
const APNG = Buffer.concat([
  PNG.subarray(0, 33),
  Buffer.from('\0\0\0\x08acTL' + '\0'.repeat(12), 'latin1'),
  PNG.subarray(33),
]);
const JPEG = Buffer.from('ffd8ffe000104a46494600010100000100010000ffdb004300', 'hex');
/** Little-endian, its directory of no entries behind 100 KB of image. */
const TIFF = Buffer.concat([
  Buffer.from('49492a0008900100', 'hex'),
  Buffer.alloc(0x19000),
  Buffer.from('000000000000', 'hex'),
]);
const WEBP = Buffer.concat([Buffer.from('RIFF\x24\0\0\0WEBPVP8 ', 'latin1'), Buffer.alloc(40)]);
const BMP = Buffer.concat([Buffer.from('BM\x3a\0\0\0\0\0\0\0', 'latin1'), Buffer.alloc(48)]);
const GIF = Buffer.concat([Buffer.from('GIF89a\x01\0\x01\0', 'latin1'), Buffer.alloc(20)]);
const PDF = '%PDF-1.7\n%\u00e2\u00e3\n1 0 obj\n<<>>\nendobj\n';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'detection-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function detect(content: string | Buffer, fileName: string, declaredMimeType?: string) {
  const file = path.join(folder, 'input');
  await writeFile(file, content);
  return detectFormat(file, { fileName, declaredMimeType });
}

/** What should come out: format, MIME type, extension. */
type Expected = [format: string, mimeType: string, extension: string];
const CSV: Expected = ['csv', 'text/csv', '.csv'];
const HTML: Expected = ['html', 'text/html', '.html'];
const MARKDOWN: Expected = ['markdown', 'text/markdown', '.md'];
const TEXT: Expected = ['text', 'text/plain', '.txt'];
const AS_PDF: Expected = ['pdf', 'application/pdf', '.pdf'];

async function expectDetected(content: string | Buffer, fileName: string, expected: Expected, declared?: string) {
  const [format, mimeType, extension] = expected;
  expect(await detect(content, fileName, declared)).toEqual({ format, mimeType, extension });
}

describe('binary content', () => {
  it.each<[string, string | Buffer, string, Expected]>([
    ['a PDF', PDF, 'a.pdf', AS_PDF],
    ['a PDF called .docx', PDF, 'a.docx', AS_PDF],
    ['a PDF behind a printer job header', `\x1b%-12345X@PJL JOB\n${PDF}`, 'a.prn', AS_PDF],
    ['a PNG called .jpg', PNG, 'a.jpg', ['image', 'image/png', '.png']],
    ['an animated PNG', APNG, 'a.png', ['image', 'image/png', '.png']],
    ['a JPEG', JPEG, 'a', ['image', 'image/jpeg', '.jpg']],
    ['a TIFF whose directory stands far behind', TIFF, 'scan.tiff', ['image', 'image/tiff', '.tif']],
    ['a WEBP', WEBP, 'a.webp', ['image', 'image/webp', '.webp']],
    ['a BMP', BMP, 'a.bmp', ['image', 'image/bmp', '.bmp']],
  ])('when it is %s, then its content decides', async (_what, content, fileName, expected) => {
    await expectDetected(content, fileName, expected);
  });

  it.each<[string, string | Buffer, RegExp]>([
    ['a GIF', GIF, /is a \.gif file \(image\/gif\)/],
    ['bytes of no known type', Buffer.from([0, 1, 2, 3, 0, 9]), /is a binary file of unknown type/],
    ['an RTF document', '{\\rtf1\\ansi Hello}', /Rich Text Format/],
    ['a PostScript document', '%!PS-Adobe-3.0\n', /PostScript/],
  ])('when it is %s, then E002 names it and what is supported', async (_what, content, message) => {
    const error = await detect(content, 'a.bin').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'E002' });
    expect(String(error)).toMatch(message);
    expect(String(error)).toContain(describeSupportedTypes());
    // The column that keeps it.
    expect((error as Error).message.length).toBeLessThanOrEqual(500);
  });
});

describe('zip containers', () => {
  it.each<[string, string, Expected]>([
    ['docx', `${OOXML}.wordprocessingml.document`, ['docx', `${OOXML}.wordprocessingml.document`, '.docx']],
    ['dotx', `${OOXML}.wordprocessingml.template`, ['docx', `${OOXML}.wordprocessingml.template`, '.dotx']],
    [
      'docm',
      'application/vnd.ms-word.document.macroEnabled',
      ['docx', 'application/vnd.ms-word.document.macroEnabled.12', '.docm'],
    ],
    [
      'dotm',
      'application/vnd.ms-word.template.macroEnabledTemplate',
      ['docx', 'application/vnd.ms-word.template.macroEnabled.12', '.dotm'],
    ],
    ['xlsx', `${OOXML}.spreadsheetml.sheet`, ['xlsx', `${OOXML}.spreadsheetml.sheet`, '.xlsx']],
    [
      'xlsm',
      'application/vnd.ms-excel.sheet.macroEnabled',
      ['xlsx', 'application/vnd.ms-excel.sheet.macroEnabled.12', '.xlsm'],
    ],
    ['pptx', `${OOXML}.presentationml.presentation`, ['pptx', `${OOXML}.presentationml.presentation`, '.pptx']],
    [
      'pptm',
      'application/vnd.ms-powerpoint.presentation.macroEnabled',
      ['pptx', 'application/vnd.ms-powerpoint.presentation.macroEnabled.12', '.pptm'],
    ],
  ])('when the main part is that of a %s, then it is one, whatever its name', async (_what, mainType, expected) => {
    await expectDetected(await office(mainType, 'odd/main2.xml'), 'a.zip', expected);
  });

  it('when the mimetype entry says OpenDocument text, then it is odt', async () => {
    const mimeType = 'application/vnd.oasis.opendocument.text';
    await expectDetected(await zip({ mimetype: mimeType, 'content.xml': '<x/>' }), 'a', ['odt', mimeType, '.odt']);
  });

  it.each<[string, () => Promise<Buffer>, RegExp]>([
    ['a plain archive', () => zip({ 'a.txt': 'a' }), /is a zip archive/],
    ['a docx inside an archive', () => zip({ 'a.docx': 'a', 'word/document.xml': 'a' }), /is a zip archive/],
    ['an e-book', () => zip({ mimetype: 'application/epub+zip' }), /is application\/epub\+zip/],
    ['a mimetype that is none', () => zip({ mimetype: '<b>\0' }), /is a zip archive/],
    ['an xlsb', () => office('application/vnd.ms-excel.sheet.binary.macroEnabled'), /\.xlsb/],
    ['an empty archive', () => zip({}), /is a zip archive/],
  ])('when it is %s, then E002', async (_what, make, message) => {
    await expect(detect(await make(), 'a')).rejects.toMatchObject({
      code: 'E002',
      message: expect.stringMatching(message),
    });
  });

  it('when the container is cut off, then E004', async () => {
    const whole = await office(`${OOXML}.wordprocessingml.document`);
    await expect(detect(whole.subarray(0, whole.length - 30), 'a.docx')).rejects.toMatchObject({ code: 'E004' });
  });

  it('when the container claims more entries than the limit, then E004', async () => {
    const archive = await zip({ 'a.txt': 'a' });
    archive.writeUInt16LE(LIMITS.zipEntries + 1, archive.length - 22 + 10);
    await expect(detect(archive, 'a.docx')).rejects.toMatchObject({ code: 'E004' });
  });

  it('when the list of parts is a bomb, then E004', async () => {
    const bomb = await zip({ '[Content_Types].xml': ' '.repeat(2 * 1024 * 1024) });
    await expect(detect(bomb, 'a.docx')).rejects.toMatchObject({ code: 'E004' });
  });
});

describe('compound files', () => {
  it('when it is the envelope of an encrypted document, then E004 says so', async () => {
    await expect(detect(compoundFile(['EncryptionInfo', 'EncryptedPackage']), 'a.docx')).rejects.toMatchObject({
      code: 'E004',
      message: expect.stringContaining('encrypted'),
    });
  });

  it.each([
    ['WordDocument', '.doc'],
    ['Workbook', '.xls'],
    ['Book', '.xls'],
    ['PowerPoint Document', '.ppt'],
    ['Something', 'OLE compound file'],
  ])('when it has the stream %s, then E002 names %s', async (stream, named) => {
    // Far enough back to stand in the directory's second sector.
    const file = compoundFile(['\x01CompObj', '\x05SummaryInformation', '1Table', 'Data', stream]);
    await expect(detect(file, 'a')).rejects.toMatchObject({
      code: 'E002',
      message: expect.stringContaining(named),
    });
  });

  it('when it is cut off, then E004', async () => {
    await expect(detect(compoundFile(['WordDocument']).subarray(0, 700), 'a.doc')).rejects.toMatchObject({
      code: 'E004',
    });
  });

  it('when its directory chain runs in a circle, then it ends all the same', async () => {
    const file = compoundFile(['A', 'B']);
    file.writeUInt32LE(1, 512 + 4);
    await expect(detect(file, 'a.doc')).rejects.toMatchObject({ code: 'E002' });
  });
});

describe('text', () => {
  it.each<[string, string | Buffer, string, Expected, string?]>([
    ['a .CSV in capitals', 'a,b\n1,2', 'A.CSV', CSV],
    ['a .tsv', 'a\tb', 'a.tsv', ['csv', 'text/tab-separated-values', '.tsv']],
    ['a .markdown', '# Title', 'a.markdown', MARKDOWN],
    ['a .txt', 'Hello', 'a.txt', TEXT],
    ['UTF-16 with a byte order mark', Buffer.from('\ufeffGrüße', 'utf16le'), 'a.txt', TEXT],
    ['windows-1252', Buffer.from('Stra\xdfe;\x80 5', 'latin1'), 'a.csv', CSV],
    ['a csv that starts like a BMP', 'BMI,weight\n22,70', 'a.csv', CSV],
    ['a text that speaks of PDF headers', 'A PDF begins with\n%PDF-1.7 and ends.', 'a.txt', TEXT],
    ['no extension, but a declared type', 'a,b', 'upload', CSV, 'Text/CSV; charset=utf-8'],
    ['an extension against the declared type', 'a,b', 'a.csv', CSV, 'application/vnd.ms-excel'],
    ['an unknown extension and a declared text', 'line', 'a.log', TEXT, 'text/plain'],
    ['a doctype in a .txt', '\ufeff <!-- x -->\n<!DOCTYPE html><p>', 'a.txt', HTML],
    ['an <html> in a .csv', '<html lang="de"><body>', 'a.csv', HTML],
    ['XHTML', '<?xml version="1.0"?>\n<!DOCTYPE html><html/>', 'a.xml', ['html', 'application/xhtml+xml', '.xhtml']],
    ['Markdown that begins with a tag', '<h1 align="center">Tool</h1>\n\n## Use', 'README.md', MARKDOWN],
    ['Markdown that begins with a comment', '<!-- lint off -->\n# Title', 'README.md', MARKDOWN],
    ['a fragment without a telling name', '<div class="a">Hello</div>', 'upload', HTML],
  ])('when it is %s, then it is recognised', async (_what, content, fileName, expected, declared = '') => {
    await expectDetected(content, fileName, expected, declared);
  });

  it('when a character is cut by the end of what is looked at, then it is still text', async () => {
    await expectDetected('a' + 'ü'.repeat(80_000), 'a.txt', TEXT);
  });

  it.each<[string, string, string, string?]>([
    ['a name without an extension and no declared type', 'Hello', 'README'],
    ['a declared type that is no text', 'Hello', 'a', 'application/pdf'],
    ['XML', '<?xml version="1.0"?><svg/>', 'a.xml'],
  ])('when it is %s, then E002', async (_what, content, fileName, declared = '') => {
    await expect(detect(content, fileName, declared)).rejects.toMatchObject({ code: 'E002' });
  });

  it.each<[string, string | Buffer, string, string]>([
    ['.pdf', 'Not a PDF at all', 'a.pdf', 'The input is named .pdf, but is plain text.'],
    ['.docx', GIF, 'a.DOCX', 'The input is named .docx, but is a .gif file (image/gif).'],
  ])(
    'when it is named %s and is no document at all, then E004 says what it is',
    async (_what, content, fileName, message) => {
      await expect(detect(content, fileName)).rejects.toMatchObject({ code: 'E004', message });
    },
  );

  it('when a text holds a NUL, then it is none', async () => {
    await expect(detect('a,b\n\0', 'a')).rejects.toMatchObject({ code: 'E002' });
    await expect(detect('a,b\n\0', 'a.csv')).rejects.toMatchObject({ code: 'E004' });
  });
});

describe('files that cannot be read', () => {
  const hints: DetectionHints = { fileName: 'a.pdf' };

  it('when the file is empty, then E003', async () => {
    await expect(detect('', 'a.pdf')).rejects.toMatchObject({ code: 'E003' });
  });

  it('when there is no file, then E003 without its path', async () => {
    const error = await detectFormat(path.join(folder, 'none'), hints).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'E003' });
    expect((error as Error).message).not.toContain(folder);
  });

  it('when it is a folder, then E003', async () => {
    await mkdir(path.join(folder, 'sub'));
    await expect(detectFormat(path.join(folder, 'sub'), hints)).rejects.toMatchObject({ code: 'E003' });
  });

  it('when the file is huge, then only its start is read', async () => {
    const file = path.join(folder, 'huge');
    await writeFile(file, PDF);
    await truncate(file, 20 * 1024 ** 3);
    await expect(detectFormat(file, hints)).resolves.toMatchObject({ format: 'pdf' });
  });
});

describe('the list of supported types', () => {
  it('when it is asked for, then every format has a title, MIME types and dotted extensions', () => {
    expect(SUPPORTED_TYPES.map(({ format }) => format)).toEqual(
      expect.arrayContaining(['pdf', 'docx', 'xlsx', 'pptx', 'html', 'markdown', 'csv', 'text', 'odt', 'image']),
    );
    for (const { title, mimeTypes, extensions } of SUPPORTED_TYPES) {
      expect(title).not.toBe('');
      expect(mimeTypes.length).toBeGreaterThan(0);
      for (const extension of extensions) expect(extension).toMatch(/^\.[a-z]+$/);
    }
  });
});
