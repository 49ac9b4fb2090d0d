import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { markdownParts } from '../../../../perf/score/markdown-parts.mjs';
import { exporters } from '../../../../src/conversion/exporters/index.js';
import { renderExport } from '../../../../src/conversion/exporters/write-export.js';
import { documentOf, randomBlocks, type Block, type Run } from '../../../support/random-document.js';

interface Parts {
  words: string[];
  headings: string[];
  cells: string[];
  items: string[];
  links: string[];
}

describe('Markdown that is read again', () => {
  test('when a document is exported, then its words, headings, cells, items and links come back', () => {
    fc.assert(
      fc.property(randomBlocks(), (content) => {
        const parts = markdownParts(renderExport(exporters.markdown, documentOf(content)));
        expect(comparable(parts)).toEqual(comparable(partsOf(content)));
      }),
      { numRuns: 300 },
    );
  });
});

function partsOf(content: readonly Block[]): Parts {
  const parts: Parts = { words: [], headings: [], cells: [], items: [], links: [] };
  const add = (block: Block): void => {
    switch (block.kind) {
      case 'heading':
        parts.headings.push(block.text);
        parts.words.push(...wordsOf(block.text));
        break;
      case 'code':
        parts.words.push(...wordsOf(block.text));
        break;
      case 'picture':
        parts.words.push(...wordsOf(block.caption));
        break;
      case 'paragraph':
        addRuns(block.runs);
        break;
      case 'table':
        parts.cells.push(...block.rows.flat().filter((cell) => cell !== ''));
        parts.words.push(...block.rows.flat().flatMap(wordsOf));
        break;
      case 'list':
        for (const item of block.items) {
          parts.items.push(item.runs.map(({ text }) => text).join(''));
          addRuns(item.runs);
          item.blocks.forEach(add);
        }
    }
  };
  const addRuns = (runs: readonly Run[]): void => {
    parts.words.push(...wordsOf(shownText(runs)));
    parts.links.push(...runs.flatMap(({ link }) => link ?? []));
  };
  content.forEach(add);
  return parts;
}

/** Raised and lowered text is a word of its own; neighbours that look the same are one. */
function shownText(runs: readonly Run[]): string {
  return runs
    .map((run, index) => {
      const next = runs[index + 1];
      const isEdge =
        (isScript(run) || isScript(next)) && !isDeepStrictEqual({ ...run, text: '' }, { ...next, text: '' });
      return isEdge ? `${run.text} ` : run.text;
    })
    .join('');
}

function isScript(run: Run | undefined): boolean {
  return run?.formatting?.script === 'sub' || run?.formatting?.script === 'super';
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
}

/** White space is a matter of layout. */
function comparable({ words, headings, cells, items, links }: Parts): Parts {
  const squeezed = (texts: readonly string[]) => texts.map((text) => text.replaceAll(/\s/g, '').toLowerCase()).sort();
  return {
    words: words.toSorted(),
    headings: squeezed(headings),
    cells: squeezed(cells),
    items: squeezed(items),
    // One link with several looks is several links.
    links: [...new Set(links)].sort(),
  };
}
