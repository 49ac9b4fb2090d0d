/** @direct reads plans, as a superuser */
import { loadCatalogue } from '../../../src/database/catalogue.js';
import type { Params } from '../../../src/database/database.js';
import type { StatementName } from '../../../src/database/statements.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  Plans?: PlanNode[];
}

interface Expectation<N extends StatementName = StatementName> {
  readonly name: N;
  readonly params: Params<N>;
  /** Indexes that have to serve it. */
  readonly indexes: readonly string[];
  /** Whether it reads no table. */
  readonly indexOnly?: boolean;
  /** Whether it may sort: only what it has already limited. */
  readonly sorts?: boolean;
}

const expectation = <N extends StatementName>(value: Expectation<N>): Expectation => value as unknown as Expectation;

const ID = '01900000-0000-7000-8000-000000000001';
const TOP_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** The statements that run often or on tables that grow. */
const HOT: readonly Expectation[] = [
  expectation({
    name: 'jobs/find',
    params: [ID, 'local'],
    indexes: ['jobs_pkey', 'results_job_format_idx'],
    sorts: true,
  }),
  expectation({
    name: 'jobs/list-history-page',
    params: ['local', 'session-3', null, 20, 40],
    indexes: ['jobs_history_idx', 'results_job_format_idx'],
    sorts: true,
  }),
  expectation({
    name: 'jobs/list-history-after',
    params: ['local', 'session-3', null, 'infinity', TOP_ID, 21],
    indexes: ['jobs_history_idx', 'results_job_format_idx'],
  }),
  expectation({
    name: 'jobs/list-client-after',
    params: ['local', 'infinity', TOP_ID, 21],
    indexes: ['jobs_created_idx', 'results_job_format_idx'],
  }),
  expectation({
    name: 'jobs/list-client-by-status-after',
    params: ['local', 'FAILED', 'infinity', TOP_ID, 21],
    indexes: ['jobs_status_idx', 'results_job_format_idx'],
  }),
  expectation({
    name: 'jobs/export-history',
    params: ['local', 'session-3', null],
    indexes: ['jobs_history_idx', 'results_job_format_idx'],
    sorts: true,
  }),
  expectation({
    name: 'jobs/claim-batch',
    params: ['worker', 5, 30_000, ''],
    indexes: ['jobs_queue_idx'],
    sorts: true,
  }),
  expectation({
    name: 'jobs/count-queued',
    params: ['local', 100_000],
    indexes: ['jobs_queue_idx'],
    indexOnly: true,
  }),
  expectation({ name: 'jobs/find-oldest-waiting', params: [], indexes: ['jobs_queue_idx'], indexOnly: true }),
  expectation({ name: 'job-counts/list', params: [], indexes: [], indexOnly: true }),
  expectation({
    name: 'events/list-newest-transitions',
    params: [[ID], ['CANCELLED']],
    indexes: ['job_events_pkey'],
  }),
  expectation({ name: 'jobs/cancel', params: [ID, 'local'], indexes: ['jobs_pkey'] }),
  expectation({ name: 'jobs/delete', params: [ID, 'local'], indexes: ['jobs_pkey'] }),
  expectation({ name: 'jobs/record-progress', params: [ID, 'worker', 1, 'export', 80], indexes: ['jobs_pkey'] }),
  expectation({
    name: 'jobs/complete',
    params: [ID, 'worker', 1, 'COMPLETE', 'tool', null, 'x', null, null, null, null],
    indexes: ['jobs_pkey'],
  }),
  expectation({
    name: 'results/list',
    params: [ID, 'local'],
    indexes: ['results_job_format_idx', 'jobs_pkey'],
    sorts: true,
  }),
  expectation({
    name: 'results/find',
    params: [ID, 'local', 'html'],
    indexes: ['results_job_format_idx', 'jobs_pkey'],
  }),
  expectation({ name: 'results/read-slice', params: [ID, 1, 1_000], indexes: ['results_pkey'] }),
  expectation({ name: 'jobs/list-stored-inputs', params: [['00/x', '00/y']], indexes: ['jobs_input_path_idx'] }),
];

