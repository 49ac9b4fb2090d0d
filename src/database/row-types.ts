import type { ExportFormat } from '../conversion/client/converter.js';

/** What PostgreSQL knows only as text or JSON; named by `-- type:` in a statement's header. */
export type InputType = 'FILE' | 'URL';

export interface ResultSummary {
  formatType: ExportFormat;
  /** Bytes of UTF-8. */
  sizeBytes: number;
}
