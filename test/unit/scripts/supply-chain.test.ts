import { isAllowed, licenceProblems } from '../../../scripts/supply-chain/licences.mjs';
import { lockFileProblems } from '../../../scripts/supply-chain/lock-file.mjs';

const problemsOf = (entry: Record<string, unknown>, manifest?: Record<string, unknown>) =>
  licenceProblems({ '': {}, 'node_modules/a/node_modules/@x/b': entry }, () => manifest);

it.each([
  ['MIT', true],
  ['GPL-3.0-only', false],
  ['(MIT OR GPL-3.0-only)', true],
  ['MIT AND GPL-3.0-only', false],
  ['(GPL-2.0-only OR (MIT AND ISC))', true],
  ['MIT AND (GPL-2.0-only OR AGPL-3.0-only)', false],
  ['GPL-2.0-only OR MIT AND AGPL-3.0-only', false],
  ['SEE LICENSE IN LICENSE.md', false],
  ['UNLICENSED', false],
  ['LGPL-3.0-only', false],
  ['MPL-2.0', false],
  ['CC-BY-4.0', false],
  ['BUSL-1.1', false],
  ['mit', false],
  ['(MIT', false],
  ['MIT)', false],
  ['', false],
])('when a licence is %s, then whether it is allowed is %s', (expression, allowed) => {
  expect(isAllowed(expression)).toBe(allowed);
});

it('when a package names a licence that is not on the list, or none, then that is a problem with its name', () => {
  expect(problemsOf({ license: 'MIT' })).toEqual([]);
  expect(problemsOf({ license: 'SSPL-1.0' })).toEqual(['@x/b has the licence SSPL-1.0, which is not on the list']);
  expect(problemsOf({})).toEqual(['@x/b names no licence']);
  expect(problemsOf({ dev: true })).toHaveLength(1);
  expect(problemsOf({ dev: true, license: 'SSPL-1.0' })).toHaveLength(1);
});

it('when only the package itself names a licence, in an old way, then that counts', () => {
  expect(problemsOf({}, { licenses: [{ type: 'MIT', url: 'https://example.org' }] })).toEqual([]);
  expect(problemsOf({}, { licenses: ['GPL-3.0-only', 'MIT'] })).toEqual([]);
  expect(problemsOf({}, { licenses: [{ type: 'MIT' }, {}] })).toHaveLength(1);
  expect(problemsOf({}, { license: { type: 'GPL-3.0-only' } })).toHaveLength(1);
});

it('when somebody looked at a package, then that excuses just that version, and only in development', () => {
  const packages = (entry: Record<string, unknown>) =>
    licenceProblems({ 'node_modules/type-component': entry }, () => undefined);

  expect(packages({ version: '0.0.1', dev: true })).toEqual([]);
  expect(packages({ version: '0.0.2', dev: true })).toHaveLength(1);
  expect(packages({ version: '0.0.1' })).toHaveLength(1);
});

it('when the lock file is complete and install scripts are decided on, then there is no problem', () => {
  const manifest = { dependencies: { a: '1.0.0' }, overrides: { b: '2.0.0-beta.1' }, allowScripts: { b: false } };
  const packages = {
    '': {},
    'node_modules/a': { integrity: 'sha512-x' },
    'node_modules/a/node_modules/b': { integrity: 'sha512-y', hasInstallScript: true },
  };

  expect(lockFileProblems(manifest, packages)).toEqual([]);
});

it.each(['^1.0.0', '~1.0.0', '1.x', '1.0.0 || 2.0.0', '*', 'latest', 'git+https://example.org/a.git', '>=1.0.0'])(
  'when a version is %s, then it is not exact',
  (version) => {
    for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies', 'overrides']) {
      expect(lockFileProblems({ [kind]: { a: version } }, {})).toHaveLength(1);
    }
  },
);

it('when a locked package has no hash or names a registry, or an install script is not decided on, then each is named', () => {
  const problems = lockFileProblems(
    { allowScripts: { gone: false } },
    {
      'node_modules/a': {},
      'node_modules/b': { integrity: 'sha512-x', resolved: 'https://example.org/b.tgz' },
      'node_modules/c/node_modules/d': { integrity: 'sha512-x', hasInstallScript: true },
    },
  );

  expect(problems).toEqual([
    'node_modules/a in package-lock.json has no integrity',
    'node_modules/b in package-lock.json comes from https://example.org/b.tgz',
    'd has an install script and is not in allowScripts',
    'gone in allowScripts has no install script',
  ]);
});
