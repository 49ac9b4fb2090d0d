import { setTimeout as sleep } from 'node:timers/promises';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Wire } from './wire.js';

/** Milliseconds for telling the server that a session is over. */
const FAREWELL_MS = 1_000;

/** A session of an MCP server over streamable HTTP. */
export function httpWire(url: string): Wire {
  const transport = new StreamableHTTPClientTransport(new URL(url));
  return {
    // The SDK's own class does not satisfy its interface under exactOptionalPropertyTypes.
    transport: transport as Wire['transport'],
    pid: undefined,
    shared: true,
    lastWords: () => '',
    kill: async () => {
      const done = new AbortController();
      // A courtesy that lets the server drop what it keeps for the session; it may well be gone.
      const farewell = transport.terminateSession().catch(() => undefined);
      await Promise.race([farewell, sleep(FAREWELL_MS, undefined, { signal: done.signal }).catch(() => undefined)]);
      done.abort();
      await transport.close();
    },
  };
}
