import type { Router } from 'express';
import { jsonBody, onlyFor } from '../http/content.js';
import { API } from '../http/paths.js';
import { jobIdParam, noQuery, validateBody, validateQuery } from '../http/validation.js';
import { AppError } from '../errors.js';
import type { HistoryController } from './history-controller.js';
import type { JobController } from './job-controller.js';
import { exportSchema, historySchema, jobListSchema, referenceSchema } from './job-schemas.js';

export function addJobRoutes(router: Router, jobs: JobController): void {
  router.post(`${API}/process`, noQuery, onlyFor('multipart/form-data'), jobs.submitUpload);
  router.post(
    `${API}/process`,
    onlyFor('application/json'),
    jsonBody,
    validateBody(referenceSchema),
    jobs.submitReference,
  );
  router.post(`${API}/process`, () => {
    throw new AppError('E002', 'Send multipart/form-data or application/json.');
  });
  router.get(`${API}/jobs/:id`, jobIdParam, noQuery, jobs.show);
  router.delete(`${API}/jobs/:id`, jobIdParam, noQuery, jobs.delete);
  router.post(`${API}/jobs/:id/cancel`, jobIdParam, noQuery, jobs.cancel);
  router.post(`${API}/jobs/:id/retry`, jobIdParam, noQuery, jobs.retry);
}

export function addHistoryRoutes(router: Router, history: HistoryController): void {
  router.get(`${API}/history`, validateQuery(historySchema), history.list);
  router.get(`${API}/history/export`, validateQuery(exportSchema), history.export);
  router.get(`${API}/jobs`, validateQuery(jobListSchema), history.listAll);
}
