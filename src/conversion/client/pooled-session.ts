import { AppError } from '../../errors.js';
import { endsConnection, type CallPurpose } from './call-errors.js';
import type { Lease } from './connection-pool.js';
import type { CallOptions, ConversionSession, ConversionSource, ExportFormat } from './converter.js';
import type { ToolAnswer } from './tool-answer.js';
import type { ToolCall } from './tools.js';

/** Milliseconds for forgetting a document; a converter that needs longer is replaced. */
const RELEASE_MS = 5_000;

/** A session on one connection of the pool, from its lease to `release`. */
export class PooledSession implements ConversionSession {
  private documentKey: string | undefined;
  private callsUnderWay = 0;
  private used = false;
  private released: Promise<void> | undefined;

  /** `maxResidentBytes`: a converter that holds on to more after its release is replaced. */
  constructor(
    private readonly lease: Lease,
    private readonly maxResidentBytes: number,
  ) {}

  async convert(source: ConversionSource, options: CallOptions): Promise<{ toolName: string }> {
    this.assertOpen();
    const call = this.lease.connection.tools.convert(source);
    if (!call) throw new AppError('E204', `The converter offers no tool for ${source.format} documents.`);
    await this.receive(call, options);
    // A server's last step may be lost: its answer overtakes it.
    options.onProgress?.(1);
    return { toolName: call.name };
  }

  get canLoad(): boolean {
    return this.lease.connection.tools.canLoad;
  }

  async load(path: string, options: CallOptions): Promise<void> {
    this.assertOpen();
    const call = this.lease.connection.tools.load(path);
    if (!call) throw new AppError('E204', 'The converter cannot load documents.');
    await this.receive(call, options);
  }

  async export(format: ExportFormat, outputPath: string, options: CallOptions): Promise<{ sizeBytes: number }> {
    this.assertOpen();
    if (this.documentKey === undefined) throw new Error('export was called before convert or load');
    const call = this.lease.connection.tools.export(format, this.documentKey, outputPath);
    if (!call) throw new AppError('E204', `The converter offers no ${format} export.`);
    const answer = await this.call(call, 'export', options);
    return { sizeBytes: await call.deliver(answer, outputPath) };
  }

  release(): Promise<void> {
    this.released ??= this.giveBack();
    return this.released;
  }

  /** Runs a call that answers a document's key. */
  private async receive(call: ToolCall, options: CallOptions): Promise<void> {
    const { fields } = await this.call(call, 'convert', options);
    if (typeof fields.document_key !== 'string') {
      throw new AppError('E302', 'The converter answered without a document.');
    }
    this.documentKey = fields.document_key;
  }

  /** The connection may be another session's by now. */
  private assertOpen(): void {
    if (this.released) throw new Error('the session was released');
  }

  private async giveBack(): Promise<void> {
    // Whoever lets go in the middle of a call does not want its outcome, and nobody else may get it.
    if (this.callsUnderWay > 0) return this.lease.discard();
    const key = this.documentKey;
    const call = key === undefined ? undefined : this.lease.connection.tools.release(key);
    if (!call) return this.lease.release(this.used ? 'served' : 'unused');
    try {
      const { fields } = await this.call(call, 'release', {
        signal: new AbortController().signal,
        timeoutMs: RELEASE_MS,
      });
      this.lease.release(Number(fields.resident_bytes ?? 0) > this.maxResidentBytes ? 'worn' : 'served');
    } catch {
      this.lease.discard();
    }
  }

  private async call(call: ToolCall, purpose: CallPurpose, options: CallOptions): Promise<ToolAnswer> {
    this.callsUnderWay += 1;
    this.used = true;
    try {
      return await this.lease.connection.call(call, purpose, options);
    } catch (error) {
      // An aborted call may still be at work, whatever the reason for the abort is.
      if (options.signal.aborted || endsConnection(error)) this.lease.discard();
      throw error;
    } finally {
      this.callsUnderWay -= 1;
    }
  }
}
