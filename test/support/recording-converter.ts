import type { CallOptions, ConversionSource, Converter, ExportFormat } from '../../src/conversion/client/converter.js';

export type Step = 'convert' | 'load' | `export:${ExportFormat}` | 'release';

/** A real converter that notes what is asked of it, and lets a test step in before a step is taken. */
export class RecordingConverter implements Converter {
  readonly steps: Step[] = [];
  /** Called before each step; what it throws the step throws. */
  before: (step: Step, signal?: AbortSignal) => Promise<void> | void = () => undefined;

  constructor(private readonly real: Converter) {}

  async open(options: { readonly signal: AbortSignal; readonly timeoutMs: number }) {
    const session = await this.real.open(options);
    const take = async <T>(step: Step, signal: AbortSignal | undefined, real: () => Promise<T>): Promise<T> => {
      await this.before(step, signal);
      if (step !== 'release') this.steps.push(step);
      return real();
    };
    return {
      canLoad: session.canLoad,
      convert: (source: ConversionSource, call: CallOptions) =>
        take('convert', call.signal, () => session.convert(source, call)),
      load: (path: string, call: CallOptions) => take('load', call.signal, () => session.load(path, call)),
      export: (format: ExportFormat, path: string, call: CallOptions) =>
        take(`export:${format}`, call.signal, () => session.export(format, path, call)),
      release: async () => {
        await session.release();
        await take('release', undefined, () => Promise.resolve());
      },
    };
  }

  ping(timeoutMs: number): Promise<void> {
    return this.real.ping(timeoutMs);
  }

  close(): Promise<void> {
    return this.real.close();
  }
}
