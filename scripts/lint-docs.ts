/**
 * `npm run lint:docs`: spelling (cspell with docs/words.txt), links and anchors of every Markdown page, the order of the
 * word list, and words that may not come back (test/contract/private-words.ts). Exit code 1 on any finding.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { wordsThatCameBack } from '../test/contract/private-words.ts';
import { deadLinks, PAGES, readPage, root } from './docs/pages.ts';

const pages = new Map(PAGES.map((path) => [path, readPage(path)]));
const words = readFileSync(join(root, 'docs/words.txt'), 'utf8').trimEnd().split('\n');
const inOrder = [...new Set(words)].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));

const findings = [
  ...[...pages.values()].flatMap((page) => deadLinks(page, pages)),
  ...wordsThatCameBack().map(({ at, text, instead }) => `${at}: write ${instead}: ${text}`),
  ...(words.join('\n') === inOrder.join('\n') ? [] : ['docs/words.txt: sort the words, each once']),
];
for (const finding of findings) console.error(finding);

const cspell = join(root, 'node_modules/cspell/bin.mjs');
const files = PAGES.filter((path) => !/^docs\/(?:results\/|resource-types\.md)/.test(path));
const spelling = spawnSync(process.execPath, [cspell, 'lint', '--no-progress', '--no-summary', ...files], {
  cwd: root,
  stdio: 'inherit',
});
if (findings.length > 0 || spelling.status !== 0) process.exitCode = 1;
else console.log(`${PAGES.length} pages: spelling, links and words are right.`);
