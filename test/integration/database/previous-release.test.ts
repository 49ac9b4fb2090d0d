/** @direct describes statements over the protocol itself */
import pg from 'pg';
import { describeStatements } from '../../support/describe-statements.js';
import { readPreviousRelease, writePreviousRelease, type PreviousRelease } from '../../support/previous-release.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

const ID = '01900000-0000-7000-8000-000000000001';

/** docs/decisions/0009-expand-and-contract.md */
describe('the statements of the previous release, on the newest schema', () => {
  let database: TestDatabase;
  let previous: PreviousRelease;
  beforeAll(async () => {
    // Set by scripts/previous-release.mjs only.
    const folder = process.env['PREVIOUS_RELEASE_DB'];
    if (folder) await writePreviousRelease(folder);
    previous = readPreviousRelease();
  });
  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(() => database.drop());

  test('when PostgreSQL describes each, then parameters and columns are what that release knows', async () => {
    const sources = Object.fromEntries(Object.entries(previous.statements).map(([name, { source }]) => [name, source]));

    const contracts = await describeStatements(database.sql, sources);

    const known = Object.entries(previous.statements).map(([name, { names, parameters, columns }]) => [
      name,
      { names, parameters, columns },
    ]);
    expect(contracts).toEqual(Object.fromEntries(known));
  });

  describe('when that release goes on running', () => {
    let client: pg.Client;
    beforeEach(async () => {
      client = new pg.Client({ connectionString: database.directUrl });
      await client.connect();
    });
    afterEach(() => client.end());

    /** Runs one of its statements as the application's role; parameters by name, those not given are null. */
    const run = async (name: string, values: Readonly<Record<string, unknown>>) => {
      const { source, names } = previous.statements[name]!;
      const text = source.replace(/^(--.*\n)+/, '');
      const { rows } = await client.query<Record<string, unknown>>(
        text,
        names.map((each) => values[each] ?? null),
      );
      return rows;
    };
    const insert = (id = ID) =>
      run('jobs/insert', {
        id,
        clientId: 'local',
        sessionId: 'session',
        inputType: 'URL',
        inputUrl: 'https://documents.example/a.pdf',
        maxRetries: 3,
      });
    const claim = () => run('jobs/claim-batch', { workerId: 'worker', limit: 1, leaseMs: 30_000, afterClient: '' });

    test('then it takes a job from its arrival to its results and its history', async () => {
      await insert();
      const [claimed] = await claim();
      const lease = { id: ID, workerId: 'worker', fencingToken: claimed?.['fencingToken'] };
      await run('jobs/start-processing', { ...lease, progressPercent: 20 });
      await run('jobs/record-progress', { ...lease, stage: 'export', progressPercent: 80 });
      await run('jobs/complete', {
        ...lease,
        status: 'COMPLETE',
        mcpToolName: 'convert_url',
        formatTypes: ['markdown', 'html', 'json'],
        contents: ['# A', '<h1>A</h1>', '{}'],
      });

      const page = { clientId: 'local', sessionId: 'session', limit: 10, offset: 0 };
      expect(await run('jobs/list-history-page', page)).toMatchObject([
        { id: ID, status: 'COMPLETE', progressPercent: 100 },
      ]);
      expect(await database.rows('SELECT status FROM jobs')).toEqual([{ status: 'COMPLETE' }]);
      expect(await database.rows('SELECT FROM results')).toHaveLength(3);
      expect(await database.rows('SELECT FROM job_leases')).toHaveLength(0);
    });

    test('then it fails, cancels and deletes jobs', async () => {
      const other = ID.replace(/1$/, '2');
      await insert();
      const [claimed] = await claim();
      const lease = { id: ID, workerId: 'worker', fencingToken: claimed?.['fencingToken'] };
      await run('jobs/fail', { ...lease, errorCode: 'E302', errorMessage: 'no' });
      await insert(other);
      await run('jobs/cancel', { id: other, clientId: 'local' });

      expect(await database.rows('SELECT status FROM jobs ORDER BY id')).toEqual([
        { status: 'FAILED' },
        { status: 'CANCELLED' },
      ]);
      await run('jobs/delete', { id: ID, clientId: 'local' });
      expect(await database.rows('SELECT FROM jobs')).toHaveLength(1);
    });
  });
});
