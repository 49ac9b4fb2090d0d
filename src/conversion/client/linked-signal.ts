/**
 * Runs `work` under a controller of its own that is aborted with `signal`, and lets go of `signal`
 * when the work is done. The MCP SDK never takes its listener off a signal, and would cancel
 * requests long answered when a signal that outlives them fires.
 */
export async function withLinkedSignal<T>(
  signal: AbortSignal,
  work: (controller: AbortController) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const controller = new AbortController();
  const abort = () => controller.abort(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await work(controller);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
