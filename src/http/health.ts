import type { Logger } from '../observability/logger.js';
import { within } from '../within.js';

/** One thing that the service needs. */
export interface HealthCheck {
  readonly name: string;
  /** Without it the service cannot serve. */
  readonly critical: boolean;
  /** Resolves when all is well. */
  readonly check: () => Promise<void>;
}

export interface DependencyHealth {
  readonly status: 'up' | 'down';
  readonly critical: boolean;
  readonly latencyMs: number;
}

export interface HealthReport {
  /** `degraded`: something is down that the service can do without. */
  readonly status: 'ok' | 'degraded' | 'unavailable';
  readonly dependencies: Readonly<Record<string, DependencyHealth>>;
}

export interface HealthOptions {
  readonly logger: Logger;
  /** Time limit of one check. */
  readonly timeoutMs?: number;
  /** How long a report serves further questions. */
  readonly cacheMs?: number;
}

const TIMEOUT_MS = 2_000;
const CACHE_MS = 1_000;

/** Runs the checks when it is asked, all at once, but no more often than once a second, however many ask. */
export class Health {
  private readonly options: Required<HealthOptions>;
  private current: Promise<HealthReport> | undefined;
  private expiresAt = 0;
  private readonly down = new Set<string>();

  constructor(
    private readonly checks: readonly HealthCheck[],
    options: HealthOptions,
  ) {
    this.options = { timeoutMs: TIMEOUT_MS, cacheMs: CACHE_MS, ...options };
  }

  /** Never rejects. */
  async report(): Promise<HealthReport> {
    if (this.current === undefined || performance.now() >= this.expiresAt) {
      this.expiresAt = Infinity; // until the checks have ended
      this.current = this.runChecks();
    }
    return this.current;
  }

  private async runChecks(): Promise<HealthReport> {
    const found = await Promise.all(this.checks.map(async (check) => [check.name, await this.run(check)] as const));
    this.expiresAt = performance.now() + this.options.cacheMs;
    const down = found.map(([, dependency]) => dependency).filter(({ status }) => status === 'down');
    const status = down.length === 0 ? 'ok' : down.some(({ critical }) => critical) ? 'unavailable' : 'degraded';
    return { status, dependencies: Object.fromEntries(found) };
  }

  private async run({ name, critical, check }: HealthCheck): Promise<DependencyHealth> {
    const started = performance.now();
    const failure = await failureOf(check, this.options.timeoutMs);
    this.logChange(name, failure);
    return {
      status: failure ? 'down' : 'up',
      critical,
      latencyMs: Math.round((performance.now() - started) * 10) / 10,
    };
  }

  /** Probes come every few seconds: only a change is worth a line. */
  private logChange(name: string, failure: Error | undefined): void {
    const { logger } = this.options;
    if (failure && !this.down.has(name)) logger.error('dependency down', { dependency: name, error: failure });
    if (!failure && this.down.has(name)) logger.info('dependency up again', { dependency: name });
    if (failure) this.down.add(name);
    else this.down.delete(name);
  }
}

async function failureOf(check: HealthCheck['check'], timeoutMs: number): Promise<Error | undefined> {
  try {
    await within(timeoutMs, check(), `No answer within ${timeoutMs} ms.`);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
