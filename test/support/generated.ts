import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Holds a generated file up to date: fails when it is not `content`, or, under `npm run generate`, writes it.
 */
export function expectGenerated(file: string, content: string): void {
  const target = path.join(ROOT, file);
  if (process.env['UPDATE_GENERATED']) {
    writeFileSync(target, content);
    return;
  }
  let current = '';
  try {
    current = readFileSync(target, 'utf8');
  } catch {
    // a missing file is as stale as any
  }
  if (current !== content) throw new Error(`${file} is stale: run \`npm run generate\` and commit what it changes.`);
  expect(current).toBe(content);
}
