import type { Server } from './server.js';

/** What every step of one run shares. */
export interface Run {
  readonly server: Server;
  /** Of all backups. */
  readonly directory: string;
  readonly signal: AbortSignal;
  /** Tells the operator, and the log, what happens. */
  readonly say: (line: string) => void;
}
