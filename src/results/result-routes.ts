import type { Router } from 'express';
import { mount } from '../http/openapi/operation.js';
import type { ResultController } from './result-controller.js';
import { listResults, showResult } from './result-operations.js';

export function addResultRoutes(router: Router, results: ResultController): void {
  mount(router, listResults, results.list);
  mount(router, showResult, results.show);
}
