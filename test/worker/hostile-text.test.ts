import { HostileWorker } from '../support/hostile/hostile-worker.js';
import { workbookRows } from '../support/hostile/packages.js';

const MANY = 200_000;

let hostile: HostileWorker;
beforeAll(async () => {
  hostile = await HostileWorker.create();
});
afterAll(() => hostile.close());

describe('texts on which parsers and patterns run long', () => {
  it.each<[string, string, string]>([
    ['opening brackets of links', 'a.md', '['.repeat(MANY)],
    ['openings of images', 'a.md', '![a]('.repeat(MANY)],
    ['links within links', 'a.md', `${'['.repeat(MANY)}a${'](b)'.repeat(MANY)}`],
    ['emphasis that is never closed', 'a.md', '*a _b '.repeat(MANY)],
    ['emphasis of every length', 'a.md', Array.from({ length: 2_000 }, (_, length) => '*'.repeat(length)).join('a')],
    [
      'runs of backticks of every length',
      'a.md',
      Array.from({ length: 2_000 }, (_, length) => '`'.repeat(length)).join('a'),
    ],
    ['angle brackets', 'a.md', '<'.repeat(MANY)],
    ['comments that are never closed', 'a.md', '<!-- a '.repeat(MANY)],
    ['references that are never defined', 'a.md', '[a][b] '.repeat(MANY)],
    [
      'a definition for every reference',
      'a.md',
      Array.from({ length: 50_000 }, (_, id) => `[${id}]: /a\n[${id}]\n`).join('\n'),
    ],
    ['pipes of tables', 'a.md', `|${'a|'.repeat(20_000)}\n|${'-|'.repeat(20_000)}\n`],
    ['front matter that is never closed', 'a.md', `---\na: b\n${'-- \n'.repeat(MANY)}`],
    ['white space', 'a.md', `a${' '.repeat(MANY)}\n`.repeat(10)],
    ['entities', 'a.html', `<p>${'&amp;&#x26;&notin'.repeat(MANY)}`],
    ['attributes of one tag', 'a.html', `<p ${Array.from({ length: MANY }, (_, id) => `a${id}="b"`).join(' ')}>A pear`],
    ['formatting that is never closed', 'a.html', `<html>${'<b><i><a href=x>'.repeat(500)}${'<p>a</p>'.repeat(500)}`],
    ['carriage returns', 'a.txt', `${'\r\n \r'.repeat(MANY)}A pear`],
    ['blank lines', 'a.txt', `${`\n${' '.repeat(1_000)}`.repeat(500)}A pear`],
    ['quotation marks', 'a.csv', '"'.repeat(MANY)],
    ['delimiters of every kind', 'a.csv', ',;\t|:'.repeat(MANY)],
    ['quoted line breaks', 'a.csv', `a,b\n"${'\n'.repeat(MANY)}`],
  ])('when they are %s, then the job ends by itself', async (_what, fileName, content) => {
    const { job } = await hostile.work(fileName, content);

    // E304: the table of the last is more than a result may be as JSON. E302: it takes too much memory.
    expect(['COMPLETE', 'E302', 'E304', 'E305']).toContain(job.error_code ?? job.status);
  });

  it('when a CSV of 14 MB is a single line, then it is one row', async () => {
    const cell = 'pear'.padEnd(1_023, '.');
    const { job, results } = await hostile.work('a.csv', `${cell},`.repeat(14 * 1_024));

    expect(job.status).toBe('COMPLETE');
    expect(results.markdown).toContain('pear');
  });
});

describe('sheets', () => {
  it.each<[string, (row: number, column: number) => string]>([
    ['numbers', (row, column) => `<v>${row * column}</v>`],
    ['texts', (row, column) => `<is><t>pear ${row} ${column}</t></is>`],
  ])('when one has 750,000 cells of %s, then they are converted', async (kind, cell) => {
    const type = kind === 'texts' ? 'inlineStr' : 'n';
    const { job, results } = await hostile.work('a.xlsx', workbookRows(15_000, 50, type, cell));

    // As JSON with every cell's place in the grid they are more than a result may be.
    expect(job).toMatchObject({ status: 'PARTIAL_COMPLETE', error_code: 'E304' });
    expect(job.error_details).toMatchObject({ missing: [{ format: 'json', code: 'E305' }] });
    expect(results.markdown!.split('\n').length).toBeGreaterThan(15_000);
    expect(results.html!.split('<tr>').length).toBeGreaterThan(15_000);
  });

  it('when one has more cells than are taken, then E305', async () => {
    const { job } = await hostile.work(
      'a.xlsx',
      workbookRows(21_000, 50, 'n', () => '<v>1</v>'),
    );

    expect(job).toMatchObject({ status: 'FAILED', error_code: 'E305' });
  });

  it('when its two cells are as far apart as cells can be, then the empty ones between cost nothing', async () => {
    const { job } = await hostile.work(
      'a.xlsx',
      workbookRows(1, 1, 'n', () => '<v>1</v>', '<row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'),
    );

    expect(['COMPLETE', 'E305']).toContain(job.error_code ?? job.status);
  });
});
