import type { Router } from 'express';
import { mount } from '../http/openapi/operation.js';
import type { EventController } from './event-controller.js';
import { streamEvents } from './event-operations.js';

export function addEventRoutes(router: Router, events: EventController): void {
  for (const operation of streamEvents) mount(router, operation, events.stream);
}
