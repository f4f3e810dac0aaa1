/** The reader of pages behind `npm run lint:docs` and `npm run docs:site`. */
import { describe, expect, it } from 'vitest';
import { anchorsOf, deadLinks, PAGES, readPage } from '../../scripts/docs/pages.ts';

const pages = new Map(PAGES.map((path) => [path, readPage(path)]));
const deadIn = (text: string, path = 'docs/audit.md') => deadLinks(readPage(path, text), pages);

describe('anchors', () => {
  it.each([
    [['Verify it yourself'], ['verify-it-yourself']],
    [
      ['1. Watch the demo', 'L0: the agent’s user'],
      ['1-watch-the-demo', 'l0-the-agents-user'],
    ],
    [['Names_and-signs (`a.b`)'], ['names_and-signs-ab']],
    [
      ['Limits', 'Limits', 'Limits'],
      ['limits', 'limits-1', 'limits-2'],
    ],
  ])('of %j are those of GitHub', (headings, anchors) => expect(anchorsOf(headings)).toEqual(anchors));
});

describe('links', () => {
  it('of every page lead somewhere', () => {
    expect(pages.size).toBeGreaterThan(50);
    expect([...pages.values()].flatMap((page) => deadLinks(page, pages))).toEqual([]);
  });

  it.each([
    ['[a](ledger.md#verify-it-yourself)'],
    ['[a](../SECURITY.md) and [b](../guards/index.ts) and [c](../examples)'],
    ['# Own heading\n\n[a](#own-heading)'],
    ['![a](images/dangerous.png)'],
    ['[a](https://example.com/x#y)'],
    ['```\n[a](nowhere.md)\n```\n\n`[a](nowhere.md)`'],
    ['<!-- not run: [a](nowhere.md) -->'],
  ])('%j lead somewhere', (text) => expect(deadIn(text)).toEqual([]));

  it.each([
    ['[a](nowhere.md)', 'no such file'],
    ['[a](ledger.md#nowhere)', 'no such heading'],
    ['[a](#nowhere)', 'no such heading'],
    ['![a](images/nowhere.png)', 'no such file'],
    ['[a](../../outside.md)', 'leaves the repository'],
    ['[a](https://exa[mple.com/)', 'is not an address'],
    ['[a][b]\n\n[b]: nowhere.md', 'no such file'],
    ['| a |\n|---|\n| [a](nowhere.md) |', 'no such file'],
    ['## [a](nowhere.md)', 'no such file'],
  ])('%j leads nowhere', (text, reason) => expect(deadIn(text)).toEqual([expect.stringMatching(reason)]));
});
