import { randomUUID } from 'node:crypto';
import { AppError } from '../../errors.js';
import type { DoclingDocument } from '../document/docling-document.js';

/** Converted documents between `convert_…` and their exports. Bounded: the oldest makes room. */
export class DocumentStore {
  private readonly documents = new Map<string, DoclingDocument>();

  constructor(private readonly capacity = 4) {}

  /** Keeps a document and returns its key. */
  add(document: DoclingDocument): string {
    const key = randomUUID();
    this.documents.set(key, document);
    for (const oldest of this.documents.keys()) {
      if (this.documents.size <= this.capacity) break;
      this.documents.delete(oldest);
    }
    return key;
  }

  /** @throws AppError E203 when there is no such document, or no longer. */
  get(key: string): DoclingDocument {
    const document = this.documents.get(key);
    if (!document) {
      throw new AppError(
        'E203',
        `There is no document with this key; the last ${this.capacity} converted ones are kept.`,
      );
    }
    return document;
  }

  /** Forgets a document; whether there was one. */
  delete(key: string): boolean {
    return this.documents.delete(key);
  }
}
