import { Joi } from 'celebrate';
import type { Router } from 'express';
import { API } from '../http/paths.js';
import { jobIdParam, validateQuery } from '../http/validation.js';
import type { EventController } from './event-controller.js';
import type { EventsQuery } from './last-event-id.js';

/** Its content is judged together with that of the header that it stands for. */
export const eventsSchema = Joi.object<EventsQuery>({ lastEventId: Joi.string() });

export function addEventRoutes(router: Router, events: EventController): void {
  for (const path of [`${API}/jobs/:id/events`, `${API}/process/:id/events`]) {
    router.get(path, jobIdParam, validateQuery(eventsSchema), events.stream);
  }
}
