import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DoclingDocument } from '../../../../src/conversion/document/docling-document.js';
import { exporters } from '../../../../src/conversion/exporters/index.js';
import { renderExport } from '../../../../src/conversion/exporters/write-export.js';
import type { Format } from '../../../../src/conversion/formats/format.js';
import { validated } from '../../../support/valid-document.js';

export interface ReadOptions {
  readonly mimeType?: string;
  readonly fileName?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (fraction: number) => void;
}

/** Reads `content` with `format` through a file of its own, as a valid document. */
export async function read(
  format: Format,
  content: string | Uint8Array,
  options: ReadOptions = {},
): Promise<DoclingDocument> {
  const directory = await mkdtemp(path.join(tmpdir(), 'text-format-'));
  try {
    const file = path.join(directory, 'input');
    await writeFile(file, content);
    return validated(
      await format.read({
        path: file,
        fileName: options.fileName ?? 'input.txt',
        mimeType: options.mimeType ?? 'text/plain',
        binaryHash: 1,
        signal: options.signal ?? new AbortController().signal,
        onProgress: options.onProgress ?? (() => undefined),
      }),
    );
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** What `format` makes of `content`, as Markdown without the last line break. */
export async function readToMarkdown(format: Format, content: string | Buffer): Promise<string> {
  return renderExport(exporters.markdown, await read(format, content)).trimEnd();
}

/** Lines joined, for expectations that read like the output. */
export function lines(...all: string[]): string {
  return all.join('\n');
}
