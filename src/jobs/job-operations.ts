import { SUPPORTED_TYPES } from '../conversion/detection/supported-types.js';
import { JSON_TYPE, FORM_TYPE } from '../http/content.js';
import { LOCATION, PREFERENCE_APPLIED, REPLAYED, REQUEST_HEADERS } from '../http/openapi/headers.js';
import { objectSchemaOf } from '../http/openapi/joi-schema.js';
import type { Operation } from '../http/openapi/operation.js';
import { namedSchema } from '../http/openapi/schema.js';
import { API } from '../http/paths.js';
import { jobParams } from '../http/validation.js';
import { CANCELLED_EXAMPLE, JOB_EXAMPLE, RETRIED_EXAMPLE, SUBMITTED_EXAMPLE } from './job-examples.js';
import { fileReference, uploadSchema, urlReference } from './job-schemas.js';
import { JOB, RETRIED_JOB, SUBMITTED_JOB } from './job-view-schema.js';

const upload = objectSchemaOf(uploadSchema);

const UPLOAD = namedSchema('Upload', {
  ...upload,
  required: [...(upload['required'] as string[]), 'file'],
  properties: {
    file: {
      // A file is described by its part of the form; OpenAPI 3.1 has no type for it.
      contentMediaType: 'application/octet-stream',
      description: `The document, once: ${SUPPORTED_TYPES.map(({ title }) => title).join(', ')}. At most \`MAX_FILE_SIZE_MB\` of the service.`,
    },
    ...(upload['properties'] as object),
  },
});

const FILE_REFERENCE = namedSchema('FileReference', objectSchemaOf(fileReference));
const URL_REFERENCE = namedSchema('UrlReference', objectSchemaOf(urlReference));

export const submitJob: Operation = {
  method: 'post',
  path: `${API}/process`,
  id: 'submitJob',
  tag: 'Jobs',
  summary: 'Submit a document',
  description:
    'Makes a job of an uploaded file, of a file that the service can read, or of a URL that it downloads. The answer comes at once; `Prefer: wait=N` holds it until the job has ended. A file that is not there, or a document that cannot be read, is found out by the job, which then fails.',
  headers: [REQUEST_HEADERS.idempotencyKey, REQUEST_HEADERS.prefer],
  body: {
    [FORM_TYPE]: {
      schema: UPLOAD,
      examples: { upload: { file: 'name,amount\nmill,3\n', sessionId: 'invoices-2026', maxRetries: 3 } },
    },
    [JSON_TYPE]: {
      schema: {
        oneOf: [FILE_REFERENCE, URL_REFERENCE],
        discriminator: {
          propertyName: 'inputType',
          mapping: { FILE: '#/components/schemas/FileReference', URL: '#/components/schemas/UrlReference' },
        },
      },
      examples: {
        url: { sessionId: 'invoices-2026', inputType: 'URL', inputUrl: 'https://example.org/report.pdf' },
        file: { sessionId: 'invoices-2026', inputType: 'FILE', filePath: '/tmp/report.pdf', timeoutMs: 60_000 },
      },
    },
  },
  answers: {
    200: {
      description: 'The job is there, and will be worked on.',
      headers: {
        Location: LOCATION,
        'Idempotency-Replayed': REPLAYED,
        'Preference-Applied': PREFERENCE_APPLIED,
      },
      content: { [JSON_TYPE]: { schema: SUBMITTED_JOB, examples: { submitted: SUBMITTED_EXAMPLE } } },
    },
  },
  refusals: ['E005', 'E001', 'E002', 'E003', 'E101', 'E104', 'E802', 'E802.keyReused', 'E802.keyInUse'],
};

export const showJob: Operation<{ id: string }> = {
  method: 'get',
  path: `${API}/jobs/:id`,
  id: 'getJob',
  tag: 'Jobs',
  summary: 'Get a job',
  description: 'With the formats and sizes of its results. `Prefer: wait=N` holds the answer until the job has ended.',
  params: jobParams,
  headers: [REQUEST_HEADERS.prefer],
  answers: {
    200: {
      description: 'The job.',
      headers: { 'Preference-Applied': PREFERENCE_APPLIED },
      content: { [JSON_TYPE]: { schema: JOB, examples: { complete: JOB_EXAMPLE } } },
    },
  },
};

export const deleteJob: Operation<{ id: string }> = {
  method: 'delete',
  path: `${API}/jobs/:id`,
  id: 'deleteJob',
  tag: 'Jobs',
  summary: 'Delete a job',
  description: 'With its results and, if it was uploaded, its document. A job that is being worked on is stopped.',
  params: jobParams,
  answers: { 204: { description: 'It is gone.' } },
};

export const cancelJob: Operation<{ id: string }> = {
  method: 'post',
  path: `${API}/jobs/:id/cancel`,
  id: 'cancelJob',
  tag: 'Jobs',
  summary: 'Cancel a job',
  description: 'Also one that is being worked on. Its document stays, so that it can be made again.',
  params: jobParams,
  answers: {
    200: {
      description: 'The job, `CANCELLED`.',
      content: { [JSON_TYPE]: { schema: JOB, examples: { cancelled: CANCELLED_EXAMPLE } } },
    },
  },
  refusals: ['E702'],
};

export const retryJob: Operation<{ id: string }> = {
  method: 'post',
  path: `${API}/jobs/:id/retry`,
  id: 'retryJob',
  tag: 'Jobs',
  summary: 'Make a job again',
  description:
    'A new job with the same input, from one that is `FAILED`, `RETRY_FAILED`, `CANCELLED` or `PARTIAL_COMPLETE`. Each of the two can be deleted without the other.',
  params: jobParams,
  answers: {
    200: {
      description: 'The new job.',
      headers: { Location: LOCATION },
      content: { [JSON_TYPE]: { schema: RETRIED_JOB, examples: { retried: RETRIED_EXAMPLE } } },
    },
  },
  refusals: ['E005', 'E003', 'E701'],
};
