import { JSON_TYPE } from '../http/content.js';
import { CONTENT_DISPOSITION, LINK } from '../http/openapi/headers.js';
import type { Operation } from '../http/openapi/operation.js';
import { text } from '../http/openapi/schema.js';
import { API } from '../http/paths.js';
import { EXPORT_FORMATS } from './history-export.js';
import { CSV_EXAMPLE, LISTED_JOB_EXAMPLE } from './job-examples.js';
import {
  exportSchema,
  historySchema,
  jobListSchema,
  type ExportQuery,
  type HistoryQuery,
  type JobListQuery,
} from './job-schemas.js';
import { HISTORY_PAGE, JOB_PAGE, LISTED_JOB } from './job-view-schema.js';

const LAST_PAGE = { jobs: [LISTED_JOB_EXAMPLE], pageSize: 20, nextCursor: null };

export const listHistory: Operation<object, HistoryQuery> = {
  method: 'get',
  path: `${API}/history`,
  id: 'listHistory',
  tag: 'History',
  summary: 'List the jobs of a session',
  description:
    'Newest first: by numbered pages, or by `cursor`, whose cost does not grow with depth. A page past the end is empty.',
  query: historySchema,
  answers: {
    200: {
      description: 'With `cursor` the second form, else the first.',
      headers: { Link: LINK },
      content: {
        [JSON_TYPE]: {
          schema: { anyOf: [HISTORY_PAGE, JOB_PAGE] },
          examples: {
            page: { jobs: [LISTED_JOB_EXAMPLE], total: 1, page: 1, pageSize: 20, totalPages: 1, nextCursor: null },
            afterCursor: LAST_PAGE,
          },
        },
      },
    },
  },
};

export const exportHistory: Operation<object, ExportQuery> = {
  method: 'get',
  path: `${API}/history/export`,
  id: 'exportHistory',
  tag: 'History',
  summary: 'Export the jobs of a session',
  description:
    'All of them, newest first, as a stream. If it breaks off before the end, the connection does: a file that is complete is the whole history. A few exports may run at once.',
  query: exportSchema,
  answers: {
    200: {
      description: 'The history.',
      headers: { 'Content-Disposition': CONTENT_DISPOSITION },
      content: {
        [essence(EXPORT_FORMATS.ndjson.mediaType)]: {
          schema: { ...text, description: 'One JSON object per line.' },
          items: LISTED_JOB,
          examples: { oneJob: `${JSON.stringify(LISTED_JOB_EXAMPLE)}\n` },
        },
        [essence(EXPORT_FORMATS.csv.mediaType)]: {
          schema: { ...text, description: 'A header, and one line per job; results as `html:1024 json:2048`.' },
          examples: { oneJob: CSV_EXAMPLE },
        },
      },
    },
  },
};

export const listJobs: Operation<object, JobListQuery> = {
  method: 'get',
  path: `${API}/jobs`,
  id: 'listJobs',
  tag: 'History',
  summary: 'List all jobs',
  description: 'The client’s jobs over all sessions, newest first, by `cursor`.',
  query: jobListSchema,
  answers: {
    200: {
      description: 'A page.',
      headers: { Link: LINK },
      content: { [JSON_TYPE]: { schema: JOB_PAGE, examples: { lastPage: LAST_PAGE } } },
    },
  },
};

/** Without its parameters. */
function essence(mediaType: string): string {
  return mediaType.split(';', 1)[0] ?? mediaType;
}
