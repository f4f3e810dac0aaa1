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

const GAP = String.raw`(?:\s|\/\*[\s\S]*?\*\/|#[^\n]*\n|\/\/[^\n]*\n)*`;
const CALL = new RegExp(String.raw`(?<![\w.-])(${[...READS, RENDERS].join('|')})${GAP}\(`, 'g');
const LITERAL = new RegExp(String.raw`^${GAP}"((?:\$\{path\.(?:module|root)\}\/)?[^"\\$%]*)"${GAP}([,)])`);

export interface ReadFile {
  function: string;
  /** Below the copy; null: it cannot be known from the text. */
  path: string | null;
}

/** @param at folder of the module, and of the root module, below the copy. */
export function filesReadBy(text: string, at: { module: string; root: string }): ReadFile[] {
  const found: ReadFile[] = [];
  for (const match of text.matchAll(CALL)) {
    const name = match[1]!;
    const literal = LITERAL.exec(text.slice(match.index + match[0].length));
    found.push({ function: name, path: name === RENDERS || !literal ? null : inCopy(literal[1]!, at) });
    const pattern = literal && name === 'fileset' ? text.slice(match.index + match[0].length + literal[0].length) : '';
    if (name === 'fileset' && !/^\s*"(?!\/)(?:(?!\.\.)[^"\\$%])*"\s*\)/.test(pattern)) found.at(-1)!.path = null;
  }
  return found;
}

function inCopy(written: string, { module, root }: { module: string; root: string }): string | null {
  const [, base, rest] = /^(?:\$\{path\.(module|root)\}\/)?(.*)$/s.exec(written) ?? [];
  if (rest === undefined || rest.startsWith('/') || rest.startsWith('~')) return null;
  const path = posix.normalize(posix.join(base === 'module' ? module : root, rest));
  return path.startsWith('../') || path === '..' || posix.isAbsolute(path) ? null : path;
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
