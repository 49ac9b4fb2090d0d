import { once } from 'node:events';
import type { CallOptions, ConversionSource, Converter } from '../../src/conversion/client/converter.js';

/** A real converter with a gate before each conversion, so that a test can act while a job is in the middle of it. */
export class GatedConverter implements Converter {
  private arrived = 0;
  private arrivals: (() => void)[] = [];
  private opened = false;
  private passages: (() => void)[] = [];

  constructor(private readonly real: Converter) {}

  /** Resolves when that many conversions in all have come to the gate. */
  async arrival(count = 1): Promise<void> {
    while (this.arrived < count) await new Promise<void>((resolve) => this.arrivals.push(resolve));
  }

  /** Lets all conversions pass from now on. */
  openGate(): void {
    this.opened = true;
    this.passages.splice(0).forEach((pass) => pass());
  }

  async open(options: { readonly signal: AbortSignal; readonly timeoutMs: number }) {
    const session = await this.real.open(options);
    return {
      convert: async (source: ConversionSource, call: CallOptions) => {
        await this.pass(call.signal);
        return session.convert(source, call);
      },
      canLoad: session.canLoad,
      load: session.load.bind(session),
      export: session.export.bind(session),
      release: session.release.bind(session),
    };
  }

  ping(timeoutMs: number): Promise<void> {
    return this.real.ping(timeoutMs);
  }

  close(): Promise<void> {
    return this.real.close();
  }

  private async pass(signal: AbortSignal): Promise<void> {
    this.arrived += 1;
    this.arrivals.splice(0).forEach((tell) => tell());
    if (this.opened) return;
    await Promise.race([new Promise<void>((resolve) => this.passages.push(resolve)), once(signal, 'abort')]);
    signal.throwIfAborted();
  }
}
