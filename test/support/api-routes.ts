export type Method = 'get' | 'post' | 'delete';

/** Every route that a key guards, with the query that it needs; `:id` is a job's. */
export const ROUTES: readonly (readonly [Method, string])[] = [
  ['post', '/api/v1/process'],
  ['get', '/api/v1/process/:id/events'],
  ['get', '/api/v1/history?sessionId=session'],
  ['get', '/api/v1/history/export?sessionId=session'],
  ['get', '/api/v1/jobs'],
  ['get', '/api/v1/jobs/:id'],
  ['get', '/api/v1/jobs/:id/results'],
  ['get', '/api/v1/jobs/:id/results/markdown'],
  ['get', '/api/v1/jobs/:id/events'],
  ['post', '/api/v1/jobs/:id/cancel'],
  ['post', '/api/v1/jobs/:id/retry'],
  ['delete', '/api/v1/jobs/:id'],
];

/** What everyone may get. */
export const OPEN: readonly string[] = [
  '/api/v1/health',
  '/api/v1/health/live',
  '/api/v1/health/ready',
  '/metrics',
  '/api/v1/openapi.json',
  '/api/v1/docs',
  '/api/v1/docs/page.js',
];
