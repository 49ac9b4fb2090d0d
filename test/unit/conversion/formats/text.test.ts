import { describe, expect, test } from '@jest/globals';
import { textFormat } from '../../../../src/conversion/formats/text.js';
import { LIMITS } from '../../../../src/conversion/limits.js';
import { read, readToMarkdown } from './text-input.js';

describe('the plain text reader', () => {
  test('when blank lines divide the text, then each part is a paragraph that keeps its lines', async () => {
    const { texts } = await read(textFormat, 'one\r\n  two\r\n \r\n\r\nthree\n');
    expect(texts.map(({ label, text }) => [label, text])).toEqual([
      ['text', 'one\ntwo'],
      ['text', 'three'],
    ]);
  });

  test('when the text looks like Markdown, then it is shown as text', async () => {
    expect(await readToMarkdown(textFormat, '# no *heading*\n\n1. no list')).toBe(
      '\\# no \\*heading\\*\n\n1\\. no list',
    );
  });

  test('when it holds control characters, then they are left out', async () => {
    const { texts } = await read(textFormat, 'a\u0000b\u001Bc\td');
    expect(texts[0]!.text).toBe('abc\td');
  });

  test('when it is too large, then it ends with E305', async () => {
    await expect(read(textFormat, Buffer.alloc(LIMITS.textBytes + 1, 'x'))).rejects.toMatchObject({ code: 'E305' });
  });
});
