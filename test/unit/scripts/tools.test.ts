import { missingTools, toolsNeededBy } from '../../../scripts/bootstrap/tools.mjs';

it('when a suite opens with a comment that names tools, then it needs them', () => {
  expect(toolsNeededBy('/** @needs pg_dump, psql */\nimport fs from "node:fs";')).toEqual(['pg_dump', 'psql']);
  expect(toolsNeededBy('/**\n * Compares the dump.\n *\n * @needs pg_dump\n */\n')).toEqual(['pg_dump']);
});

it('when a suite names none, or only further down, then it needs none', () => {
  expect(toolsNeededBy('import fs from "node:fs";')).toEqual([]);
  expect(toolsNeededBy('/** Says nothing. */\n/** @needs psql */')).toEqual([]);
});

it('when a suite names a tool that nobody knows, then that is an error', () => {
  expect(() => toolsNeededBy('/** @needs pg_dumb */')).toThrow('"pg_dumb"');
});

it('when a tool is not on the PATH, then it is missing', () => {
  const path = process.env.PATH;
  process.env.PATH = '/nowhere';
  try {
    expect(missingTools(['no-such-tool'])).toEqual(['no-such-tool']);
  } finally {
    process.env.PATH = path;
  }
});
