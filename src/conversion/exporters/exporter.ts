import type { DoclingDocument } from '../document/docling-document.js';

/** One way of writing a document down. */
export interface Exporter {
  readonly mediaType: string;
  /** @throws AppError E305 when the export would exceed `LIMITS`. */
  render(document: DoclingDocument): string;
}
