import type { DoclingDocument } from '../document/docling-document.js';

/** What a format's reader gets: a local file of a type already recognised, and the way to stop. */
export interface FormatInput {
  /** Absolute path of a file that this process may read. */
  readonly path: string;
  /** Name to show; not a path. */
  readonly fileName: string;
  readonly mimeType: string;
  /** The first 53 bits of the SHA-256 of the bytes: what a JSON number holds exactly. */
  readonly binaryHash: number;
  /** Aborts between steps; a reader checks it at least once per page, sheet, slide or 1,000 rows. */
  readonly signal: AbortSignal;
  /** Reports how far the reading is, 0 to 1. */
  readonly onProgress: (fraction: number) => void;
}

/**
 * One input format. `read` throws an AppError: E003 when the file cannot be read, E004 when it is
 * corrupt or encrypted, E305 when it would exceed a limit, E302 for anything else.
 */
export interface Format {
  /** As in the tool `convert_<name>`. */
  readonly name: string;
  readonly read: (input: FormatInput) => Promise<DoclingDocument>;
}
