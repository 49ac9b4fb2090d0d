import { describe, expect, test } from '@jest/globals';
import { csvFormat } from '../../../../src/conversion/formats/csv.js';
import { LIMITS } from '../../../../src/conversion/limits.js';
import { read, type ReadOptions } from './text-input.js';

async function grid(content: string | Buffer, options: ReadOptions = {}): Promise<string[][]> {
  const { tables } = await read(csvFormat, content, options);
  return tables[0]!.data.grid.map((row) => row.map(({ text }) => text));
}

describe('the CSV reader', () => {
  test.each([
    ['commas', 'a,b\n1,2\n'],
    ['semicolons', 'a;b\n1;2\n'],
    ['tabs', 'a\tb\n1\t2'],
    ['bars', 'a|b\r\n1|2\r\n'],
    ['colons', 'a:b\n1:2\n'],
    ['spaces before quotes', 'a, "b"\n1, "2"\n'],
    ['a delimiter of its own', 'sep=^\na^b\n1^2\n'],
    ['a byte order mark', '\uFEFFa,b\n1,2\n'],
    ['UTF-16', Buffer.from('\uFEFFa,b\n1,2\n', 'utf16le')],
    ['blank lines', '\na,b\n\n1,2\n\n'],
  ])('when the file is written with %s, then the cells are the same', async (_case, content) => {
    expect(await grid(content)).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ]);
  });

  test('when decimal commas stand between semicolons, then the semicolons divide', async () => {
    expect(await grid('name;price\nx;1,5\ny;2,5\n')).toEqual([
      ['name', 'price'],
      ['x', '1,5'],
      ['y', '2,5'],
    ]);
  });

  test('when a line of description stands before the table, then the lines below tell what divides', async () => {
    expect(await grid('Sales, 2026\nname;price\nx;1\ny;2\n')).toEqual([
      ['Sales, 2026', ''],
      ['name', 'price'],
      ['x', '1'],
      ['y', '2'],
    ]);
  });

  test('when one column holds times or prose, then colons do not divide it', async () => {
    expect(await grid('time\n10:30\n11:45\n')).toEqual([['time'], ['10:30'], ['11:45']]);
    expect(await grid('a:b\n')).toEqual([['a:b']]);
    expect(await grid('name,at\nx,10:30\n')).toEqual([
      ['name', 'at'],
      ['x', '10:30'],
    ]);
  });

  test('when the type says tabs, then commas are text', async () => {
    expect(await grid('a,b,c\n', { mimeType: 'text/tab-separated-values' })).toEqual([['a,b,c']]);
  });

  test('when cells are quoted, then delimiters, line breaks and doubled quotes are text', async () => {
    expect(await grid('a,b\n"x, y","1\n""2"""\nz,in "it"\n')).toEqual([
      ['a', 'b'],
      ['x, y', '1\n"2"'],
      ['z', 'in "it"'],
    ]);
  });

  test('when a quote is never closed, then it is text', async () => {
    expect(await grid('a,b\n"x,1\ny,2\n')).toEqual([
      ['a', 'b'],
      ['"x', '1'],
      ['y', '2'],
    ]);
  });

  test('when rows differ in length, then the table is as wide as the longest', async () => {
    expect(await grid('a,b\n1\n1,2,3\n')).toEqual([
      ['a', 'b', ''],
      ['1', '', ''],
      ['1', '2', '3'],
    ]);
  });

  test('when the bytes are not UTF-8, then they are windows-1252', async () => {
    expect(await grid(Buffer.from('gr\xFCn,\x80\n', 'latin1'))).toEqual([['grün', '€']]);
  });

  test('when there is a first row, then it is the header', async () => {
    const { tables } = await read(csvFormat, 'a,b\n1,2\n');
    expect(tables[0]!.data.table_cells.map((cell) => cell.column_header)).toEqual([true, true, false, false]);
  });

  test('when the file is empty, then there is no table', async () => {
    expect((await read(csvFormat, '')).tables).toEqual([]);
  });

  test.each([
    ['one row has too many cells', ','.repeat(LIMITS.cells + 1)],
    ['all rows have too many cells', `${','.repeat(999)}\n`.repeat(LIMITS.cells / 1_000 + 1)],
    ['one long row widens a long table too much', `${','.repeat(9_999)}\n${'x\n'.repeat(10_000)}`],
    ['one row has too many characters', 'x'.repeat(LIMITS.csvRecordCharacters + 1_024)],
  ])('when %s, then it ends with E305', async (_case, content) => {
    await expect(read(csvFormat, content)).rejects.toMatchObject({ code: 'E305' });
  });

  test('when the caller gives up, then the reading ends', async () => {
    await expect(read(csvFormat, 'a,b\n', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  test('when there is no file, then it ends with E003', async () => {
    const input = { path: '/nowhere', fileName: 'x', mimeType: 'text/csv', binaryHash: 1, onProgress: () => undefined };
    await expect(csvFormat.read({ ...input, signal: new AbortController().signal })).rejects.toMatchObject({
      code: 'E003',
    });
  });
});
