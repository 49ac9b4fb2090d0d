import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';

/** One way to an MCP server, and power over what is at its end. */
export interface Wire {
  readonly transport: Transport;
  /** The child's process id; undefined where there is none, or no longer. */
  readonly pid: number | undefined;
  /**
   * Whether the other side serves others too: it may be late because of them, and when it goes,
   * nothing tells.
   */
  readonly shared: boolean;
  /** What is known of why the other side went, such as the last words of a child. */
  lastWords(): string;
  /** Stops the other side at once, whatever it does. Resolves when it is gone; never rejects. */
  kill(): Promise<void>;
}

export type LogLevel = 'debug' | 'info' | 'warn';
/** Where the converter tells of its children; `details` hold no document content. */
export type Log = (level: LogLevel, message: string, details: Readonly<Record<string, unknown>>) => void;
