import request, { type Test } from 'supertest';
import type { ApiDocument } from '../../src/http/openapi/document.js';
import type { JobStatus } from '../../src/jobs/job-states.js';
import { operationsOf, type Operation, type Parameter } from '../support/document-operations.js';
import { insertJob, insertResults } from '../support/job-rows.js';
import { startTestApi, type TestApi } from '../support/test-api.js';

/** A call that the document shows. */
interface Example {
  readonly name: string;
  readonly operation: Operation;
  /** Beside what the operation needs. */
  readonly parameter?: Parameter & { readonly value: unknown };
  readonly body?: { readonly mediaType: string; readonly value: Record<string, unknown> };
}

const JOB_ID = '0192d3f4-0000-7abc-8def-000000000001';
/** What a job has to be for the call to succeed. */
const STATUSES: Readonly<Record<string, JobStatus>> = { cancelJob: 'PENDING', retryJob: 'FAILED' };

let api: TestApi;
let document: ApiDocument;
beforeAll(async () => {
  api = await startTestApi();
  document = (await request(api.url).get('/api/v1/openapi.json')).body as ApiDocument;
});
afterAll(() => api.close());

describe('the examples', () => {
  test('when they are sent, then each is served, with a status that is documented, and each operation has one', async () => {
    const served = new Set<string>();
    for (const example of operationsOf(document).flatMap(examplesOf)) {
      await api.db.rows('DELETE FROM jobs');
      const status = STATUSES[example.operation.operationId] ?? 'COMPLETE';
      await insertJob(api.db, status, {
        id: JOB_ID,
        session_id: 'invoices-2026',
        input_type: 'URL',
        input_path: null,
        input_url: 'https://example.org/report.pdf',
      });
      if (status === 'FAILED') await insertResults(api.db, JOB_ID, ['markdown']);

      const response = await send(example);

      expect([example.name, Object.keys(example.operation.responses)]).toEqual([
        example.name,
        expect.arrayContaining([String(response.status)]),
      ]);
      expect([example.name, response.status < 400]).toEqual([example.name, true]);
      served.add(example.operation.operationId);
    }

    expect(operationsOf(document).filter((operation) => !served.has(operation.operationId))).toEqual([]);
  });
});

/** Every example of a body, and of a parameter that may be left out; the bare call where there are none. */
function examplesOf(operation: Operation): Example[] {
  const bodies = Object.entries(operation.requestBody?.content ?? {}).flatMap(([mediaType, { examples }]) =>
    Object.entries(examples).map(([name, { value }]) => ({ name, body: { mediaType, value } })),
  );
  const calls = (bodies.length > 0 ? bodies : [{ name: 'bare' }]).map((call) => ({ ...call, operation }));
  const more = operation.parameters.flatMap((parameter) =>
    (parameter.schema.examples ?? []).map((value) => ({ ...calls[0]!, parameter: { ...parameter, value } })),
  );
  return [...calls, ...more].map((example) => ({ ...example, name: `${operation.operationId} ${example.name}` }));
}

function send({ operation, parameter, body }: Example): Test {
  const { method, path } = operation;
  const needed = operation.parameters.filter(({ example }) => example !== undefined);
  const values: (Parameter & { readonly value: unknown })[] = [
    ...needed.map(({ example, ...other }) => ({ ...other, value: example })),
    ...(parameter ? [parameter] : []),
  ];
  const of = (place: string) =>
    values.filter((given) => given.in === place).map(({ name, value }) => [name, String(value)]);
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => String(Object.fromEntries(of('path'))[name]));
  const sent = request(api.url)
    [method as 'get' | 'post' | 'delete'](filled)
    .query(Object.fromEntries(of('query')));
  void sent.set(Object.fromEntries(of('header')));
  if (body?.mediaType !== 'multipart/form-data') {
    return body ? sent.send(JSON.parse(JSON.stringify(body.value).replace('/tmp', api.inputDir)) as object) : sent;
  }
  for (const [name, value] of Object.entries(body.value)) {
    if (name === 'file') void sent.attach(name, Buffer.from(String(value)), 'example.csv');
    else void sent.field(name, String(value));
  }
  return sent;
}
