import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './generated.js';

/**
 * Registers the suites of a folder once more, in the calling file, with every database of theirs reached
 * through PgBouncer. Left out are those that use no database, and those that name themselves in their
 * opening comment as being about direct connections, with the reason:
 *
 *     /** @direct reads the catalogue, as a superuser *\/
 */
export async function importSuitesThroughPgBouncer(folder: string): Promise<void> {
  process.env['TEST_POOLER'] = 'pgbouncer'; // of this test file alone: jest gives each its own environment
  const suites = readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.test.ts'),
  );
  for (const suite of suites.sort()) {
    const file = path.join(ROOT, folder, suite);
    const source = readFileSync(file, 'utf8');
    if (/\b(createTestDatabase|startTestApi)\(/.test(source) && !isDirect(suite, source)) await import(file);
  }
}

function isDirect(suite: string, source: string): boolean {
  const [opening = ''] = /^\/\*\*[^]*?\*\//.exec(source) ?? [];
  const [, reason] = /@direct([^@*\n]*)/.exec(opening) ?? [];
  if (reason?.trim() === '') throw new Error(`${suite} says @direct, and not why.`);
  return reason !== undefined;
}
