import { beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { FORMATS, FORMAT_NAMES } from '../../../src/conversion/formats/registry.js';

const CORPUS = 'perf/score/corpus';
const EXPECTED = '.expected.md';
/** They have no structure to be kept, or none without character recognition. */
const NOT_SCORED = ['text', 'image'];

describe('the corpus of documents', () => {
  let names: string[];

  beforeAll(async () => {
    const entries = await readdir(CORPUS, { recursive: true, withFileTypes: true });
    names = entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(CORPUS, path.join(entry.parentPath, entry.name)));
  });

  const documents = () => names.filter((name) => names.includes(name + EXPECTED));

  test('when a file is in it, then it is a document or what is expected of one', () => {
    const alone = names.filter((name) => !documents().includes(name.replace(EXPECTED, '')));
    expect(alone).toEqual([]);
  });

  test.each(FORMAT_NAMES.filter((name) => !NOT_SCORED.includes(name)))(
    'when %s is registered, then there are documents of it',
    (name) => {
      const extensions: string[] = FORMATS[name].types.flatMap((type) => type.extensions);
      expect(documents().filter((document) => extensions.includes(path.extname(document)))).not.toEqual([]);
    },
  );

  test('when no folder is given to npm run score, then every document of the corpus is converted', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['scripts/score.mjs']);

    for (const document of documents()) expect(stdout).toContain(`${document} `);
    expect(stdout).not.toContain('failed: ');
  }, 300_000);
});
