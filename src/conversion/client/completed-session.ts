import { AppError } from '../../errors.js';
import type { CallOptions, ConversionSession, ConversionSource, Converter, ExportFormat } from './converter.js';

/** Of what an export is made that the converter does not give: the document itself, else its Markdown. */
const SOURCES: Readonly<Record<ExportFormat, readonly ExportFormat[]>> = {
  html: ['json', 'markdown'],
  json: ['markdown'],
  markdown: ['json'],
};

/**
 * A session of another converter, whose missing exports the built-in converter makes from those that
 * there are. What cannot be made fails as it did first.
 */
export class CompletedSession implements ConversionSession {
  private fileName = 'document';
  private readonly exported = new Map<ExportFormat, string>();
  private builtIn: ConversionSession | undefined;
  /** The export that the built-in converter has taken up. */
  private takenUp: ExportFormat | undefined;

  constructor(
    private readonly session: ConversionSession,
    private readonly openBuiltIn: Converter['open'],
  ) {}

  convert(source: ConversionSource, options: CallOptions): Promise<{ toolName: string }> {
    this.fileName = source.fileName;
    return this.session.convert(source, options);
  }

  get canLoad(): boolean {
    return this.session.canLoad;
  }

  load(path: string, options: CallOptions): Promise<void> {
    return this.session.load(path, options);
  }

  async export(format: ExportFormat, outputPath: string, options: CallOptions): Promise<{ sizeBytes: number }> {
    try {
      return await this.exportDirectly(format, outputPath, options);
    } catch (error) {
      options.signal.throwIfAborted();
      if (!isMissing(error)) throw error;
      const made = await this.make(format, outputPath, options);
      if (!made) throw error;
      return made;
    }
  }

  async release(): Promise<void> {
    await Promise.all([this.session.release(), this.builtIn?.release()]);
  }

  private async exportDirectly(format: ExportFormat, outputPath: string, options: CallOptions) {
    const result = await this.session.export(format, outputPath, options);
    this.exported.set(format, outputPath);
    return result;
  }

  /** Makes an export from the first other one that will do; undefined when none does. */
  private async make(format: ExportFormat, outputPath: string, options: CallOptions) {
    for (const source of SOURCES[format]) {
      try {
        const builtIn = await this.takeUp(source, outputPath, options);
        return await builtIn.export(format, outputPath, options);
      } catch {
        options.signal.throwIfAborted();
      }
    }
    return undefined;
  }

  /** The built-in converter with the document as that export has it. */
  private async takeUp(source: ExportFormat, outputPath: string, options: CallOptions): Promise<ConversionSession> {
    this.builtIn ??= await this.openBuiltIn(options);
    if (this.takenUp === source) return this.builtIn;
    const path = this.exported.get(source) ?? `${outputPath}.${source}`;
    if (!this.exported.has(source)) await this.exportDirectly(source, path, options);
    if (source === 'json') await this.builtIn.load(path, options);
    else await this.builtIn.convert({ path, fileName: this.fileName, format: source }, options);
    this.takenUp = source;
    return this.builtIn;
  }
}

/** Whether the converter has no such export, or could not make it or not hand it over, and is well otherwise. */
function isMissing(error: unknown): boolean {
  return error instanceof AppError && (error.code === 'E204' || error.code === 'E303');
}
