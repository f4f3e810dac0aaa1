/** Every sentence that a reader of Countersign can meet: text in the code, and prose of the documents. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = new URL('../..', import.meta.url).pathname;

export interface Sentence {
  /** `guards/rate.ts:51` */
  at: string;
  text: string;
}

const filesIn = (folder: string, ending: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));

/** Text and template literals with at least three words; what a template fills in stands as `…`. */
export function sentencesOfCode(): Sentence[] {
  return ['guards', 'tools', 'src']
    .flatMap((folder) => filesIn(folder, '.ts'))
    .filter((file) => !/^src\/sandbox\/|-table\.ts$|\/tables\/|cedar-schema\.ts$/.test(file))
    .flatMap((file) => literalsOf(readFileSync(join(root, file), 'utf8'), file));
}

function literalsOf(source: string, file: string): Sentence[] {
  const code = source
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(/(^|\s)\/\/[^\n]*/g, '$1');
  const found: Sentence[] = [];
  for (const match of code.matchAll(/'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`/g)) {
    const text = (match[1] ?? match[2] ?? '').replace(/\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}/g, '…').replace(/\\'/g, "'");
    if (!isProse(text)) continue;
    found.push({
      at: `${file}:${code.slice(0, match.index).split('\n').length}`,
      text: text.replaceAll(/\s+/g, ' ').trim(),
    });
  }
  return found;
}

/** Words in a row, and no query, pattern or code. */
const isProse = (text: string): boolean =>
  /[A-Za-z]{2,} [a-z]+ [a-z]+/.test(text) && !/SELECT |INSERT |=>|^\^|\(\?:|^permit|^forbid/.test(text);

const PAGES = ['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'AGENTS.md'];

/** Sentences of the prose, without code blocks, tables' rules and generated pages. */
export function sentencesOfDocuments(): Sentence[] {
  const pages = [
    ...PAGES,
    ...filesIn('docs', '.md').filter((page) => !/results\/|guards\.md|resource-types\.md/.test(page)),
  ];
  return pages.flatMap((page) => {
    const text = readFileSync(join(root, page), 'utf8').replace(/```[\s\S]*?```/g, (block) =>
      block.replace(/[^\n]/g, ''),
    );
    return text.split('\n').flatMap((line, index) =>
      line
        .split(/(?<=[.:;!?])\s+|\s*\|\s*/)
        .filter((sentence) => /[a-z]+ [a-z]+ [a-z]+/.test(sentence))
        .map((sentence) => ({ at: `${page}:${index + 1}`, text: sentence.trim() })),
    );
  });
}
