import { HostileWorker } from '../support/hostile/hostile-worker.js';
import { flateBomb, flateChain, onePage, rawPdf, stream } from '../support/hostile/pdf-bombs.js';

/** For those that a reader can only be stopped at. */
const SHORT = { timeout_ms: 5_000 };
const IMAGE = '/Type/XObject/Subtype/Image/ColorSpace/DeviceGray/BitsPerComponent 8';

let hostile: HostileWorker;
beforeAll(async () => {
  hostile = await HostileWorker.create();
});
afterAll(() => hostile.close());

/** What a job over it came to: its code, or its status where there is none. */
async function outcomeOf(pdf: Buffer, values: object = SHORT): Promise<string> {
  const { job } = await hostile.work('a.pdf', pdf, values);
  return job.error_code ?? job.status;
}

/** Forms of which each shows the next `times` over; the last shows a word. */
function formsWithinForms(levels: number, times: number) {
  const forms = Array.from({ length: levels }, (_, level) =>
    stream(
      '/X Do '.repeat(times),
      `/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</XObject<</X ${level + 6} 0 R>>>>`,
    ),
  );
  return onePage('4 0 R', '/XObject<</X 5 0 R>>', [
    stream('/X Do'),
    ...forms,
    stream('BT /F0 9 Tf 72 72 Td (pear) Tj ET', '/Type/XObject/Subtype/Form/BBox[0 0 595 842]'),
  ]);
}

describe('streams that inflate to very much', () => {
  it.each<[string, Buffer]>([
    ['blanks as contents', onePage('4 0 R', '', [flateBomb(' ', 2_000)])],
    ['text as contents', onePage('4 0 R', '', [flateBomb('(pear) Tj T*    ', 2_000, '', 'BT /F0 9 Tf ')])],
    ['paths as contents', onePage('4 0 R', '', [flateBomb('0 0 m 9 9 l S   ', 2_000)])],
    ['states that are saved', onePage('4 0 R', '', [flateBomb('q ', 500)])],
    [
      'a table that maps characters',
      onePage('4 0 R', '/Font<</F1<</Type/Font/Subtype/Type0/BaseFont/A/Encoding/Identity-H/ToUnicode 5 0 R>>>>', [
        stream('BT /F1 9 Tf <0001> Tj ET'),
        flateBomb('<0001> <0002>   \n', 1_000, '', '1 beginbfchar '),
      ]),
    ],
    [
      'an image',
      onePage('4 0 R', '/XObject<</I 5 0 R>>', [
        stream('595 0 0 842 0 0 cm /I Do'),
        flateBomb('\0', 2_000, `${IMAGE}/Width 40000/Height 50000`),
      ]),
    ],
  ])('when they are %s, then the job ends in a limit', async (_what, pdf) => {
    expect(['E301', 'E302', 'E305', 'COMPLETE']).toContain(await outcomeOf(pdf));
  });

  it('when one is deflated eight times over, then the job ends in a limit', async () => {
    expect(['E301', 'E302', 'E305', 'COMPLETE']).toContain(
      await outcomeOf(onePage('4 0 R', '', [flateChain(Buffer.alloc(200_000_000, ' '), 8)])),
    );
  });
});

