import type { DoclingDocument } from '../document/docling-document.js';
import type { ExportText } from './export-text.js';

/** One way of writing a document down. */
export interface Exporter {
  readonly mediaType: string;
  /** @throws AppError E305 when the export would exceed `LIMITS`. */
  write(document: DoclingDocument, text: ExportText): void;
}
