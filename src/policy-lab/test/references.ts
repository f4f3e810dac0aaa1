/** Values of a step that stand somewhere else: in an earlier answer, or in a file. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CountersignError } from '../../core/errors.ts';

const ANSWER = /^\$([a-z][a-z0-9_]*)\.([\w.-]+)$/;
const FILE = /^\$file\(([^)]+)\)$/;
const missing = (message: string) =>
  new CountersignError(
    'CONFIG_INVALID',
    message,
    'Name an earlier step with `as:`, or a file relative to the test file.',
  );

/**
 * `$plan.plan_id` is a value of the answer named `plan`; `$file(new.yaml)` is that file's text.
 *
 * @throws CountersignError CONFIG_INVALID when there is no such answer, value or file.
 */
export function withReferences<T>(value: T, answers: ReadonlyMap<string, unknown>, folder: string): T {
  const walk = (at: unknown): unknown => {
    if (Array.isArray(at)) return at.map(walk);
    if (at !== null && typeof at === 'object')
      return Object.fromEntries(Object.entries(at).map(([key, inner]) => [key, walk(inner)]));
    if (typeof at !== 'string') return at;
    const file = FILE.exec(at)?.[1];
    if (file !== undefined) return textOf(resolve(folder, file));
    const [, name, path] = ANSWER.exec(at) ?? [];
    return name === undefined ? at : valueAt(answers, name, path!, at);
  };
  return walk(value) as T;
}

function valueAt(answers: ReadonlyMap<string, unknown>, name: string, path: string, written: string): unknown {
  if (!answers.has(name)) throw missing(`${written}: no earlier step has the name ${name}.`);
  const found = path
    .split('.')
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | null | undefined)?.[key], answers.get(name));
  if (found === undefined) throw missing(`${written}: the answer of the step ${name} has no ${path}.`);
  return found;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw missing(`${file} cannot be read.`);
  }
}
