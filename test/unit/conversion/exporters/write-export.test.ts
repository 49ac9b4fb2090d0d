import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DocumentBuilder } from '../../../../src/conversion/document/document-builder.js';
import { exporters } from '../../../../src/conversion/exporters/index.js';
import type { Exporter } from '../../../../src/conversion/exporters/exporter.js';
import { renderExport, writeExport } from '../../../../src/conversion/exporters/write-export.js';
import { LIMITS } from '../../../../src/conversion/limits.js';

describe('writing an export to a file', () => {
  const builder = new DocumentBuilder({ fileName: 'a.md', mimeType: 'text/markdown', binaryHash: 1 });
  for (let index = 0; index < 5_000; index += 1) builder.addText('text', `Zeile ${index}: Größe 🙂`);
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'docling-jobs-export-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test.each(['markdown', 'html', 'json'] as const)(
    'when a %s export is longer than one piece, then the file holds all of it, and the answer is its size',
    async (format) => {
      const file = path.join(folder, 'export');

      const size = writeExport(exporters[format], builder.document, file);

      const written = await readFile(file);
      expect(written.toString()).toBe(renderExport(exporters[format], builder.document));
      expect(size).toBe(written.length);
      expect(size).toBeGreaterThan(64 * 1024);
    },
  );

  test('when an export exceeds the limit half-way, then the file is as it was, and nothing is left beside it', async () => {
    const file = path.join(folder, 'export');
    await writeFile(file, 'before');
    const endless: Exporter = {
      mediaType: 'text/plain',
      write(_document, text) {
        const piece = 'x'.repeat(1024 * 1024);
        for (let length = 0; length <= LIMITS.exportCharacters; length += piece.length) text.add(piece);
      },
    };

    expect(() => writeExport(endless, builder.document, file)).toThrow(expect.objectContaining({ code: 'E305' }));

    expect(await readdir(folder)).toEqual(['export']);
    expect(await readFile(file, 'utf8')).toBe('before');
  });
});
