import { Joi } from 'celebrate';
import type { Router } from 'express';
import { EXPORT_FORMATS } from '../conversion/client/converter.js';
import { API } from '../http/paths.js';
import { jobIdParam, validateParams, validateQuery } from '../http/validation.js';
import type { ResultController } from './result-controller.js';

export const listSchema = Joi.object({ include: Joi.string().valid('content') });
export const showSchema = Joi.object({ download: Joi.boolean().truthy('1').falsy('0') });
const formatParam = validateParams(Joi.object({ format: Joi.string().valid(...EXPORT_FORMATS) }).unknown());

export function addResultRoutes(router: Router, results: ResultController): void {
  router.get(`${API}/jobs/:id/results`, jobIdParam, validateQuery(listSchema), results.list);
  router.get(`${API}/jobs/:id/results/:format`, jobIdParam, formatParam, validateQuery(showSchema), results.show);
}
