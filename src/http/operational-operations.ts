import { JSON_TYPE } from './content.js';
import type { DependencyHealth } from './health.js';
import type { Answer, Operation } from './openapi/operation.js';
import { namedSchema, objectOf, text, type Schema } from './openapi/schema.js';
import type { HealthView } from './operational-routes.js';
import { API } from './paths.js';

const DEPENDENCY = namedSchema(
  'DependencyHealth',
  objectOf<DependencyHealth>({
    status: { type: 'string', enum: ['up', 'down'] },
    critical: { type: 'boolean', description: 'Without it the service cannot serve.' },
    latencyMs: { type: 'number', minimum: 0 },
  }),
);

const STATUS: Schema = {
  type: 'string',
  enum: ['ok', 'degraded', 'unavailable'],
  description: '`degraded`: something is down that the service can do without.',
};

const HEALTH = namedSchema(
  'Health',
  objectOf<HealthView>({
    status: STATUS,
    version: text,
    environment: text,
    uptimeSeconds: { type: 'integer', minimum: 0 },
    dependencies: { type: 'object', additionalProperties: DEPENDENCY },
  }),
);

const READINESS = namedSchema('Readiness', objectOf<Pick<HealthView, 'status'>>({ status: STATUS }));

const healthExample = (status: HealthView['status'], database: DependencyHealth['status']): HealthView => ({
  status,
  version: '1.0.0',
  environment: 'production',
  uptimeSeconds: 86_400,
  dependencies: {
    database: { status: database, critical: true, latencyMs: 1.2 },
    storage: { status: 'up', critical: true, latencyMs: 0.4 },
  },
});

const answer = (description: string, schema: Schema, example: unknown): Answer => ({
  description,
  content: { [JSON_TYPE]: { schema, examples: { report: example } } },
});

export const showLiveness: Operation = {
  method: 'get',
  path: `${API}/health/live`,
  id: 'getLiveness',
  tag: 'Operation',
  summary: 'Whether the process lives',
  description: 'Looks at nothing else: for a probe that restarts what does not answer.',
  open: true,
  answers: { 200: answer('It does.', READINESS, { status: 'ok' }) },
};

export const showReadiness: Operation = {
  method: 'get',
  path: `${API}/health/ready`,
  id: 'getReadiness',
  tag: 'Operation',
  summary: 'Whether the service can serve',
  description: 'For a balancer.',
  open: true,
  answers: {
    200: answer('It can.', READINESS, { status: 'ok' }),
    503: answer('It cannot.', READINESS, { status: 'unavailable' }),
  },
};

export const showHealth: Operation = {
  method: 'get',
  path: `${API}/health`,
  id: 'getHealth',
  tag: 'Operation',
  summary: 'What works and what does not',
  description:
    'Each thing that the service needs, with its status and latency; looked at no more often than once a second.',
  open: true,
  answers: {
    200: answer('The service can serve.', HEALTH, healthExample('ok', 'up')),
    503: answer('It cannot.', HEALTH, healthExample('unavailable', 'down')),
  },
};

export const showMetrics: Operation = {
  method: 'get',
  path: '/metrics',
  id: 'getMetrics',
  tag: 'Operation',
  summary: 'Metrics',
  description: 'For Prometheus. Keep it from the public at the proxy.',
  open: true,
  query: 'ignored',
  answers: {
    200: {
      description: 'In Prometheus’ text format.',
      content: { 'text/plain': { schema: text, examples: { one: 'docling_jobs_created_total 1\n' } } },
    },
  },
};
