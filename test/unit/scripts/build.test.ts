import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hashSources } from '../../../scripts/bootstrap/build.mjs';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'build-test-'));
  mkdirSync(path.join(root, 'src/inner'), { recursive: true });
  writeFileSync(path.join(root, 'src/inner/a.ts'), 'one');
  writeFileSync(path.join(root, 'settings.json'), '{}');
});
afterEach(() => rmSync(root, { recursive: true }));

const hash = (): string => hashSources(root, ['src', 'settings.json', 'not-there']);

it('when only times change, then the hash stays', () => {
  const before = hash();
  utimesSync(path.join(root, 'src/inner/a.ts'), 1, 1);

  expect(hash()).toBe(before);
});

it.each<[string, () => void]>([
  ['a file is edited', () => writeFileSync(path.join(root, 'src/inner/a.ts'), 'two')],
  ['a file is added', () => writeFileSync(path.join(root, 'src/b.ts'), '')],
  ['a file is renamed', () => renameSync(path.join(root, 'src/inner/a.ts'), path.join(root, 'src/inner/b.ts'))],
  ['a setting is edited', () => writeFileSync(path.join(root, 'settings.json'), '{"strict":true}')],
])('when %s, then the hash changes', (_, change) => {
  const before = hash();
  change();

  expect(hash()).not.toBe(before);
});
