import { HostileWorker } from '../support/hostile/hostile-worker.js';
import { nested } from '../support/hostile/nested.js';
import { mainContent, odtContent, odtFile, officeFile } from '../support/hostile/packages.js';

const ENDLESS = 100_000;

let hostile: HostileWorker;
beforeAll(async () => {
  hostile = await HostileWorker.create();
});
afterAll(() => hostile.close());

const PARAGRAPH = '<w:p><w:r><w:t>A pear</w:t></w:r></w:p>';
const docx = (inner: string) => officeFile('docx', mainContent('docx', inner));
const docxTables = (levels: number) => docx(nested(levels, '<w:tbl><w:tr><w:tc>', `</w:tc></w:tr></w:tbl>`, PARAGRAPH));
const odtLists = (levels: number) =>
  odtFile(
    odtContent(
      nested(levels, '<text:list><text:list-item>', '</text:list-item></text:list>', '<text:p>A pear</text:p>'),
    ),
  );
const pptxGroups = (levels: number) =>
  officeFile('pptx', mainContent('pptx', nested(levels, '<p:grpSp>', '</p:grpSp>', '<p:sp/>')));

describe('nesting without end', () => {
  it.each<[string, string, Buffer | string]>([
    ['tables within cells of a Word document', 'a.docx', docxTables(ENDLESS)],
    [
      'content controls of a Word document',
      'a.docx',
      docx(nested(ENDLESS, '<w:sdt><w:sdtContent>', '</w:sdtContent></w:sdt>')),
    ],
    [
      'rows of a workbook',
      'a.xlsx',
      officeFile('xlsx', mainContent('xlsx', nested(ENDLESS, '<row><c>', '</c></row>'))),
    ],
    ['groups on a slide', 'a.pptx', pptxGroups(ENDLESS)],
    ['lists of an OpenDocument text', 'a.odt', odtLists(ENDLESS)],
    ['spans of an OpenDocument text', 'a.odt', odtFile(odtContent(nested(ENDLESS, '<text:span>', '</text:span>')))],
    ['elements of a page', 'a.html', nested(ENDLESS, '<div>', '</div>')],
    ['elements of a page that are never closed', 'a.html', `<html>${'<div>'.repeat(ENDLESS)}`],
    ['tables of a page', 'a.html', nested(ENDLESS, '<table><tr><td>', '</td></tr></table>')],
    ['lists of a page', 'a.html', nested(ENDLESS, '<ul><li>', '</li></ul>')],
    ['quotes of Markdown', 'a.md', `${'> '.repeat(50_000)}A pear\n`],
    ['lists of Markdown', 'a.md', `${'- '.repeat(50_000)}A pear\n`],
    ['tags within Markdown', 'a.md', nested(ENDLESS, '<div>', '</div>')],
  ])('when it is of %s, then E305', async (_what, fileName, content) => {
    const { job } = await hostile.work(fileName, content);

    expect(job).toMatchObject({ status: 'FAILED', error_code: 'E305' });
  });
});

describe('nesting as deep as some documents have it', () => {
  it.each<[string, string, Buffer | string]>([
    ['20 tables within cells of a Word document', 'a.docx', docxTables(20)],
    ['60 lists of an OpenDocument text', 'a.odt', odtLists(60)],
    ['100 elements of a page', 'a.html', nested(100, '<div>', '</div>')],
    ['20 tables of a page', 'a.html', nested(20, '<table><tr><td>', '</td></tr></table>')],
    ['60 lists of a page', 'a.html', nested(60, '<ul><li>', '</li></ul>')],
    ['100 quotes of Markdown', 'a.md', `${'> '.repeat(100)}A pear\n`],
  ])('when it is %s, then all is converted', async (_what, fileName, content) => {
    const { job, results } = await hostile.work(fileName, content);

    expect(job.status).toBe('COMPLETE');
    expect(results.markdown).toContain('A pear');
  });

  it('when brackets of JSON stand in a text, then it is a text', async () => {
    const { job, results } = await hostile.work('a.txt', nested(ENDLESS, '[', ']'));

    expect(job.status).toBe('COMPLETE');
    expect(results.markdown).toContain('A pear');
  });
});
