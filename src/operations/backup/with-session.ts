import { Session } from '../../database/session.js';
import { errorCodeOf } from '../../errors.js';
import { BackupError } from './backup-error.js';
import { APPLICATION_NAME, type Server } from './server.js';

const NO_SUCH_DATABASE = '3D000';
/** There on every server, for when the database itself is lost. */
const MAINTENANCE_DATABASE = 'postgres';
/** Limits that a role or a server may have for its applications, and what holds here. */
const LIMITS = { statement_timeout: '0', idle_in_transaction_session_timeout: '0', lock_timeout: '60s' };

/**
 * Runs `work` with a session in a database of the server, and closes it; at once when `signal` aborts.
 *
 * @throws BackupError when it cannot be opened; the reason of `signal` where that ended it
 */
export async function withSession<T>(
  server: Server,
  database: string,
  signal: AbortSignal,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  return use(await open(server, database), signal, work);
}

/** As `withSession`, in a database from which others can be made and removed, whether or not the service's is there. */
export async function withMaintenanceSession<T>(
  server: Server,
  signal: AbortSignal,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const session = await open(server, server.database).catch((error: unknown) => {
    if (error instanceof NoSuchDatabase) return open(server, MAINTENANCE_DATABASE);
    throw error;
  });
  return use(session, signal, work);
}

async function use<T>(session: Session, signal: AbortSignal, work: (session: Session) => Promise<T>): Promise<T> {
  const close = (): void => void session.close();
  signal.addEventListener('abort', close, { once: true });
  try {
    signal.throwIfAborted();
    for (const [name, value] of Object.entries(LIMITS)) await session.query('server/set-setting', [name, value]);
    return await work(session);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', close);
    await session.close();
  }
}

class NoSuchDatabase extends BackupError {}

async function open(server: Server, database: string): Promise<Session> {
  try {
    return await Session.open(server.url(database), APPLICATION_NAME);
  } catch (error) {
    const cause = (error as Error).cause ?? error;
    const isMissing = errorCodeOf(cause) === NO_SUCH_DATABASE;
    const reason = cause instanceof Error && cause.message !== '' ? cause.message : (errorCodeOf(cause) ?? 'no answer');
    throw new (isMissing ? NoSuchDatabase : BackupError)(
      `Cannot connect to ${database} as ${server.label}: ${reason}. ${
        isMissing
          ? 'Check DB_NAME.'
          : 'Check DB_HOST, DB_PORT and DB_USER, the password in PGPASSWORD or ~/.pgpass, and PGSSLMODE.'
      }`,
      cause,
    );
  }
}