describe('structures that never end', () => {
  it('when a form shows itself, then that is noticed', async () => {
    const form = stream(
      'BT /F0 9 Tf 72 72 Td (pear) Tj ET /X Do',
      '/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</XObject<</X 5 0 R>>>>',
    );
    expect(['E004', 'E302', 'COMPLETE']).toContain(
      await outcomeOf(onePage('4 0 R', '/XObject<</X 5 0 R>>', [stream('/X Do'), form])),
    );
  });

  it('when forms multiply tenfold at each of twelve levels, then the job ends in a limit', async () => {
    expect(['E301', 'E302', 'E305']).toContain(await outcomeOf(formsWithinForms(12, 10)));
  });

  it.each<[string, string[]]>([
    ['its own child', ['<</Type/Catalog/Pages 2 0 R>>', '<</Type/Pages/Kids[2 0 R]/Count 1>>']],
    [
      'the child of its child',
      ['<</Type/Catalog/Pages 2 0 R>>', '<</Type/Pages/Kids[3 0 R]/Count 2>>', '<</Type/Pages/Kids[2 0 R]/Count 2>>'],
    ],
    ['its own catalog', ['1 0 R']],
  ])('when a page is %s, then the job fails', async (_what, objects) => {
    expect(['E004', 'E305']).toContain(await outcomeOf(rawPdf(objects)));
  });

  it.each([1_000_000, -7])('when its only page is there %i times, it says, then it counts once', async (count) => {
    const pages = `<</Type/Pages/Kids[3 0 R]/Count ${count}>>`;
    const pdf = rawPdf(['<</Type/Catalog/Pages 2 0 R>>', pages, '<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>']);
    expect(await outcomeOf(pdf)).toBe('COMPLETE');
  });

  it('when it really has thousands of pages too many, then E305', async () => {
    const kids = Array.from({ length: 6_000 }, (_, index) => `${index + 3} 0 R`).join(' ');
    const page = '<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>';
    const pdf = rawPdf([
      '<</Type/Catalog/Pages 2 0 R>>',
      `<</Type/Pages/Kids[${kids}]/Count 6000>>`,
      ...Array<string>(6_000).fill(page),
    ]);
    expect(await outcomeOf(pdf)).toBe('E305');
  });

  it('when the list of its objects refers to itself, then that is noticed', async () => {
    const pdf = rawPdf([
      '<</Type/Catalog/Pages 2 0 R>>',
      '<</Type/Pages/Kids[3 0 R]/Count 1>>',
      '<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>',
    ]);
    const place = /startxref\n(\d+)/.exec(pdf.toString('latin1'))?.[1];
    const looped = Buffer.from(pdf.toString('latin1').replace('/Root', `/Prev ${place}/Root`), 'latin1');
    expect(await outcomeOf(looped)).toBe('COMPLETE');
  });

  it('when arrays and dictionaries are nested without end, then the job fails', async () => {
    expect(['E004', 'E302', 'COMPLETE']).toContain(
      await outcomeOf(onePage('4 0 R', `/X ${'['.repeat(200_000)}`, [stream('')])),
    );
    expect(['E004', 'E302', 'COMPLETE']).toContain(
      await outcomeOf(onePage('4 0 R', '', [stream(`${'<</A '.repeat(200_000)}`)])),
    );
  });
});

describe('images and characters beyond measure', () => {
  it.each([
    [100_000, 100_000],
    [2_147_483_647, 2_147_483_647],
    [-1, 5],
  ])('when an image claims %i by %i pixels, then the page is a picture', async (width, height) => {
    const image = { value: `<<${IMAGE}/Width ${width}/Height ${height}/Length 4>>`, stream: Buffer.from('pear') };
    const pdf = onePage('4 0 R', '/XObject<</I 5 0 R>>', [stream('595 0 0 842 0 0 cm /I Do'), image]);
    expect(await outcomeOf(pdf)).toBe('COMPLETE');
  });

  it('when a page has a quarter of a million characters, then E305', async () => {
    const pdf = onePage('4 0 R', '', [stream(`BT /F0 9 Tf ${'(pear) Tj T* '.repeat(65_000)} ET`)]);
    expect(await outcomeOf(pdf, { timeout_ms: null })).toBe('E305');
  });

  it('when its numbers are those of no coordinate, then it is converted', async () => {
    const numbers = '1e308 -1e308 999999999999999999999 0.0000000000000000001 --5 4..2 NaN';
    const pdf = onePage('4 0 R', '', [stream(`${numbers} cm BT /F0 1e9 Tf ${numbers} Tm (pear) Tj ET`)]);
    expect(await outcomeOf(pdf)).toBe('COMPLETE');
  });
});
