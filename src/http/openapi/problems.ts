import { definitionOf, ERRORS, type ErrorCase, type ErrorCode, type ErrorDefinition } from '../../errors.js';
import { JOB_STATUSES } from '../../jobs/job-states.js';
import { PROBLEM_TYPE, problemOf, type Problem } from '../problem.js';
import { EVERY_ANSWER, LIMITED_ANSWER, RETRY_AFTER, WWW_AUTHENTICATE } from './headers.js';
import type { Refusal } from './operation.js';
import { listOf, Named, namedSchema, objectOf, reference, text } from './schema.js';

/** What the server itself may answer before any route is looked for, or when everything else went wrong. */
const OF_EVERY_OPERATION: readonly Refusal[] = ['E802.notHttp', 'E802.tooSlow', 'E802.headersTooLarge', 'E901'];
const OF_GUARDED_OPERATIONS: readonly Refusal[] = ['E401', 'E402', 'E403', 'E502', 'E502.foreign', 'E601'];

/** Codes whose answers may say when to try again. */
const WITH_RETRY_AFTER: ReadonlySet<Refusal> = new Set<Refusal>(['E005', 'E401', 'E402', 'E601', 'E802.keyInUse']);

const CODES = Object.entries<ErrorDefinition>(ERRORS);

export const ERROR_CODE = namedSchema('ErrorCode', {
  type: 'string',
  enum: CODES.map(([code]) => code),
  description: ['What went wrong:', '', ...CODES.map(([code, { title }]) => `- \`${code}\`: ${title}`)].join('\n'),
});

const JOB_STATUS = { type: 'string', enum: JOB_STATUSES };

const PROBLEM = namedSchema('Problem', {
  description: 'RFC 9457, with members of its own. Further members may come.',
  ...objectOf<Problem & { currentStatus: string; allowedStatuses: string[] }>(
    {
      type: { type: 'string', format: 'uri', description: '`urn:docling-jobs:problem:` and the code.' },
      title: { ...text, description: 'Constant for each code.' },
      status: { type: 'integer', minimum: 400, maximum: 599 },
      detail: { ...text, description: 'What is wrong with this request, and what to do about it.' },
      instance: { ...reference, description: 'Path of the request.' },
      code: ERROR_CODE,
      retryable: { type: 'boolean', description: 'Whether the same request may succeed later.' },
      requestId: { ...text, description: 'For whoever runs the service: it stands in the log.' },
      errors: listOf(objectOf({ field: { ...text, description: 'Its name, with dots.' }, reason: text }), {
        description: 'Of invalid requests: what is wrong where.',
        maxItems: 20,
      }),
      currentStatus: { ...JOB_STATUS, description: 'Of a job that is in no state for this.' },
      allowedStatuses: listOf(JOB_STATUS, { description: 'Which statuses that job may still get.' }),
    },
    { optional: ['instance', 'errors', 'currentStatus', 'allowedStatuses'] },
  ),
});

interface Refused extends ErrorDefinition {
  readonly refusal: Refusal;
  readonly code: ErrorCode;
}

/** The responses of an operation that fails, by status, with every code that may stand in them. */
export function problemResponses(refusals: readonly Refusal[], isOpen: boolean): Record<string, Named> {
  const all = new Set([...OF_EVERY_OPERATION, ...(isOpen ? [] : OF_GUARDED_OPERATIONS), ...refusals]);
  const refused = [...all].sort().map(toRefused);
  const statuses = new Set(refused.map(({ status }) => status));
  return Object.fromEntries(
    [...statuses].map((status) => [
      String(status),
      toResponse(
        refused.filter((one) => one.status === status),
        isOpen,
      ),
    ]),
  );
}

function toRefused(refusal: Refusal): Refused {
  const [code, name] = refusal.split('.') as [ErrorCode, ErrorCase?];
  return { refusal, code, ...definitionOf(code, name) };
}

function toResponse(refused: readonly Refused[], isOpen: boolean): Named {
  const codes = [...new Set(refused.map(({ code }) => code))];
  return new Named('responses', `${refused.map(({ refusal }) => refusal).join('-')}${isOpen ? '-open' : ''}`, {
    description: refused.map(({ code, title }) => `\`${code}\` ${title}`).join('; '),
    headers: {
      ...EVERY_ANSWER,
      ...(!isOpen && LIMITED_ANSWER),
      ...(refused.some(({ refusal }) => refusal === 'E502') && { 'WWW-Authenticate': WWW_AUTHENTICATE }),
      ...(refused.some(({ refusal }) => WITH_RETRY_AFTER.has(refusal)) && { 'Retry-After': RETRY_AFTER }),
    },
    content: {
      [PROBLEM_TYPE]: {
        schema: { allOf: [PROBLEM, { type: 'object', properties: { code: { enum: codes } } }] },
        examples: Object.fromEntries(refused.map((one) => [one.refusal, exampleOf(one)])),
      },
    },
  });
}

function exampleOf({ refusal, code, title, ...definition }: Refused): Named {
  const value = problemOf(code, { title, ...definition }, { detail: `${title}.`, requestId: 'checkout-4711' });
  return new Named('examples', refusal, { summary: title, value });
}
