import type { RequestHandler, Response } from 'express';
import { API } from '../http/paths.js';
import { streamResponse } from '../http/stream-response.js';
import { EXPORT_FORMATS, exportFileName } from './history-export.js';
import type { ExportSlots } from './export-slots.js';
import type { JobListItem, JobRepository } from './job-repository.js';
import { TOP } from './job-repository.js';
import type { ExportQuery, HistoryQuery, JobListQuery } from './job-schemas.js';
import { toListedJob, type HistoryPageView, type JobPageView } from './job-view.js';
import { decodeCursor, encodeCursor } from './page-cursor.js';

/** Jobs read from the database at once. */
const EXPORT_BATCH = 500;

type QueryHandler<Query> = RequestHandler<object, unknown, unknown, Query>;

/** The lists of jobs. What they are asked for has been validated. */
export class HistoryController {
  constructor(
    private readonly jobs: JobRepository,
    private readonly slots: ExportSlots,
  ) {}

  /** A session's history: by page, or from a cursor on. */
  readonly list: QueryHandler<HistoryQuery> = async ({ query }, response) => {
    const { clientId } = response.locals;
    const { sessionId, status = null, page, pageSize } = query;
    const scope = ['history', clientId, sessionId, status];
    if (query.cursor !== undefined) {
      const position = decodeCursor(scope, query.cursor);
      const rows = await this.jobs.listHistoryAfter(clientId, sessionId, status, position, pageSize + 1);
      answerPage(response, rows, scope, 'history', query);
      return;
    }
    const { jobs, total } = await this.jobs.listHistoryPage(clientId, sessionId, status, page, pageSize);
    const last = page * pageSize < total ? jobs.at(-1) : undefined;
    const view: HistoryPageView = {
      jobs: jobs.map(toListedJob),
      total,
      page,
      pageSize,
      totalPages: Math.ceil(total / pageSize),
      nextCursor: last ? cursorAfter(scope, last) : null,
    };
    response.json(view);
  };

  /** The client's jobs over all sessions. */
  readonly listAll: QueryHandler<JobListQuery> = async ({ query }, response) => {
    const { clientId } = response.locals;
    const { status = null, cursor, pageSize } = query;
    const scope = ['jobs', clientId, status];
    const position = cursor === undefined ? TOP : decodeCursor(scope, cursor);
    const rows = await this.jobs.listClientAfter(clientId, status, position, pageSize + 1);
    answerPage(response, rows, scope, 'jobs', query);
  };

  /** A session's whole history, streamed. */
  readonly export: QueryHandler<ExportQuery> = async ({ query, method }, response) => {
    const { sessionId, status = null, format } = query;
    const { mediaType, write } = EXPORT_FORMATS[format];
    const writeHead = () => {
      response.attachment(exportFileName(sessionId, format)).set('Content-Type', mediaType);
    };
    if (method === 'HEAD') {
      writeHead();
      response.end();
      return;
    }
    await this.slots.run(async () => {
      const gone = new AbortController();
      response.once('close', () => {
        gone.abort();
      });
      const options = { batchSize: EXPORT_BATCH, signal: gone.signal };
      const batches = this.jobs.exportHistory(response.locals.clientId, sessionId, status, options);
      await streamResponse(response, write(batches), writeHead);
    });
  };
}

/** Answers the first `pageSize` rows; one row more shows that there is a next page. */
function answerPage(
  response: Response,
  rows: readonly JobListItem[],
  scope: readonly unknown[],
  list: 'history' | 'jobs',
  { pageSize, ...query }: JobListQuery & { readonly sessionId?: string },
): void {
  const jobs = rows.slice(0, pageSize);
  const last = rows.length > pageSize ? jobs.at(-1) : undefined;
  const nextCursor = last ? cursorAfter(scope, last) : null;
  if (nextCursor !== null) {
    const { sessionId, status } = query;
    const next = new URLSearchParams({
      ...(sessionId !== undefined && { sessionId }),
      ...(status !== undefined && { status }),
      cursor: nextCursor,
      pageSize: String(pageSize),
    });
    response.links({ next: `${API}/${list}?${next.toString()}` });
  }
  const view: JobPageView = { jobs: jobs.map(toListedJob), pageSize, nextCursor };
  response.json(view);
}

function cursorAfter(scope: readonly unknown[], { createdAtText, id }: JobListItem): string {
  return encodeCursor(scope, { createdAt: createdAtText, id });
}
