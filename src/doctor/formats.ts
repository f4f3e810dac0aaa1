/** Reads the settings files of agents: JSON with comments, YAML, and as much of TOML as they use. Never writes. */
import { parse as parseYaml } from 'yaml';

export type Settings = Record<string, unknown>;

/** @throws Error when the text is not of the format that the name says. */
export function readSettings(name: string, text: string): Settings {
  const value: unknown = name.endsWith('.toml')
    ? readToml(text)
    : /\.ya?ml$/.test(name)
      ? parseYaml(text, { maxAliasCount: 50 })
      : JSON.parse(withoutComments(text));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('not a table');
  return value as Settings;
}

/** Comments and commas at an end, outside of strings. */
const withoutComments = (text: string): string =>
  text
    .replace(/("(?:[^"\\\n]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_, string?: string) => string ?? '')
    .replace(/("(?:[^"\\\n]|\\.)*")|,(\s*[}\]])/g, (_, string?: string, end?: string) => string ?? end ?? '');

/** Tables, strings, numbers, booleans, lists and inline tables. A key may have dots, a name quotes. */
function readToml(text: string): Settings {
  const root: Settings = {};
  let table = root;
  for (let rest = text; rest !== ''; ) {
    const header = /^[ \t]*\[(\[?)([^\]\n]+)\]\]?[ \t]*(?:#[^\n]*)?(?:\n|$)/.exec(rest);
    const blank = /^[ \t]*(?:#[^\n]*)?(?:\n|$)/.exec(rest);
    const key = /^[ \t]*((?:[\w-]+|"[^"\n]*"|'[^'\n]*')(?:\s*\.\s*(?:[\w-]+|"[^"\n]*"|'[^'\n]*'))*)[ \t]*=[ \t]*/.exec(
      rest,
    );
    if (header) table = tableAt(root, namesIn(header[2]!), header[1] === '[');
    else if (key) {
      const names = namesIn(key[1]!);
      const value = readValue(rest.slice(key[0].length));
      tableAt(table, names.slice(0, -1), false)[names.at(-1)!] = value.is;
      rest = value.rest.replace(/^[ \t]*(?:#[^\n]*)?(?:\n|$)/, '');
      continue;
    } else if (!blank) throw new Error('not TOML');
    rest = rest.slice((header ?? blank)![0].length);
  }
  return root;
}

const namesIn = (path: string): string[] =>
  [...path.matchAll(/[\w-]+|"([^"]*)"|'([^']*)'/g)].map(([plain, double, single]) => double ?? single ?? plain);

function tableAt(root: Settings, names: readonly string[], isList: boolean): Settings {
  let table = root;
  for (const [index, name] of names.entries()) {
    if (name === '__proto__') throw new Error('not TOML');
    const found = Object.hasOwn(table, name) ? table[name] : undefined;
    const isLast = index === names.length - 1;
    if (isList && isLast) {
      const next: Settings = {};
      table[name] = [...(Array.isArray(found) ? found : []), next];
      return next;
    }
    const next = Array.isArray(found) ? found.at(-1) : (found ?? {});
    if (typeof next !== 'object' || next === null) throw new Error('not TOML');
    if (found === undefined) table[name] = next;
    table = next as Settings;
  }
  return table;
}

const SPACE = /^(?:\s|#[^\n]*)*/;
/** Numbers, booleans and times: the words themselves are enough. */
const BARE = /^[^\s,\]}#]+/;

function readValue(text: string): { is: unknown; rest: string } {
  const quoted = /^"""([\s\S]*?)"""|^'''([\s\S]*?)'''|^"((?:[^"\\\n]|\\.)*)"|^'([^'\n]*)'/.exec(text);
  if (quoted) {
    const [whole, long, raw, double, single] = quoted;
    const is = double === undefined ? (long ?? raw ?? single ?? '') : unescaped(double);
    return { is, rest: text.slice(whole.length) };
  }
  if (text.startsWith('[')) return readList(text);
  if (text.startsWith('{')) return readInline(text);
  const [bare] = BARE.exec(text) ?? [];
  if (bare === undefined) throw new Error('not TOML');
  return { is: bare === 'true' ? true : bare === 'false' ? false : bare, rest: text.slice(bare.length) };
}

function unescaped(text: string): string {
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return text;
  }
}

function readList(text: string): { is: unknown[]; rest: string } {
  const is: unknown[] = [];
  let rest = text.slice(1).replace(SPACE, '');
  while (!rest.startsWith(']')) {
    const value = readValue(rest);
    is.push(value.is);
    rest = value.rest.replace(SPACE, '').replace(/^,/, '').replace(SPACE, '');
  }
  return { is, rest: rest.slice(1) };
}

function readInline(text: string): { is: Settings; rest: string } {
  const is: Settings = {};
  let rest = text.slice(1).replace(SPACE, '');
  while (!rest.startsWith('}')) {
    const key = /^((?:[\w-]+|"[^"\n]*"|'[^'\n]*')(?:\.(?:[\w-]+|"[^"\n]*"))*)\s*=\s*/.exec(rest);
    if (!key) throw new Error('not TOML');
    const names = namesIn(key[1]!);
    const value = readValue(rest.slice(key[0].length));
    tableAt(is, names.slice(0, -1), false)[names.at(-1)!] = value.is;
    rest = value.rest.replace(SPACE, '').replace(/^,/, '').replace(SPACE, '');
  }
  return { is, rest: rest.slice(1) };
}
