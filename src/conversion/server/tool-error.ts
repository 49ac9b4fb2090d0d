import { inspect } from 'node:util';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { AppError, type ErrorCode } from '../../errors.js';

/**
 * Runs a tool. What it throws becomes a tool error whose text is `{code, message}` as JSON: an
 * AppError's own, or `fallback` for anything else, which is written whole to the standard error
 * unless it only comes of the cancellation by `signal`.
 *
 * There is no `structuredContent` in an error: clients hold that against the tool's output schema
 * even when `isError` is set, and would report a bad answer instead of what went wrong.
 */
export async function answering(
  signal: AbortSignal,
  fallback: { code: ErrorCode; message: string },
  run: () => CallToolResult | Promise<CallToolResult>,
): Promise<CallToolResult> {
  try {
    return await run();
  } catch (error) {
    const { code, message } = error instanceof AppError ? error : fallback;
    if (!(error instanceof AppError) && !signal.aborted) process.stderr.write(`${inspect(error)}\n`);
    return { isError: true, content: [{ type: 'text', text: JSON.stringify({ code, message }) }] };
  }
}
