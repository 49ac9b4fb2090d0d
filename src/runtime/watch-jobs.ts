import { NotificationListener } from '../database/notifications.js';
import { EventRepository } from '../events/event-repository.js';
import { JobWatch } from '../events/job-watch.js';
import type { Services } from './services.js';

/**
 * Watches jobs for event streams and waiting requests, until it is closed; that ends them all. Announced
 * changes are heard on a connection of its own, past a pooler; without it they are found by looking.
 */
export function watchJobs({ connection, database, logger, closing }: Services): JobWatch {
  const watch = new JobWatch({ events: new EventRepository(database), logger });
  const listener = new NotificationListener({
    url: connection.direct ? connection.url : connection.migrationUrl,
    applicationName: 'docling-jobs-listen',
    onNotification: () => watch.wake(),
    onLost: (error) => logger.warn('changes of jobs are not announced at the moment', { error }),
  });
  listener.start();
  closing.addWork('watch', () => watch.close());
  closing.addResource('listener', () => listener.close());
  return watch;
}
