import { Joi } from 'celebrate';
import { cursorSchema, pageSizeSchema, sessionIdSchema, statusSchema, text } from '../http/validation.js';
import { MAX_FILE_NAME_LENGTH } from '../storage/file-name.js';
import type { JobStatus } from './job-states.js';

const MAX_RETRIES = 20;
const DEFAULT_RETRIES = 3;
const MAX_TIMEOUT_MS = 24 * 60 * 60 * 1_000;
/** Widths of `jobs.input_path` and `jobs.input_url`. */
const MAX_PATH_LENGTH = 500;
const MAX_URL_LENGTH = 2_048;

/** What every way of making a job takes. */
export interface JobOptions {
  readonly sessionId: string;
  readonly maxRetries: number;
  readonly timeoutMs: number | null;
}

export interface FileReference extends JobOptions {
  readonly inputType: 'FILE';
  readonly fileName?: string;
  readonly filePath: string;
}

export interface UrlReference extends JobOptions {
  readonly inputType: 'URL';
  readonly inputUrl: string;
}

export interface HistoryQuery {
  readonly sessionId: string;
  readonly status?: JobStatus;
  readonly page: number;
  readonly cursor?: string;
  readonly pageSize: number;
}

export interface ExportQuery {
  readonly sessionId: string;
  readonly status?: JobStatus;
  readonly format: 'ndjson' | 'csv';
}

export interface JobListQuery {
  readonly status?: JobStatus;
  readonly cursor?: string;
  readonly pageSize: number;
}

const jobOptions = {
  sessionId: sessionIdSchema.required(),
  maxRetries: Joi.number().integer().min(0).max(MAX_RETRIES).default(DEFAULT_RETRIES),
  timeoutMs: Joi.number().integer().min(1).max(MAX_TIMEOUT_MS).default(null),
};

const fileReference = Joi.object({
  ...jobOptions,
  inputType: Joi.string().required(),
  fileName: text(MAX_FILE_NAME_LENGTH),
  filePath: text(MAX_PATH_LENGTH).required(),
});

const urlReference = Joi.object({
  ...jobOptions,
  inputType: Joi.string().required(),
  inputUrl: text(MAX_URL_LENGTH).required(),
});

/** Neither of the two: says so, along with whatever else is wrong. */
const unknownReference = Joi.object({
  ...jobOptions,
  inputType: Joi.valid('FILE', 'URL').required(),
}).unknown();

/** Fields of a form beside its file. */
export const uploadSchema = Joi.object<JobOptions>(jobOptions);

export const referenceSchema = Joi.object().when(Joi.object({ inputType: Joi.valid('FILE').required() }).unknown(), {
  then: fileReference,
  otherwise: Joi.object().when(Joi.object({ inputType: Joi.valid('URL').required() }).unknown(), {
    then: urlReference,
    otherwise: unknownReference,
  }),
});

export const historySchema = Joi.object<HistoryQuery>({
  sessionId: sessionIdSchema.required(),
  status: statusSchema,
  page: Joi.number()
    .integer()
    .min(1)
    .when('cursor', { is: Joi.exist(), then: Joi.forbidden(), otherwise: Joi.number().default(1) })
    .messages({ 'any.unknown': 'must not be given together with a cursor' }),
  cursor: cursorSchema,
  pageSize: pageSizeSchema,
});

export const exportSchema = Joi.object<ExportQuery>({
  sessionId: sessionIdSchema.required(),
  status: statusSchema,
  format: Joi.string().valid('ndjson', 'csv').default('ndjson'),
});

export const jobListSchema = Joi.object<JobListQuery>({
  status: statusSchema,
  cursor: cursorSchema,
  pageSize: pageSizeSchema,
});
