import { describe, expect, test } from '@jest/globals';
import { DocumentBuilder } from '../../../../src/conversion/document/document-builder.js';
import { exporters } from '../../../../src/conversion/exporters/index.js';
import { renderExport } from '../../../../src/conversion/exporters/write-export.js';

const newBuilder = () => new DocumentBuilder({ fileName: 'x.csv', mimeType: 'text/csv', binaryHash: 1 });

describe('the JSON export', () => {
  test('when a document is exported, then it is the document itself', () => {
    const builder = newBuilder();
    builder.page(100, 200);
    builder.addText('title', 'T "quoted" \u2028');
    builder.addText('text', 'x', undefined, { layer: 'furniture' });
    builder.addCaption('C', builder.addTable(Array.from({ length: 3 }, () => Array.from({ length: 1_500 }, String))));
    builder.addTable([]);
    builder.addPicture(undefined, 'cat');
    expect(JSON.parse(renderExport(exporters.json, builder.document))).toEqual(builder.document);
    expect(renderExport(exporters.json, builder.document)).toBe(JSON.stringify(builder.document));
  });

  test('when it would be too large, then it ends with E305', () => {
    const builder = newBuilder();
    builder.addTable(Array.from({ length: 800 }, () => Array.from({ length: 1_000 }, () => 'x')));
    expect(() => renderExport(exporters.json, builder.document)).toThrow(expect.objectContaining({ code: 'E305' }));
  });
});
