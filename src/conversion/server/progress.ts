import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { ServerNotification, ServerRequest } from '@modelcontextprotocol/sdk/types.js';

export type ToolExtra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/** A reader may report every row; the caller hears of at most this many steps. */
const STEPS = 100;

/**
 * Makes the function that reports progress, 0 to 1, to a caller who sent a progress token. Only
 * growing values are sent, as the protocol demands.
 */
export function progressReporter(extra: ToolExtra): (fraction: number) => void {
  const progressToken = extra._meta?.progressToken;
  if (progressToken === undefined) return () => undefined;
  let last = 0;
  return (fraction) => {
    const step = Math.floor(Math.min(1, Math.max(0, fraction)) * STEPS);
    if (!(step > last)) return;
    last = step;
    const params = { progressToken, progress: step / STEPS, total: 1 };
    // The connection may have gone meanwhile; then nobody is left to tell.
    extra.sendNotification({ method: 'notifications/progress', params }).catch(() => undefined);
  };
}
