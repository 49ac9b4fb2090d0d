import type { Router } from 'express';
import { FORM_TYPE, JSON_TYPE, jsonBody, onlyFor } from '../http/content.js';
import { mount } from '../http/openapi/operation.js';
import { noQuery, validateBody } from '../http/validation.js';
import { AppError } from '../errors.js';
import type { HistoryController } from './history-controller.js';
import { exportHistory, listHistory, listJobs } from './history-operations.js';
import type { JobController } from './job-controller.js';
import { cancelJob, deleteJob, retryJob, showJob, submitJob } from './job-operations.js';
import { referenceSchema } from './job-schemas.js';

export function addJobRoutes(router: Router, jobs: JobController): void {
  const { path } = submitJob;
  router.post(path, noQuery, onlyFor(FORM_TYPE), jobs.submitUpload);
  router.post(path, onlyFor(JSON_TYPE), jsonBody, validateBody(referenceSchema), jobs.submitReference);
  router.post(path, () => {
    throw new AppError('E002', 'Send multipart/form-data or application/json.');
  });
  mount(router, showJob, jobs.show);
  mount(router, deleteJob, jobs.delete);
  mount(router, cancelJob, jobs.cancel);
  mount(router, retryJob, jobs.retry);
}

export function addHistoryRoutes(router: Router, history: HistoryController): void {
  mount(router, listHistory, history.list);
  mount(router, exportHistory, history.export);
  mount(router, listJobs, history.listAll);
}
