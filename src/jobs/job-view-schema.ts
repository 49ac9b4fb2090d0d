import { EXPORT_FORMATS } from '../conversion/client/converter.js';
import type { ResultSummary } from '../database/row-types.js';
import { ERROR_CODE } from '../http/openapi/problems.js';
import {
  count,
  dateTime,
  listOf,
  namedSchema,
  nullable,
  objectOf,
  reference,
  text,
  uuid,
  type Schema,
} from '../http/openapi/schema.js';
import { STAGES } from '../processing/stage.js';
import type { ExportedJob } from './job-repository.js';
import { JOB_STATUSES, JOB_TRANSITIONS } from './job-states.js';
import type { HistoryPageView, JobDetailsView, JobPageView, RetriedView, SubmittedView } from './job-view.js';

const terminal = JOB_STATUSES.filter((status) => JOB_TRANSITIONS[status].length === 0);

export const JOB_STATUS = namedSchema('JobStatus', {
  type: 'string',
  enum: JOB_STATUSES,
  description: `Where the job is in its life. ${terminal.map((status) => `\`${status}\``).join(', ')}: for good.`,
});

export const FORMAT = namedSchema('ResultFormat', { type: 'string', enum: EXPORT_FORMATS });

export const STAGE: Schema = {
  ...text,
  description: `Where a running job is: ${Object.keys(STAGES).join(', ')}.`,
  examples: ['conversion'],
};

export const PERCENT: Schema = { type: 'integer', minimum: 0, maximum: 100 };

const listed = {
  id: uuid,
  sessionId: text,
  status: JOB_STATUS,
  currentStage: nullable(STAGE),
  progressPercent: PERCENT,
  inputType: { type: 'string', enum: ['FILE', 'URL'] },
  fileName: { ...nullable(text), description: 'As uploaded, or as found at the URL.' },
  fileSize: { ...nullable(count), description: 'Bytes.' },
  fileMime: { ...nullable(text), description: 'By its content.' },
  inputUrl: nullable(text),
  retryCount: { ...count, description: 'How often it was tried again.' },
  errorCode: { ...nullable(ERROR_CODE), description: 'Why it failed, or what is missing.' },
  errorMessage: nullable(text),
  createdAt: dateTime,
  updatedAt: dateTime,
  startedAt: { ...nullable(dateTime), description: 'When it was first worked on.' },
  completedAt: { ...nullable(dateTime), description: 'When it came to its end, however it did.' },
  results: listOf(namedSchema('ResultSummary', objectOf<ResultSummary>({ formatType: FORMAT, sizeBytes: count }))),
} satisfies { readonly [Key in keyof ExportedJob]: Schema };

export const LISTED_JOB = namedSchema('ListedJob', objectOf<ExportedJob>(listed));

const links = namedSchema(
  'JobLinks',
  objectOf<JobDetailsView['links']>({
    self: reference,
    events: reference,
    results: reference,
    cancel: reference,
    history: reference,
  }),
);

export const JOB = namedSchema(
  'Job',
  objectOf<JobDetailsView>({
    ...listed,
    maxRetries: count,
    timeoutMs: nullable(count),
    mcpToolName: { ...nullable(text), description: 'The tool that converted it.' },
    nextAttemptAt: { ...nullable(dateTime), description: 'When it is tried again, while it waits for that.' },
    errorDetails: { description: 'More about the failure, such as which results are missing; null without one.' },
    links,
  }),
);

const submitted = { jobId: uuid, status: JOB_STATUS, createdAt: dateTime, links } as const;

export const SUBMITTED_JOB = namedSchema('SubmittedJob', objectOf<SubmittedView>(submitted));
export const RETRIED_JOB = namedSchema('RetriedJob', objectOf<RetriedView>({ ...submitted, retriedFrom: uuid }));

const page = { jobs: listOf(LISTED_JOB), pageSize: count, nextCursor: nullable(text) } as const;

export const JOB_PAGE = namedSchema('JobPage', objectOf<JobPageView>(page));
export const HISTORY_PAGE = namedSchema(
  'HistoryPage',
  objectOf<HistoryPageView>({ ...page, total: count, page: count, totalPages: count }),
);
