/**
 * Functions that read files: what they name must be written out, and lie in the copy. Otherwise a plan would hold the
 * files of whoever plans.
 *
 * Guarantees: every call of such a function in an expression or template is found, whatever stands between name and
 * parenthesis; one whose path is not literal is refused. The templates themselves are read too.
 */
import { posix } from 'node:path';

/** terraform 1.11, internal/lang/functions.go: those that get the base directory. */
const READS = [
  'file',
  'filebase64',
  'filebase64sha256',
  'filebase64sha512',
  'fileexists',
  'filemd5',
  'filesha1',
  'filesha256',
  'filesha512',
  'fileset',
  'templatefile',
];
/** Renders a text that may come from anywhere, and could call any of those. */
const RENDERS = 'templatestring';

const NAME = new RegExp(String.raw`(?<![\w.-])(${[...READS, RENDERS].join('|')})(?![\w-])`, 'g');
const LITERAL = /"((?:\$\{path\.(?:module|root)\}\/)?[^"\\$%]*)"/y;
const PATTERN = /\s*"(?!\/)(?:(?!\.\.)[^"\\$%])*"\s*\)/y;

export interface ReadFile {
  function: string;
  /** Below the copy; null: it cannot be known from the text. */
  path: string | null;
}

/**
 * In steps that grow with the text alone, whatever stands in it.
 *
 * @param at folder of the module, and of the root module, below the copy.
 */
export function filesReadBy(text: string, at: { module: string; root: string }): ReadFile[] {
  const found: ReadFile[] = [];
  const after = gapsIn(text);
  for (const match of text.matchAll(NAME)) {
    const name = match[1]!;
    const open = after(match.index + name.length);
    if (text[open] !== '(') continue;
    const literal = matchAt(LITERAL, text, after(open + 1));
    const next = literal ? after(literal.end) : -1;
    const isWritten = literal !== undefined && (text[next] === ',' || text[next] === ')');
    const isWhole = name === 'fileset' ? matchAt(PATTERN, text, next + 1) !== undefined : name !== RENDERS;
    found.push({ function: name, path: isWritten && isWhole ? inCopy(literal.group, at) : null });
  }
  return found;
}

function matchAt(pattern: RegExp, text: string, at: number): { group: string; end: number } | undefined {
  pattern.lastIndex = at;
  const [whole, group = ''] = pattern.exec(text) ?? [];
  return whole === undefined ? undefined : { group, end: at + whole.length };
}

/** Where white space and comments end that begin there: each is looked at once, in whatever order it is asked. */
function gapsIn(text: string): (from: number) => number {
  const ends = new Map<number, number>();
  const [closings, lines] = [positionsOf('*/', text), positionsOf('\n', text)];
  const over = (ending: readonly number[], length: number, from: number) =>
    Math.min((firstFrom(ending, from) ?? text.length) + length, text.length);
  return (from) => {
    const passed: number[] = [];
    let at = from;
    while (!ends.has(at)) {
      passed.push(at);
      if (/\s/.test(text[at] ?? '')) at += 1;
      else if (text.startsWith('/*', at)) at = over(closings, 2, at + 2);
      else if (text[at] === '#' || text.startsWith('//', at)) at = over(lines, 1, at);
      else break;
    }
    const end = ends.get(at) ?? at;
    for (const one of passed) ends.set(one, end);
    return end;
  };
}

function positionsOf(part: string, text: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) found.push(at);
  return found;
}

/** Of ascending numbers. */
function firstFrom(numbers: readonly number[], least: number): number | undefined {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (numbers[middle]! < least) low = middle + 1;
    else high = middle;
  }
  return numbers[low];
}

function inCopy(written: string, { module, root }: { module: string; root: string }): string | null {
  const [, base, rest] = /^(?:\$\{path\.(module|root)\}\/)?(.*)$/s.exec(written) ?? [];
  if (rest === undefined || rest.startsWith('/') || rest.startsWith('~')) return null;
  const path = posix.normalize(posix.join(base === 'module' ? module : root, rest));
  const isElsewhere = path.startsWith('../') || path === '..' || posix.isAbsolute(path);
  // What `init` leaves in the copy is not of the copied files: settings of the backend, providers.
  return isElsewhere || /(?:^|\/)\.terraform(?:$|\/(?!modules\/))/.test(path) ? null : path;
}

/** Strings of a body in which an expression can stand, with keys. */
export function* expressionsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') {
    if (/[$%]\{/.test(value)) yield value;
  } else if (Array.isArray(value)) for (const item of value) yield* expressionsIn(item);
  else if (value !== null && typeof value === 'object')
    for (const [key, item] of Object.entries(value)) {
      yield* expressionsIn(key);
      yield* expressionsIn(item);
    }
}
