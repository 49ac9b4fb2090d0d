import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync, cpSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DB_DIRECTORY, listStatementFiles, loadCatalogue } from '../../../src/database/catalogue.js';
import { STATEMENT_NAMES } from '../../../src/database/statements.js';
import { ROOT } from '../../support/generated.js';

const QUERIES = path.join(DB_DIRECTORY, 'queries');

describe('the catalogue of statements', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'docling-jobs-queries-'));
    cpSync(QUERIES, folder, { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('when it is loaded, then every file is in it, named, and prepared under a name that no other text has', () => {
    const catalogue = loadCatalogue(folder);

    expect(Object.keys(catalogue).sort()).toEqual(listStatementFiles(folder));
    const names = Object.values(catalogue).flatMap(({ preparedName }) => preparedName ?? []);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, text, preparedName } of Object.values(catalogue)) {
      expect(text.startsWith(`/* ${name} */ `)).toBe(true);
      expect(Buffer.byteLength(preparedName ?? '')).toBeLessThan(64); // longer names are cut off by PostgreSQL
    }
  });

  test('when a text changes, then its prepared name does', () => {
    const before = loadCatalogue(folder)['server/ping'].preparedName;
    writeFileSync(path.join(folder, 'server/ping.sql'), '-- Another.\nSELECT true AS "inRecovery";\n');

    expect(loadCatalogue(folder)['server/ping'].preparedName).not.toBe(before);
  });

  test('when a file is missing or not known, then it does not load and says which', () => {
    rmSync(path.join(folder, 'server/ping.sql'));
    writeFileSync(path.join(folder, 'server/extra.sql'), 'SELECT 1;');

    expect(() => loadCatalogue(folder)).toThrow(/missing: server\/ping; unknown: server\/extra/);
  });

  test('when the code is searched, then every statement is used by it', () => {
    const source = readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('statements.ts'))
      .map((file) => readFileSync(path.join(ROOT, 'src', file), 'utf8'))
      .join('\n');

    expect(STATEMENT_NAMES.filter((name) => !source.includes(`'${name}'`))).toEqual([]);
  });
});
