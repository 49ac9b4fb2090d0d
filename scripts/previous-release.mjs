// `node scripts/previous-release.mjs REF`: notes in db/previous/statements.json what the release at a git reference sends to
// the database, so that the tests can hold later migrations against it. Run right after a release, and commit the result.
// docs/decisions/0009-expand-and-contract.md says why.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT } from './bootstrap/checkout.mjs';
import { toolPath } from './bootstrap/tools.mjs';

const [reference, ...rest] = process.argv.slice(2);
if (reference === undefined || rest.length > 0 || reference.startsWith('-')) {
  console.error('usage: node scripts/previous-release.mjs REF');
  process.exit(2);
}
process.chdir(ROOT);
const folder = mkdtempSync(path.join(tmpdir(), 'docling-jobs-previous-'));
try {
  const archive = execFileSync('git', ['archive', reference, 'db/queries', 'db/migrations'], { maxBuffer: 2 ** 28 });
  execFileSync('tar', ['-x', '-C', folder], { input: archive });
  const { status } = spawnSync('npx', ['jest', 'test/integration/database/previous-release'], {
    stdio: 'inherit',
    env: {
      ...process.env,
      PATH: toolPath(),
      PREVIOUS_RELEASE_DB: path.join(folder, 'db'),
      NODE_OPTIONS: '--experimental-vm-modules',
    },
  });
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true });
}
