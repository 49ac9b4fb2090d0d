import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { ConfigError } from '../config.js';
import { errorCodeOf } from '../errors.js';

/** Time for requests that are on their way when the end is called. */
const LAST_REQUESTS_MS = 500;

export interface Place {
  readonly port: number;
  readonly host: string;
  /** The setting that names the port. */
  readonly setting: 'PORT' | 'METRICS_PORT';
}

/**
 * Resolves when the server listens.
 *
 * @throws ConfigError that says what to set when the port or the address cannot be had
 */
export async function listen(server: Server, { port, host, setting }: Place): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const reasons: Record<string, string> = {
      EADDRINUSE: `port ${port} is in use; set ${setting} to another one, or to 0 for any`,
      EACCES: `port ${port} may not be used by this user; set ${setting} to one above 1023`,
      EADDRNOTAVAIL: `HOST is ${host}, which is no address of this machine`,
      ENOTFOUND: `HOST is ${host}, which is not known`,
    };
    const reason = reasons[errorCodeOf(error) ?? ''];
    throw reason ? new ConfigError([reason]) : error;
  }
}

/**
 * First it serves on for a moment, each connection for one more request: a request that was sent before
 * the balancer knew is on its way, and closing would reset a connection that has not brought it yet.
 */
export async function closeServer(server: Server, limitMs: number): Promise<void> {
  server.prependListener('request', (_request, response) => response.setHeader('Connection', 'close'));
  await delay(Math.min(LAST_REQUESTS_MS, limitMs));
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), limitMs);
  await closed;
  clearTimeout(timer);
}

/** Where a listening server can be reached from this machine. */
export function urlOf({ address, family, port }: AddressInfo): string {
  const anywhere = address === '0.0.0.0' || address === '::';
  const host = anywhere ? 'localhost' : family === 'IPv6' ? `[${address}]` : address;
  return `http://${host}:${port}`;
}
