/** The exports of a job, and the `format_type` of its results. */
export const EXPORT_FORMATS = ['markdown', 'html', 'json'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface CallOptions {
  /** Stops the call; the converter child that runs it is ended. */
  readonly signal: AbortSignal;
  /** Milliseconds for the whole call, progress or not. */
  readonly timeoutMs: number;
  /** 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
}

export interface ConversionSource {
  /** Absolute path, unique to this attempt at this job, with the extension of its type. */
  readonly path: string;
  /** The name to show in the document. */
  readonly fileName: string;
  /** As in `convert_<format>`; decided by content. */
  readonly format: string;
}

/**
 * One document in one converter. When aborted, a call rejects with the signal's reason. Otherwise
 * all methods throw AppError: E201 when the converter cannot be reached or died, E202 when a call
 * ran out of time, E203 and E204 when it knows neither the parameters nor the tool, E302 or the
 * reader's own code when the document cannot be converted (also when it died for want of memory:
 * the next one would too), E303 or the exporter's own code when an export failed.
 */
export interface ConversionSession {
  /** Converts the source; the document stays in the converter until `release`. Returns the name of the tool that did it. */
  convert(source: ConversionSource, options: CallOptions): Promise<{ toolName: string }>;
  /** Whether this converter can `load`. */
  readonly canLoad: boolean;
  /** Takes up a document that the JSON export of a converter like this one wrote, in place of `convert`. */
  load(path: string, options: CallOptions): Promise<void>;
  /** Writes one export to `outputPath` and returns its size in bytes. */
  export(format: ExportFormat, outputPath: string, options: CallOptions): Promise<{ sizeBytes: number }>;
  /** Forgets the document and frees the converter for the next session. Never throws; safe to repeat. */
  release(): Promise<void>;
}

export interface Converter {
  /**
   * Waits for a free converter; the session must be released. Rejects with the signal's reason, or
   * with AppError: E201 when none can be started or too many wait, E202 when none becomes free.
   */
  open(options: { readonly signal: AbortSignal; readonly timeoutMs: number }): Promise<ConversionSession>;
  /** Resolves when the converter answers or is at work; throws AppError E201 or E202 otherwise. */
  ping(timeoutMs: number): Promise<void>;
  /** Ends every child and connection. Safe to repeat. */
  close(): Promise<void>;
}
