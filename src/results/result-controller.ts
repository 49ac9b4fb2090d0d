import path from 'node:path';
import type { RequestHandler, Response } from 'express';
import { AppError } from '../errors.js';
import type { ExportFormat } from '../conversion/client/converter.js';
import { streamResponse } from '../http/stream-response.js';
import type { JobService } from '../jobs/job-service.js';
import { isTerminal, type JobStatus } from '../jobs/job-states.js';
import { cleanFileName } from '../storage/file-name.js';
import type { FoundResult, ResultMetadata, ResultRepository } from './result-repository.js';
import type { ListQuery, ShowQuery } from './result-schemas.js';

/** Bytes of all contents of a list. */
const MAX_LISTED_BYTES = 32 * 1024 * 1024;

/** An HTML result comes from a stranger's document: shown in a browser, it may neither run nor load anything. */
const HTML_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:";

const FORMATS: Readonly<Record<ExportFormat, { readonly mediaType: string; readonly extension: string }>> = {
  markdown: { mediaType: 'text/markdown; charset=utf-8', extension: '.md' },
  html: { mediaType: 'text/html; charset=utf-8', extension: '.html' },
  json: { mediaType: 'application/json', extension: '.json' },
};

type ListHandler = RequestHandler<{ id: string }, unknown, unknown, ListQuery>;
type ShowHandler = RequestHandler<{ id: string; format: ExportFormat }, unknown, unknown, ShowQuery>;

/** A result in a list; its content only where it was asked for. */
export interface ResultView extends Pick<ResultMetadata, 'formatType' | 'sizeBytes' | 'generatedAt'> {
  readonly content?: string;
}

export interface ResultListView {
  readonly jobId: string;
  readonly status: JobStatus;
  readonly results: readonly ResultView[];
}

/** The calls on results. What they are given has been validated. */
export class ResultController {
  constructor(
    private readonly jobs: JobService,
    private readonly results: ResultRepository,
  ) {}

  readonly list: ListHandler = async ({ params, query, method }, response) => {
    const { id } = params;
    const { status } = await this.jobs.find(id, response.locals.clientId);
    const found = await this.results.list(id, response.locals.clientId);
    const head = { jobId: id, status };
    if (query.include === undefined || method === 'HEAD') {
      const view: ResultListView = { ...head, results: found.map(toSummary) };
      response.json(view);
      return;
    }
    refuseTooLarge(found);
    await streamResponse(response, this.writeList(head, found), () => {
      response.set('Content-Type', 'application/json; charset=utf-8');
    });
  };

  readonly show: ShowHandler = async (request, response) => {
    const { id, format } = request.params;
    const result = await this.results.find(id, response.locals.clientId, format);
    if (!result) throw await this.explainMissing(id, response.locals.clientId, format);
    setCaching(response, result);
    if (request.fresh) {
      response.status(304).end();
      return;
    }
    const writeHead = () => {
      setContentHeaders(response, result, ['1', 'true'].includes(request.query.download ?? ''));
    };
    if (request.method === 'HEAD') {
      writeHead();
      response.end();
      return;
    }
    await streamResponse(response, this.results.read(result.id), writeHead);
  };

  /** The list as JSON with every content in it, of which only a piece is in memory at a time. */
  private async *writeList(head: object, found: readonly ResultMetadata[]): AsyncGenerator<string, void, undefined> {
    let before = `${JSON.stringify(head).slice(0, -1)},"results":[`;
    for (const result of found) {
      yield `${before}${JSON.stringify(toSummary(result)).slice(0, -1)},"content":"`;
      for await (const piece of this.results.read(result.id)) yield JSON.stringify(piece).slice(1, -1);
      before = '"},';
    }
    yield found.length > 0 ? '"}]}' : `${before}]}`;
  }

  private async explainMissing(id: string, clientId: string, format: ExportFormat): Promise<AppError> {
    const { status } = await this.jobs.find(id, clientId);
    return new AppError(
      'E501',
      isTerminal(status)
        ? `The job is ${status} and has no result in the format ${format}.`
        : `The job is ${status}: it has no results before it is finished.`,
    );
  }
}

function toSummary({ formatType, sizeBytes, generatedAt }: ResultMetadata): ResultView {
  return { formatType, sizeBytes, generatedAt };
}

function refuseTooLarge(found: readonly ResultMetadata[]): void {
  const bytes = found.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (bytes <= MAX_LISTED_BYTES) return;
  throw new AppError(
    'E305',
    `The results have ${bytes} bytes, more than the ${MAX_LISTED_BYTES} that a list may hold: get them one by one.`,
  );
}

/** A result never changes, so its id is its entity tag; but it may be deleted, so caches have to ask. */
function setCaching(response: Response, { id, generatedAt }: FoundResult): void {
  response.set({
    ETag: `"${id}"`,
    'Last-Modified': generatedAt.toUTCString(),
    'Cache-Control': 'private, no-cache',
  });
}

function setContentHeaders(
  response: Response,
  { formatType, fileName, sizeBytes }: FoundResult,
  download: boolean,
): void {
  const { mediaType, extension } = FORMATS[formatType];
  // Rows may have been imported: what they hold was not cleaned by this service.
  const name = path.parse(cleanFileName(fileName ?? '') ?? 'document').name;
  if (download) response.attachment(`${name}${extension}`);
  if (formatType === 'html') response.set('Content-Security-Policy', HTML_POLICY);
  // Not by Express, which adds a character set to JSON, where none is defined.
  response.setHeader('Content-Type', mediaType).setHeader('Content-Length', sizeBytes);
}
