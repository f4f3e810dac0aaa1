/**
 * What sshd is configured to, as it reads it: keywords in any case, an `=` or blanks behind them, quotes, and files that
 * are included.
 *
 * Guarantees: a line of any block counts, whomever its block is for. A file that cannot be read makes all of it unknown.
 * Limit: what sshd is given on its command line is not in it.
 */
import { accessSync, constants, globSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { readBounded } from '../bounded-file.ts';

export interface Setting {
  /** In lower case. */
  keyword: string;
  values: string[];
  /** For everybody, and not in a block of `Match`. */
  isGlobal: boolean;
  /** Its file. */
  at: string;
}

const MAX_BYTES = 1024 * 1024;
/** As sshd's own. */
const MOST_INCLUDES = 16;
const INCLUDED_FROM = '/etc/ssh';

/** @returns undefined: it cannot be read. Empty where there is no file. */
export function sshdSettings(path: string, depth = 0, outerIsGlobal = true): Setting[] | undefined {
  const text = textIfThere(path);
  if (text === undefined || depth > MOST_INCLUDES) return undefined;
  const settings: Setting[] = [];
  let isGlobal = outerIsGlobal;
  for (const line of text.split('\n')) {
    const [, name = '', rest = ''] = /^\s*([A-Za-z]\w*)(?:\s*=\s*|\s+)(.*)$/.exec(line) ?? [];
    const keyword = name.toLowerCase();
    const values = valuesOf(rest);
    if (keyword === 'match') isGlobal = false;
    if (keyword !== 'include') {
      if (keyword !== '') settings.push({ keyword, values, isGlobal, at: path });
      continue;
    }
    for (const file of values.flatMap(includedBy)) {
      const included = sshdSettings(file, depth + 1, isGlobal);
      if (!included) return undefined;
      settings.push(...included);
    }
  }
  return settings;
}

function valuesOf(text: string): string[] {
  const values = [...text.matchAll(/"([^"]*)"|([^\s"]+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  const comment = values.findIndex((value) => value.startsWith('#'));
  return comment < 0 ? values : values.slice(0, comment);
}

/** A folder that cannot be listed is named as a file, which then cannot be read. */
function includedBy(pattern: string): string[] {
  const path = isAbsolute(pattern) ? pattern : join(INCLUDED_FROM, pattern);
  try {
    accessSync(dirname(path), constants.R_OK | constants.X_OK);
  } catch (error) {
    return (error as { code?: string }).code === 'EACCES' ? [dirname(path)] : [];
  }
  return globSync(path);
}

export function textIfThere(path: string): string | undefined {
  try {
    return readBounded(path, MAX_BYTES, path);
  } catch (error) {
    return (error as { code?: string }).code === 'ENOENT' ? '' : undefined;
  }
}
