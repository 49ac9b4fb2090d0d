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
  maxRetries: Joi.number()
    .integer()
    .min(0)
    .max(MAX_RETRIES)
    .default(DEFAULT_RETRIES)
    .description('How often the job is tried again after a failure that may pass.'),
  timeoutMs: Joi.number()
    .integer()
    .min(1)
    .max(MAX_TIMEOUT_MS)
    .default(null)
    .description('Milliseconds that one attempt may take; without it, as the service is set.')
    .example(600_000),
};

/** A file that lies where the service can read it. */
export const fileReference = Joi.object<FileReference>({
  ...jobOptions,
  inputType: Joi.string().valid('FILE').required(),
  fileName: text(MAX_FILE_NAME_LENGTH).description('What the document is called; else by the path.'),
  filePath: text(MAX_PATH_LENGTH)
    .required()
    .description('Absolute, within `INPUT_DIRS` of the service. The file may come after the request.'),
});

/** A document that the service downloads. */
export const urlReference = Joi.object<UrlReference>({
  ...jobOptions,
  inputType: Joi.string().valid('URL').required(),
  inputUrl: text(MAX_URL_LENGTH).required().description('http or https, not to a private address.'),
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
    .description('From 1. Not together with `cursor`, which costs the same however deep the page is.')
    .when('cursor', { is: Joi.exist(), then: Joi.forbidden(), otherwise: Joi.number().default(1) })
    .messages({ 'any.unknown': 'must not be given together with a cursor' }),
  cursor: cursorSchema,
  pageSize: pageSizeSchema,
});

export const exportSchema = Joi.object<ExportQuery>({
  sessionId: sessionIdSchema.required(),
  status: statusSchema,
  format: Joi.string()
    .valid('ndjson', 'csv')
    .default('ndjson')
    .description('`ndjson`: a JSON object per line. `csv`: RFC 4180 with a header.'),
});

export const jobListSchema = Joi.object<JobListQuery>({
  status: statusSchema,
  cursor: cursorSchema,
  pageSize: pageSizeSchema,
});
