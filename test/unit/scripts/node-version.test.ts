import { readFileSync } from 'node:fs';
import { nodeVersionProblem } from '../../../scripts/bootstrap/node-version.mjs';

it.each(['20.19.0', '20.20.2', '22.0.0', '24.1.0'])('when Node is %s, then it will do', (version) => {
  expect(nodeVersionProblem(version)).toBeUndefined();
});

it.each(['18.20.4', '20.18.3'])('when Node is %s, then the message names both versions', (version) => {
  expect(nodeVersionProblem(version)).toMatch(new RegExp(`needs Node 20\\.19 or later, and this is Node ${version}`));
});

it('when package.json says which Node is needed, then the message says the same', () => {
  const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as { engines: { node: string } };

  expect(nodeVersionProblem('1.0.0')).toContain(`needs Node ${engines.node.replace('>=', '')} or later`);
});
