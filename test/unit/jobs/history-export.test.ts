import { parse } from 'csv-parse/sync';
import { EXPORT_FORMATS, exportFileName } from '../../../src/jobs/history-export.js';
import type { ExportedJob } from '../../../src/jobs/job-repository.js';

const JOB: ExportedJob = {
  id: '01900000-0000-7000-8000-000000000000',
  sessionId: 's',
  status: 'COMPLETE',
  currentStage: 'saving',
  progressPercent: 100,
  inputType: 'FILE',
  fileName: 'a.pdf',
  fileSize: 12,
  fileMime: 'application/pdf',
  inputUrl: null,
  retryCount: 0,
  errorCode: null,
  errorMessage: null,
  createdAt: new Date('2026-01-01T00:00:00.123Z'),
  updatedAt: new Date('2026-01-01T00:00:01Z'),
  startedAt: null,
  completedAt: new Date('2026-01-01T00:00:01Z'),
  results: [
    { formatType: 'html', sizeBytes: 3 },
    { formatType: 'json', sizeBytes: 4 },
  ],
};

async function write(format: 'ndjson' | 'csv', batches: ExportedJob[][]): Promise<string> {
  let text = '';
  for await (const piece of EXPORT_FORMATS[format].write(toStream(batches))) text += piece;
  return text;
}

async function* toStream(batches: ExportedJob[][]): AsyncGenerator<ExportedJob[]> {
  for (const batch of batches) yield await Promise.resolve(batch);
}

describe('history exports', () => {
  it('when NDJSON is written, then each line reads back as the job', async () => {
    const lines = (await write('ndjson', [[JOB, { ...JOB, fileName: 'line\nbreak' }], [JOB]])).trimEnd().split('\n');

    expect(lines).toHaveLength(3);
    expect(JSON.parse(lines[0]!)).toEqual(JSON.parse(JSON.stringify(JOB)));
    expect(JSON.parse(lines[1]!)).toMatchObject({ fileName: 'line\nbreak' });
  });

  it('when CSV is written, then there is one header over all batches, and the cells read back', async () => {
    const text = await write('csv', [[JOB], [{ ...JOB, fileName: 'a "b",\r\nc' }]]);

    const rows = parse(text, { columns: true }) as Record<string, string>[];
    expect(rows).toHaveLength(2);
    expect(rows[0]).toEqual({
      ...Object.fromEntries(Object.keys(JOB).map((field) => [field, ''])),
      id: JOB.id,
      sessionId: 's',
      status: 'COMPLETE',
      currentStage: 'saving',
      progressPercent: '100',
      inputType: 'FILE',
      fileName: 'a.pdf',
      fileSize: '12',
      fileMime: 'application/pdf',
      retryCount: '0',
      createdAt: '2026-01-01T00:00:00.123Z',
      updatedAt: '2026-01-01T00:00:01.000Z',
      completedAt: '2026-01-01T00:00:01.000Z',
      results: 'html:3 json:4',
    });
    expect(rows[1]?.['fileName']).toBe('a "b",\r\nc');
  });

  it.each(['=1', '+1', '-1', '@x', '\tx', '\rx'])(
    'when a cell begins as a formula would, as %j, then an apostrophe goes before it',
    async (fileName) => {
      const [row] = parse(await write('csv', [[{ ...JOB, fileName }]]), { columns: true }) as Record<string, string>[];

      expect(row?.['fileName']).toBe(`'${fileName}`);
    },
  );

  it.each([
    ['plain', 'history-plain.csv'],
    ['../../x', 'history-.._.._x.csv'],
    ['a\r\nb: "c"', 'history-a_b_c_.csv'],
    ['ü'.repeat(5), 'history-_.csv'],
    ['x'.repeat(255), `history-${'x'.repeat(100)}.csv`],
  ])('when the session is %j, then the file is %s', (session, name) => {
    expect(exportFileName(session, 'csv')).toBe(name);
  });
});
