import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { FRESH, OLD, writeBackupMetrics } from './backups.mjs';
import { endSessions, openSessions } from './database-conditions.mjs';
import { cancel, submitBroken, submitUrl } from './documents.mjs';
import { MAX_CLIENTS, POOL_SIZE } from './service.mjs';

/** What happens to processes, to what lies between them, and to jobs. @type {readonly import('./database-conditions.mjs').Condition[]} */
export const PROCESS_CONDITIONS = [
  {
    what: 'the exporter of the primary is killed',
    alerts: ['TargetDown', 'PostgresNoPrimary'],
    make: async ({ exporters }) => {
      await exporters.primary.kill();
      return () => exporters.primary.start();
    },
  },
  {
    what: 'the primary is stopped under traffic',
    alerts: ['PostgresDown', 'PostgresNoPrimary', 'PostgresReplicaGone', 'ApiErrors'],
    make: async ({ postgres }) => {
      await postgres.primary.stop();
      return () => postgres.primary.start();
    },
  },
  {
    what: 'PgBouncer hangs under traffic',
    alerts: ['PgBouncerDown', 'DatabasePoolExhausted', 'PostgresTransactionRateLow', 'ApiErrors', 'ApiSlow'],
    make: async ({ pgBouncer }) => {
      pgBouncer.pooler.signal('SIGSTOP');
      return async () => pgBouncer.pooler.signal('SIGCONT');
    },
  },
  {
    what: 'all server connections of PgBouncer are held',
    alerts: ['PgBouncerClientsWaiting'],
    make: async ({ postgres, pgBouncer }) => {
      const sessions = await openSessions(POOL_SIZE, () => postgres.connect('docling_app', pgBouncer.port));
      for (const session of sessions) await session.query('BEGIN; SELECT 1');
      return () => endSessions(sessions);
    },
  },
  {
    what: '45 of 50 client connections of PgBouncer are taken',
    alerts: ['PgBouncerClientsHigh'],
    make: async ({ postgres, pgBouncer }) => {
      // The service has some as well.
      const sessions = await openSessions(0.75 * MAX_CLIENTS, () => postgres.connect('docling_app', pgBouncer.port));
      return () => endSessions(sessions);
    },
  },
  {
    what: 'the exporter of PgBouncer is killed',
    alerts: ['PgBouncerMetricsAbsent', 'TargetDown'],
    make: async ({ pgBouncer }) => {
      await pgBouncer.exporter.kill();
      return () => pgBouncer.exporter.start();
    },
  },
  {
    what: 'both workers are stopped, and a document comes',
    alerts: ['JobsWaitingTooLong'],
    make: async ({ service, documents }) => {
      for (const worker of service.workers) worker.signal('SIGSTOP');
      const job = await submitUrl(service.url, `${documents.url}/slow`);
      return async () => {
        await cancel(service.url, job);
        for (const worker of service.workers) worker.signal('SIGCONT');
      };
    },
  },
  {
    what: 'a worker is stopped in the middle of its jobs, for longer than its leases',
    alerts: ['JobsRescuedOften', 'LeasesLostOften'],
    make: async ({ service, documents }) => {
      const jobs = await Promise.all([1, 2, 3, 4].map(() => submitUrl(service.url, `${documents.url}/slow`, 20)));
      await delay(2_000); // both workers are at it
      service.workers[0]?.signal('SIGSTOP');
      await delay(6_000); // the other has found out
      service.workers[0]?.signal('SIGCONT');
      return async () => {
        for (const job of jobs) await cancel(service.url, job);
      };
    },
  },
  {
    what: 'six broken documents',
    alerts: ['JobsFailingOften'],
    make: async ({ service }) => {
      for (let sent = 0; sent < 6; sent += 1) await submitBroken(service.url);
      return async () => undefined; // it passes when they are forgotten
    },
  },
  {
    what: 'six documents whose server answers 503',
    alerts: ['JobsRetriedOften', 'JobsFailingOften'],
    make: async ({ service, documents }) => {
      for (let sent = 0; sent < 6; sent += 1) await submitUrl(service.url, `${documents.url}/unavailable`, 2);
      return async () => undefined; // as above
    },
  },
  {
    what: 'web is killed',
    alerts: ['TargetDown'],
    make: async ({ service }) => {
      await service.web.kill();
      return () => service.web.start();
    },
  },
  {
    what: 'web and workers are killed',
    alerts: ['ServiceMetricsAbsent', 'TargetDown'],
    make: async ({ service }) => {
      const all = [service.web, ...service.workers];
      for (const program of all) await program.kill();
      return async () => {
        for (const program of all) await program.start();
      };
    },
  },
  {
    what: 'backup, restore and drill are 40 days old, and the backup a quarter of its size',
    alerts: ['BackupTooOld', 'BackupNotVerified', 'PitrDrillTooOld', 'BackupShrunk'],
    make: async ({ backupFolder }) => {
      await writeBackupMetrics(backupFolder, OLD);
      return () => writeBackupMetrics(backupFolder, FRESH);
    },
  },
  {
    what: 'nothing is left of what backups tell',
    alerts: ['BackupMetricsAbsent'],
    make: async ({ backupFolder }) => {
      await rm(path.join(backupFolder, 'docling_backup.prom'));
      return () => writeBackupMetrics(backupFolder, FRESH);
    },
  },
];
