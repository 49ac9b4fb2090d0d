import { HostileWorker } from '../support/hostile/hostile-worker.js';
import {
  mainContent,
  mainPart,
  odtContent,
  odtFile,
  officeFile,
  sheetsFile,
  stored,
  type OfficeKind,
} from '../support/hostile/packages.js';
import { bombEntry, deflatedBomb, rawZip } from '../support/hostile/raw-zip.js';

const KINDS: readonly OfficeKind[] = ['docx', 'xlsx', 'pptx'];
/** Above the most that one entry may inflate to. */
const FAR_TOO_LARGE_MB = 400;

let hostile: HostileWorker;
beforeAll(async () => {
  hostile = await HostileWorker.create();
});
afterAll(() => hostile.close());

/** The halves of a main part around its content. */
function halves(kind: OfficeKind): [start: string, end: string] {
  const [start = '', end = ''] = mainContent(kind, '|').split('|');
  return [start, end];
}

describe('a zip bomb', () => {
  it.each(KINDS)('when a %s unpacks to hundreds of megabytes, then E305', async (kind) => {
    const entry = bombEntry(mainPart(kind), halves(kind)[0], ' ', FAR_TOO_LARGE_MB, halves(kind)[1]);
    const { job } = await hostile.work(`bomb.${kind}`, officeFile(kind, entry));

    expect(job).toMatchObject({ status: 'FAILED', error_code: 'E305' });
  });

  it.each(KINDS)('when the directory of a %s declares a hundred bytes instead, then E004', async (kind) => {
    const data = deflatedBomb(halves(kind)[0], ' ', FAR_TOO_LARGE_MB, halves(kind)[1]);
    const entry = { name: mainPart(kind), method: 'deflated', data, declaredBytes: 100 } as const;
    const { job } = await hostile.work(`liar.${kind}`, officeFile(kind, entry));

    expect(job).toMatchObject({ status: 'FAILED', error_code: 'E004' });
  });

  it('when an OpenDocument text unpacks to hundreds of megabytes, then E305', async () => {
    const [start = '', end = ''] = odtContent('|').split('|');
    const { job } = await hostile.work(
      'bomb.odt',
      odtFile(bombEntry('content.xml', start, ' ', FAR_TOO_LARGE_MB, end)),
    );

    expect(job).toMatchObject({ status: 'FAILED', error_code: 'E305' });
  });

  it('when its ratio is an honest one, but its parts are millions, then E305 or E302', async () => {
    // 240 MB of paragraphs, below the limit of an entry.
    const paragraph = '<w:p><w:r><w:t>pear</w:t></w:r></w:p>'.padEnd(64, ' ');
    const [start, end] = halves('docx');
    const noise = Array.from({ length: 100_000 }, (_, index) => (index * 2654435761) % 2 ** 32).join();
    const entry = bombEntry(mainPart('docx'), `${start}<!--${noise}-->`, paragraph, 240, end);
    const { job } = await hostile.work('many.docx', officeFile('docx', entry));

    expect(job.status).toBe('FAILED');
    expect(['E305', 'E302']).toContain(job.error_code);
  });

  it('when it has tens of thousands of entries, then E004', async () => {
    const entries = Array.from({ length: 60_000 }, (_, index) => stored(`word/${index}.xml`, ''));
    const { job } = await hostile.work('entries.docx', officeFile('docx', mainContent('docx', ''), entries));

    expect(job).toMatchObject({ status: 'FAILED', error_code: 'E004' });
  });

  it('when a thousand sheets are one and the same overlapping entry, then E305', async () => {
    const [start, end] = halves('xlsx');
    const sheet = bombEntry('', start, '<row/>\n\n', 1, end);
    const { job } = await hostile.work('overlap.xlsx', sheetsFile(1_000, sheet));

    expect(job).toMatchObject({ status: 'FAILED', error_code: 'E305' });
  });

  it('when zips are nested within an embedded file, then nobody unpacks them', async () => {
    let nested = rawZip([bombEntry('bomb.xml', '', ' ', FAR_TOO_LARGE_MB)]);
    for (let level = 0; level < 8; level += 1) nested = rawZip([{ name: 'inner.zip', data: nested }]);
    const main = mainContent('docx', '<w:p><w:r><w:t>A pear</w:t></w:r></w:p>');
    const { job, results } = await hostile.work(
      'nested.docx',
      officeFile('docx', main, [{ name: 'word/embeddings/inner.zip', data: nested }]),
    );

    expect(job.status).toBe('COMPLETE');
    expect(results.markdown).toContain('A pear');
  });

  it('when an archive with nothing but a bomb is sent as it is, then E002', async () => {
    const { job } = await hostile.work('bomb.zip', rawZip([bombEntry('bomb', '', ' ', FAR_TOO_LARGE_MB)]));

    expect(job).toMatchObject({ status: 'FAILED', error_code: 'E002' });
  });
});
