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

/** Files without sentences of ours: tables of names, schemas. */
const NO_PROSE = /-table\.ts$|cedar-schema\.ts$/;

/** Literals with at least three words; what a template fills in stands as `…`, and its own literals are found too. */
export function sentencesOfCode(folders: readonly string[]): Sentence[] {
  return folders
    .flatMap((folder) => [...filesIn(folder, '.ts'), ...filesIn(folder, '.tsx')])
    .filter((file) => !NO_PROSE.test(file))
    .flatMap((file) => sentencesOfSource(readFileSync(join(root, file), 'utf8'), file));
}

export function sentencesOfSource(source: string, file: string): Sentence[] {
  return literalsOf(source)
    .filter(({ text }) => isProse(text))
    .map(({ offset, text }) => ({
      at: `${file}:${source.slice(0, offset).split('\n').length}`,
      text: text.replaceAll(/\s+/g, ' ').trim(),
    }));
}

interface Literal {
  offset: number;
  text: string;
}

/** A slash after one of these begins a regular expression, not a division. */
const BEFORE_PATTERN = /(?:^|[(,=:[!&|?{};>\n]|\breturn)\s*$/;
const PATTERN = /\/(?![/*])(?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\//y;
const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?\*\//y;
const QUOTED = /'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"/y;

const unescaped = (text: string): string => text.replaceAll(/\\(['"`])/g, '$1');

function matchAt(pattern: RegExp, source: string, offset: number): RegExpExecArray | null {
  pattern.lastIndex = offset;
  return pattern.exec(source);
}

function literalsOf(source: string): Literal[] {
  const found: Literal[] = [];
  for (let at = 0; at < source.length; ) at = readCode(source, at, found);
  return found;
}

/** One comment, pattern, literal or character of code. @returns the offset behind it. */
function readCode(source: string, at: number, found: Literal[]): number {
  const isPattern = source[at] === '/' && BEFORE_PATTERN.test(source.slice(Math.max(0, at - 40), at));
  const skipped = matchAt(COMMENT, source, at) ?? (isPattern ? matchAt(PATTERN, source, at) : null);
  if (skipped) return at + skipped[0].length;
  const quoted = matchAt(QUOTED, source, at);
  if (quoted) found.push({ offset: at, text: unescaped(quoted[1] ?? quoted[2] ?? '') });
  if (quoted) return at + quoted[0].length;
  return source[at] === '`' ? readTemplate(source, at, found) : at + 1;
}

function readTemplate(source: string, start: number, found: Literal[]): number {
  let text = '';
  let at = start + 1;
  while (at < source.length && source[at] !== '`') {
    if (source.startsWith('${', at)) {
      at = readHole(source, at + 2, found);
      text += '…';
    } else {
      const length = source[at] === '\\' ? 2 : 1;
      text += source.slice(at, at + length);
      at += length;
    }
  }
  found.push({ offset: start, text: unescaped(text) });
  return at + 1;
}

function readHole(source: string, start: number, found: Literal[]): number {
  let at = start;
  for (let depth = 1; at < source.length; ) {
    if (source[at] === '{') depth += 1;
    if (source[at] === '}') depth -= 1;
    at = readCode(source, at, found);
    if (depth === 0) return at;
  }
  return at;
}

/** Words in a row, and no query, pattern or code. */
const isProse = (text: string): boolean =>
  /[A-Za-z]{2,} [a-z]+ [a-z]+|\(s\)/.test(text) && !/SELECT |INSERT |=>|^\^|\(\?:|^permit|^forbid/.test(text);

const PAGES = ['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'AGENTS.md', 'CHANGELOG.md'];

/** Pages whose tables are records of a run or of types, not sentences. */
const RECORDS = /results\/|resource-types\.md/;

/** Sentences of the prose, without code blocks and records. */
export function sentencesOfDocuments(): Sentence[] {
  const pages = [...PAGES, ...filesIn('docs', '.md')];
  return pages.flatMap((page) => {
    const text = readFileSync(join(root, page), 'utf8').replace(/```[\s\S]*?```/g, (block) =>
      block.replace(/[^\n]/g, ''),
    );
    return text.split('\n').flatMap((line, index) =>
      (RECORDS.test(page) && line.startsWith('|') ? '' : line)
        .split(/(?<=[.:;!?])\s+|\s*\|\s*/)
        .filter(
          (sentence) => /[a-z]+ [a-z]+ [a-z]+/.test(sentence) && !/^- (?:Guarantees|Does not cover):$/.test(sentence),
        )
        .map((sentence) => ({ at: `${page}:${index + 1}`, text: sentence.trim() })),
    );
  });
}
