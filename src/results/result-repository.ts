import type { ExportFormat } from '../conversion/client/converter.js';
import type { Executor, Row } from '../database/database.js';

export type ResultMetadata = Row<'results/list'>;
export type FoundResult = Row<'results/find'>;

/** Characters read at once: at most 1 MB of UTF-8 in memory per reader. */
const SLICE_CHARACTERS = 256 * 1024;

/** Reads what jobs yielded. Results are written by `JobRepository.complete`, with the job's terminal status. */
export class ResultRepository {
  constructor(private readonly executor: Executor) {}

  async list(jobId: string, clientId: string): Promise<ResultMetadata[]> {
    return this.executor.query('results/list', [jobId, clientId]);
  }

  async find(jobId: string, clientId: string, format: ExportFormat): Promise<FoundResult | undefined> {
    const [row] = await this.executor.query('results/find', [jobId, clientId, format]);
    return row;
  }

  /**
   * The content in pieces, each by a statement of its own, so that a slow reader holds no connection.
   * A result never changes; one that is deleted meanwhile ends in an error, never in a short answer.
   */
  async *read(id: string): AsyncGenerator<string, void, undefined> {
    for (let start = 1; ; start += SLICE_CHARACTERS) {
      const [row] = await this.executor.query('results/read-slice', [id, start, SLICE_CHARACTERS]);
      if (!row) throw new Error(`Result ${id} was deleted while it was read.`);
      if (row.slice !== '') yield row.slice;
      // The database counts code points: a short piece can look full here, and an empty one follows it.
      if (row.slice.length < SLICE_CHARACTERS) return;
    }
  }
}
