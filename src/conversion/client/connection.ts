import { setImmediate as afterIo } from 'node:timers/promises';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { ProgressCallback, RequestOptions } from '@modelcontextprotocol/sdk/shared/protocol.js';
import { CallToolResultSchema, ListToolsResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { AppError } from '../../errors.js';
import { IMPLEMENTATION } from '../package-info.js';
import { fromThrown, fromToolError, type CallPurpose } from './call-errors.js';
import type { CallOptions } from './converter.js';
import { withLinkedSignal } from './linked-signal.js';
import { readAnswer, type ToolAnswer } from './tool-answer.js';
import { chooseToolset, type OfferedTools, type ToolCall, type Toolset } from './tools.js';
import type { Wire } from './wire.js';

/** Pages of `tools/list` that are read. */
const MAX_TOOL_PAGES = 20;
/** Milliseconds within which a child that does nothing else has to answer a ping. */
const PING_MS = 2_000;
/** The most that a Node timer can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;
/** The last words of V8 at its heap's limit, and of the built-in converter's watchdog. */
const OUT_OF_MEMORY = /heap out of memory|Reached heap limit|Reached the limit of resident memory/;

/** A connected MCP server whose tools are known. Does one thing at a time; the pool sees to that. */
export class Connection {
  private readonly inFlight = new Set<AbortController>();
  private readonly closeListeners = new Set<() => void>();
  private ending: Promise<void> | undefined;
  private lost = false;

  private constructor(
    private readonly client: Client,
    private readonly wire: Wire,
    readonly tools: Toolset,
  ) {
    client.onclose = () => this.markLost();
    client.onerror = () => void this.verify();
  }

  /**
   * Connects, and asks what the server offers.
   *
   * @throws AppError E201 when that fails or takes too long, E204 when no tool of it is known; the
   *   other side is ended then.
   */
  static async open(wire: Wire, options: { signal: AbortSignal; timeoutMs: number }): Promise<Connection> {
    try {
      return await withLinkedSignal(options.signal, ({ signal }) =>
        Connection.initialize(wire, { signal, timeout: options.timeoutMs }),
      );
    } catch (error) {
      await wire.kill();
      if (error instanceof AppError) throw error;
      const cause = new Error(wire.lastWords() || 'The converter said nothing.', { cause: error });
      throw new AppError('E201', 'The converter could not be started or reached.', { cause });
    }
  }

  private static async initialize(wire: Wire, request: RequestOptions): Promise<Connection> {
    const client = new Client(IMPLEMENTATION);
    await client.connect(wire.transport, request);
    const tools = chooseToolset(await listTools(client, request));
    if (!tools) throw new AppError('E204', 'The converter offers no tool that is known.');
    return new Connection(client, wire, tools);
  }

  get pid(): number | undefined {
    return this.wire.pid;
  }

  get isLost(): boolean {
    return this.lost;
  }

  /** Calls `listener` once when the other side is gone. */
  onLost(listener: () => void): void {
    this.closeListeners.add(listener);
  }

  /** Whether the other side can be used. Only for a connection with nothing under way. */
  async isAlive(): Promise<boolean> {
    if (this.lost) return false;
    const error = await this.ping(PING_MS).catch((reason: unknown) => reason);
    return error === undefined || this.isMerelyLate(error);
  }

  /** @throws AppError E201 or E202 */
  async ping(timeoutMs: number): Promise<void> {
    try {
      await this.client.ping({ timeout: timeoutMs });
    } catch (error) {
      throw fromThrown(error, 'release');
    }
  }

  /**
   * Calls a tool. Rejects with the signal's reason when aborted, else with an AppError by the table
   * in `call-errors.ts`.
   */
  async call(call: ToolCall, purpose: CallPurpose, options: CallOptions): Promise<ToolAnswer> {
    try {
      const answer = await withLinkedSignal(options.signal, (controller) => this.request(call, controller, options));
      if (answer.failed) throw fromToolError(answer, purpose);
      return answer;
    } catch (error) {
      options.signal.throwIfAborted();
      if (this.lost) throw await this.lossError();
      throw fromThrown(error, purpose);
    }
  }

  /** Ends the other side at once, and with it every call under way. Never rejects. */
  end(): Promise<void> {
    this.ending ??= this.wire.kill().catch(() => undefined);
    this.markLost();
    return this.ending;
  }

  /**
   * Not `client.callTool`: that holds answers against the server's own schemas, and a slip in those
   * is no reason to fail a document.
   */
  private async request(call: ToolCall, controller: AbortController, options: CallOptions) {
    const timeout = Math.min(MAX_TIMER_MS, Math.max(1, options.timeoutMs));
    const { onProgress } = options;
    const onprogress: ProgressCallback | undefined =
      onProgress && (({ progress, total = 1 }) => onProgress(Math.min(1, Math.max(0, progress / (total || 1)))));
    this.inFlight.add(controller);
    try {
      const result = await this.client.request({ method: 'tools/call', params: { ...call } }, CallToolResultSchema, {
        signal: controller.signal,
        timeout,
        ...(onprogress && { onprogress }),
      });
      return { ...readAnswer(result), failed: result.isError === true };
    } finally {
      this.inFlight.delete(controller);
    }
  }

  /** A server may be at another client's document, during which some answer nothing. */
  private isMerelyLate(error: unknown): boolean {
    return this.wire.shared && error instanceof AppError && error.code === 'E202';
  }

  /** After trouble on a shared wire: whoever waits for an answer must not wait in vain. */
  private async verify(): Promise<void> {
    if (this.wire.shared && this.inFlight.size > 0 && !(await this.isAlive())) await this.end();
  }

  private markLost(): void {
    if (this.lost) return;
    this.lost = true;
    for (const controller of this.inFlight) controller.abort();
    for (const listener of this.closeListeners) listener();
  }

  private async lossError(): Promise<AppError> {
    // What the child wrote last is still on its way through a stream.
    await afterIo();
    const lastWords = this.wire.lastWords();
    const cause = new Error(lastWords || 'The converter said nothing.');
    return OUT_OF_MEMORY.test(lastWords)
      ? new AppError('E302', 'The document needs more memory than the converter has.', { cause })
      : new AppError('E201', 'The converter ended while it worked on the document.', { cause });
  }
}

async function listTools(client: Client, options: RequestOptions): Promise<OfferedTools> {
  const offered = new Map<string, Set<string>>();
  let cursor: string | undefined;
  for (let page = 0; page < MAX_TOOL_PAGES; page += 1) {
    const params = cursor === undefined ? {} : { cursor };
    const { tools, nextCursor } = await client.request(
      { method: 'tools/list', params },
      ListToolsResultSchema,
      options,
    );
    for (const tool of tools) offered.set(tool.name, new Set(Object.keys(tool.inputSchema.properties ?? {})));
    if (nextCursor === undefined) break;
    cursor = nextCursor;
  }
  return offered;
}
