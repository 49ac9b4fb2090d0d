import type { ExportFormat } from '../conversion/client/converter.js';
import { JSON_TYPE } from '../http/content.js';
import {
  CONTENT_DISPOSITION,
  CONTENT_LENGTH,
  CONTENT_SECURITY_POLICY,
  ETAG,
  LAST_MODIFIED,
  REQUEST_HEADERS,
} from '../http/openapi/headers.js';
import type { Operation } from '../http/openapi/operation.js';
import { count, dateTime, listOf, namedSchema, objectOf, text, uuid } from '../http/openapi/schema.js';
import { API } from '../http/paths.js';
import { jobParams } from '../http/validation.js';
import { FORMAT, JOB_STATUS } from '../jobs/job-view-schema.js';
import type { ResultListView, ResultView } from './result-controller.js';
import { listSchema, resultParams, showSchema, type ListQuery, type ShowQuery } from './result-schemas.js';

const RESULT = namedSchema(
  'Result',
  objectOf<ResultView>(
    {
      formatType: FORMAT,
      sizeBytes: { ...count, description: 'Bytes of UTF-8.' },
      generatedAt: dateTime,
      content: { ...text, description: 'With `include=content`.' },
    },
    { optional: ['content'] },
  ),
);

const RESULT_LIST = namedSchema(
  'ResultList',
  objectOf<ResultListView>({ jobId: uuid, status: JOB_STATUS, results: listOf(RESULT) }),
);

const ID = '0192d3f4-0000-7abc-8def-000000000001';
const GENERATED_AT = '2026-08-01T10:00:04.200Z';
const CACHING = { ETag: ETAG, 'Last-Modified': LAST_MODIFIED };

export const listResults: Operation<{ id: string }, ListQuery> = {
  method: 'get',
  path: `${API}/jobs/:id/results`,
  id: 'listResults',
  tag: 'Results',
  summary: 'List the results of a job',
  description: 'None before the job has ended.',
  params: jobParams,
  query: listSchema,
  answers: {
    200: {
      description: 'Their formats and sizes, and with `include=content` themselves.',
      content: {
        [JSON_TYPE]: {
          schema: RESULT_LIST,
          examples: {
            listed: {
              jobId: ID,
              status: 'COMPLETE',
              results: [{ formatType: 'markdown', sizeBytes: 9, generatedAt: GENERATED_AT }],
            },
            withContent: {
              jobId: ID,
              status: 'COMPLETE',
              results: [{ formatType: 'markdown', sizeBytes: 9, generatedAt: GENERATED_AT, content: '# Report\n' }],
            },
          },
        },
      },
    },
  },
  refusals: ['E305'],
};

export const showResult: Operation<{ id: string; format: ExportFormat }, ShowQuery> = {
  method: 'get',
  path: `${API}/jobs/:id/results/:format`,
  id: 'getResult',
  tag: 'Results',
  summary: 'Get a result',
  description: 'As itself. It never changes, but may be deleted: caches have to ask.',
  params: resultParams,
  query: showSchema,
  headers: [REQUEST_HEADERS.ifNoneMatch, REQUEST_HEADERS.ifModifiedSince],
  answers: {
    200: {
      description: 'The result.',
      headers: {
        ...CACHING,
        'Content-Length': CONTENT_LENGTH,
        'Content-Disposition': CONTENT_DISPOSITION,
        'Content-Security-Policy': CONTENT_SECURITY_POLICY,
      },
      content: {
        'text/markdown': { schema: text, examples: { report: '# Report\n' } },
        'text/html': { schema: text, examples: { report: '<!DOCTYPE html><title>Report</title><h1>Report</h1>' } },
        [JSON_TYPE]: {
          schema: { type: 'object', description: 'A DoclingDocument.' },
          examples: { report: { schema_name: 'DoclingDocument', name: 'report', texts: [] } },
        },
      },
    },
    304: { description: 'The client has it already.', headers: CACHING },
  },
};