/** Tables that grow with every job. */
const GROWING = ['jobs', 'results', 'job_events'];

const catalogue = loadCatalogue();

describe.each(['fresh', 'stale'])('the plans of the hot statements, with %s statistics', (statistics) => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
    for (const table of GROWING) await database.rows(`ALTER TABLE ${table} SET (autovacuum_enabled = false)`);
    const analyze = () => database.rows('ANALYZE jobs, results, job_events');
    await seed(database, 1, 300);
    await analyze();
    await seed(database, 301, 20_000);
    if (statistics === 'fresh') await analyze();
  });
  afterAll(() => database.drop());

  async function planOf({ name, params }: Expectation, mode: string): Promise<PlanNode[]> {
    await database.rows(`SET plan_cache_mode = ${mode}`);
    const values = (params as readonly unknown[]).map(toLiteral).join(', ');
    await database.rows(`PREPARE hot AS ${catalogue[name].text}`);
    try {
      const { plan } = await database
        .row<{ plan: [{ Plan: PlanNode }] }>(`EXPLAIN (FORMAT JSON) EXECUTE hot${values === '' ? '' : `(${values})`}`)
        .then((row) => ({ plan: Object.values(row)[0] as unknown as [{ Plan: PlanNode }] }));
      return flatten(plan[0].Plan);
    } finally {
      await database.rows('DEALLOCATE hot');
    }
  }

  const cases = HOT.flatMap((hot) =>
    (catalogue[hot.name].preparedName ? ['force_custom_plan', 'force_generic_plan'] : ['force_custom_plan']).map(
      (mode) => ({
        ...hot,
        mode,
      }),
    ),
  );

  test.each(cases)('when $name is planned ($mode), then its indexes serve it', async ({ mode, ...hot }) => {
    const nodes = await planOf(hot, mode);

    const scanned = nodes.filter((node) => node['Node Type'] === 'Seq Scan').map((node) => node['Relation Name']);
    expect(scanned.filter((table) => GROWING.includes(table ?? ''))).toEqual([]);
    expect(nodes.map((node) => node['Index Name'])).toEqual(expect.arrayContaining([...hot.indexes]));
    const reads = nodes.filter((node) => /Index Scan|Bitmap/.test(node['Node Type'])).length;
    expect(hot.indexOnly ? reads : 0).toBe(0);
    const sorts = nodes.filter((node) => node['Node Type'].includes('Sort')).length;
    expect(hot.sorts ? 0 : sorts).toBe(0);
  });
});

async function seed(database: TestDatabase, from: number, to: number): Promise<void> {
  await database.rows(
    `WITH made AS (
       INSERT INTO jobs (id, client_id, session_id, input_type, status, created_at, next_attempt_at)
       SELECT gen_random_uuid(), 'local', 'session-' || n % 50, 'FILE',
         CASE WHEN n % 100 = 0 THEN 'FAILED' WHEN n % 20 = 0 THEN 'PENDING' ELSE 'COMPLETE' END::job_status,
         now() - n * interval '1 second', now() - n * interval '1 second'
       FROM generate_series($1::int, $2::int) n
       RETURNING id, status
     )
     INSERT INTO results (job_id, format_type, content, size_bytes)
     SELECT id, f, 'x', 1 FROM made, unnest(ARRAY['markdown', 'html', 'json']) f WHERE status = 'COMPLETE'`,
    [from, to],
  );
}

function flatten(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flatten)];
}

function toLiteral(value: unknown): string {
  if (value === null) return 'NULL';
  // As text of no type, it takes that of its parameter.
  if (Array.isArray(value)) return `'{${value.join(',')}}'`;
  return typeof value === 'number' ? String(value) : `'${String(value)}'`;
}
