/** @direct the same statements pass through the pooler in other suites; here, one takes as short as it can */
import * as fc from 'fast-check';
import { BACKOFF_MINUTES, JobModel, LEASE_MINUTES } from '../support/model/job-model.js';
import { expectSame } from '../support/model/compare.js';
import { Actors, step, type Operation, type Step } from '../support/model/operations.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** Milliseconds after which no further sequence is begun. */
const TIME_LIMIT_MS = 15_000;

/**
 * Random operations of a client, three workers and a rescuer, some of them at the same moment, on the
 * database and on a model. A failure names its seed and path; to see it again:
 *
 *     MODEL_SEED=… MODEL_PATH=… npm test -- test/worker/model.test.ts
 */
describe('the life of jobs, held against a model', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createTestDatabase();
  });
  afterAll(() => db.drop());

  test('when actors do whatever they like, then only what is promised happens', async () => {
    const { MODEL_SEED: seed, MODEL_PATH: path } = process.env;
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 80, size: 'max' }), run), {
      numRuns: 300,
      interruptAfterTimeLimit: TIME_LIMIT_MS,
      ...(seed && { seed: Number(seed) }),
      ...(path && { path }),
    });
  });

  async function run(steps: readonly Step[]): Promise<void> {
    await db.sql.query('DELETE FROM jobs');
    const actors = new Actors(db.database);
    let model = new JobModel();
    for (const next of steps) {
      let possible: JobModel[];
      if (next.op === 'time') {
        await passTime(next.minutes);
        model.now += next.minutes;
        possible = [model];
      } else {
        const operations = next.op === 'at once' ? [next.first, next.second] : [next];
        possible = await perform(actors, model, operations);
        await lengthenBackoffs(model, possible[0]!);
      }
      model = await sameAsOneOf(possible);
    }
    await expectNoLeaseLeft(actors);
  }

  async function expectNoLeaseLeft(actors: Actors): Promise<void> {
    await passTime(LEASE_MINUTES + 1);
    await actors.perform({ op: 'rescue' });
    expect(await db.rows('SELECT FROM job_leases')).toEqual([]);
  }

  /**
   * Performs the operations at the same moment. They have to end as if one had come after the other: answers
   * what may be the case now, by every order that explains what each of them was told.
   */
  async function perform(actors: Actors, model: JobModel, operations: readonly Operation[]): Promise<JobModel[]> {
    const verdicts = await Promise.all(operations.map((operation) => actors.perform(operation)));
    const alone = verdicts.length === 1;
    const orders = alone ? [verdicts] : [verdicts, [...verdicts].reverse()];
    const possible = orders.flatMap((order) => {
      const after = model.copy();
      return order.every((judge) => judge(after, alone)) ? [after] : [];
    });
    if (possible.length === 0) throw new Error(`not what the model allows: ${JSON.stringify(operations)}`);
    return possible;
  }

  async function sameAsOneOf(possible: readonly JobModel[]): Promise<JobModel> {
    let difference: unknown;
    for (const model of possible) {
      try {
        await expectSame(db, model);
        return model;
      } catch (error) {
        difference = error;
      }
    }
    throw difference;
  }

  /** All that was noted was noted that much longer ago. No trigger runs: nothing happens to the jobs but time. */
  async function passTime(minutes: number): Promise<void> {
    const back = `- interval '${minutes} minutes'`;
    await withoutTriggers(
      `UPDATE jobs SET next_attempt_at = next_attempt_at ${back}, updated_at = updated_at ${back};
       UPDATE job_leases SET expires_at = expires_at ${back}`,
    );
  }

  /**
   * A backoff is a second or a few: long enough to look at, too short to tell whether a claim came before
   * or after its end. So it is looked at, and then made one of the model's minutes.
   */
  async function lengthenBackoffs(before: JobModel, after: JobModel): Promise<void> {
    const due = new Map([...before.jobs.values()].map(({ id, dueAt }) => [id, dueAt]));
    const ids = [...after.jobs.values()].filter((job) => job.dueAt > after.now && job.dueAt !== due.get(job.id));
    for (const { id, status, retryCount } of ids) {
      const { pause } = await db.row<{ pause: number }>(
        `SELECT extract(epoch FROM next_attempt_at - updated_at)::float AS pause FROM jobs WHERE id = $1`,
        [id],
      );
      if (status !== 'RETRY_FAILED') {
        expect(pause).toBeGreaterThan(2 ** (retryCount - 1) - 0.5);
        expect(pause).toBeLessThanOrEqual(2 ** (retryCount - 1) * 1.25);
      }
      await withoutTriggers(
        `UPDATE jobs SET next_attempt_at = now() + interval '${BACKOFF_MINUTES} minutes' WHERE id = '${id}'`,
      );
    }
  }

  const withoutTriggers = (statements: string) =>
    db.sql.query(`BEGIN; SET LOCAL session_replication_role = replica; ${statements}; COMMIT`);
});
