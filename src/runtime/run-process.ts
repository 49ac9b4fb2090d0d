import { createLogger, type Logger } from '../observability/logger.js';
import { loadConfig, ConfigError, type Config } from '../config.js';
import { Closing } from './closing.js';
import { explain } from './explain.js';

export interface ProcessContext {
  readonly config: Config;
  readonly logger: Logger;
  /** Where the start registers what is to be closed. */
  readonly closing: Closing;
}

/** Between the limit for finishing work and the moment when the process ends, come what may. */
const EXIT_GRACE_MS = 4_500;

/**
 * Runs one process of the service until SIGTERM or SIGINT, then closes it and exits 0. Exits 1 when
 * the settings are wrong, the start fails, something unexpected is thrown, or closing takes too long; a
 * second signal ends it at once.
 */
export async function runProcess(service: string, start: (context: ProcessContext) => Promise<void>): Promise<void> {
  const config = readConfig();
  const logger = createLogger({ level: config.logLevel, service });
  const closing = new Closing();
  const stop = onceSignalled();
  process.on('uncaughtException', (error) => exit(logger, 'uncaught exception', error));
  try {
    await Promise.race([start({ config, logger, closing }), stop]);
    const signal = await stop;
    logger.info('shutting down', { signal });
    const limitMs = config.shutdownTimeoutMs + EXIT_GRACE_MS;
    const giveUp = (message: string) => exit(logger, message, { limitMs, waitingFor: closing.waitingFor });
    setTimeout(() => giveUp('shutting down took too long'), limitMs).unref();
    process.once('beforeExit', () => giveUp('shutting down waits for what cannot happen any more'));
    await closing.close();
    logger.info('stopped');
    process.exit(0);
  } catch (error) {
    await closing
      .close()
      .catch((failure: unknown) => logger.warn('not everything could be closed', { error: failure }));
    const explanation = explain(error);
    if (explanation !== undefined) fail(explanation);
    exit(logger, 'start failed', error);
  }
}

function readConfig(): Config {
  try {
    return loadConfig();
  } catch (error) {
    if (error instanceof ConfigError) fail(error.message);
    throw error;
  }
}

function onceSignalled(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let signalled = false;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (signalled) process.exit(1);
        signalled = true;
        resolve(signal);
      });
    }
  });
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function exit(logger: Logger, message: string, error: unknown): void {
  logger.error(message, { error });
  process.exit(1);
}
