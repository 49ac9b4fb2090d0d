/** @direct the statements that it ends in pass through the pooler in the other suites */
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import fc from 'fast-check';
import type { ApiDocument } from '../../../src/http/openapi/document.js';
import { operationsOf } from '../../support/document-operations.js';
import { faultsOf } from '../../support/documented-answers.js';
import { fuzzedRequest, type FuzzedRequest } from '../../support/fuzzed-requests.js';
import { startTestApi, type TestApi } from '../../support/test-api.js';

const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const BATCHES = 255;
const BATCH = 20;
/** Some 20 s on a machine that has nothing else to do. */
const TIME_LIMIT_MS = 300_000;
/** Beyond it a request counts as hanging. */
const ANSWER_MS = 10_000;

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** What no answer may hold, and no request does: stacks, words of the database and of the driver, places on the server. */
const LEAK =
  /\n\s+at |node_modules|node:internal|[a-z]\.(js|ts):\d+|docling_(app|test|migration)|relation "|syntax error|violates|invalid input|invalid byte|pg_|ECONN|ENOENT|ENAMETOOLONG/;

describe('requests made from the OpenAPI document', () => {
  let api: TestApi;
  let ids: string[];
  let document: ApiDocument;
  const agent = new Agent({ keepAlive: true, maxSockets: BATCH });
  beforeAll(async () => {
    api = await startTestApi({ maxFileBytes: 4_096 });
    // Jobs that have ended: nothing waits for them.
    const rows = await api.db.rows<{ id: string }>(
      `INSERT INTO jobs (client_id, id, session_id, input_type, input_url, status, completed_at)
       SELECT 'local', gen_random_uuid(), 'session', 'URL', 'https://example.org/', (ARRAY['COMPLETE', 'FAILED', 'CANCELLED'])[1 + n % 3]::job_status, now()
       FROM generate_series(1, 1000) AS n RETURNING id`,
    );
    ids = rows.map(({ id }) => id);
    document = (await (await fetch(`${api.url}/api/v1/openapi.json`)).json()) as ApiDocument;
  });
  afterAll(async () => {
    agent.destroy();
    await api.close();
  });

  test('when thousands of them come, then each is answered as the document says, none by a failure, and no answer tells of the inside', async () => {
    process.stderr.write(`To see this again: FUZZ_SEED=${SEED} npm test -- test/api/security/fuzz.test.ts\n`);
    let answered = 0;
    const statuses = new Map<number, number>();
    const served = new Set<string>();
    const fuzzed = fuzzedRequest({ document, ids, inputDir: api.inputDir });
    const property = fc.asyncProperty(fc.array(fuzzed, { minLength: BATCH, maxLength: BATCH }), async (requests) => {
      await Promise.all(
        requests.map(async (sent) => {
          const answer = await send(api.port, agent, sent);
          judge(sent, answer, api);
          answered += 1;
          statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
          if (answer.status < 400) served.add(sent.operationId);
        }),
      );
    });

    await fc.assert(property, {
      seed: SEED,
      numRuns: BATCHES,
      interruptAfterTimeLimit: TIME_LIMIT_MS,
      markInterruptAsFailure: true,
    });

    expect(answered).toBeGreaterThanOrEqual(5_000);
    // Or it would only have knocked at the door.
    // All jobs have ended: there is nothing to cancel.
    const operations = operationsOf(document).map(({ operationId }) => operationId);
    expect(operations.filter((id) => !served.has(id) && id !== 'cancelJob')).toEqual([]);
    for (const status of [200, 204, 400, 404, 409, 413, 415]) expect(statuses.get(status) ?? 0).toBeGreaterThan(0);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(api.logLines().filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
  }, 330_000);
});

function judge(sent: FuzzedRequest, { status, headers, text }: Answer, { inputDir }: TestApi): void {
  const about = `${sent.method} ${sent.path} ${JSON.stringify(sent.headers)} ${sent.body.toString('latin1').slice(0, 2_000)}\n→ ${status} ${text.slice(0, 1_000)}`;
  const root = inputDir.slice(0, inputDir.lastIndexOf('/'));
  const expected = (holds: boolean, what: string) => {
    if (!holds) throw new Error(`${what}:\n${about}`);
  };
  expected(status < 500, 'a failure');
  const faults = faultsOf({ ...sent, status, headers: headers as Record<string, string>, body: text });
  expected(faults.length === 0, `not as documented: ${faults.join('; ')}`);
  expected(
    headers['x-content-type-options'] === 'nosniff' && headers['x-request-id'] !== undefined,
    'headers are missing',
  );
  expected(!JSON.stringify(headers).includes(root), 'a header tells a path');
  if (status < 400) return;
  expected(headers['content-type'] === 'application/problem+json', 'no problem document');
  expected(sent.method === 'HEAD' || (JSON.parse(text) as { status: unknown }).status === status, 'another status');
  expected(text.length < 32_000, 'a long answer');
  expected(!LEAK.test(text) && !text.includes(root) && !text.includes(process.cwd()), 'a leak');
}

async function send(port: number, agent: Agent, { method, path, headers, body }: FuzzedRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => request.destroy(new Error(`no answer to ${method} ${path}`)), ANSWER_MS);
    const request = httpRequest({ host: '127.0.0.1', port, agent, method, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
      response.on('end', () => {
        clearTimeout(timer);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        });
      });
    });
    request.on('error', (error) => {
      clearTimeout(timer);
      reject(new Error(`${method} ${path} ${JSON.stringify(headers)}: ${error.message}`, { cause: error }));
    });
    request.end(body);
  });
}
