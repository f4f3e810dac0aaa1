/** Reads a YAML file of ours by its schema: every problem has its line and column. */
import { type Document, isMap, isPair, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
import { orMeant } from '../core/nearest.ts';
import { type KeysAt, keysOf } from './schema-keys.ts';

export type Report = (path: PropertyKey[], message: string) => void;
export type SchemaIssue = { code: string; path: PropertyKey[]; message: string; keys?: string[] };

export interface YamlFile<T> {
  /** undefined when there are problems. */
  value: T | undefined;
  /** `file:line:column message`; what `report` is told is added. */
  problems: string[];
  report: Report;
  placeOf(path: PropertyKey[]): string;
}

const SYNTAX_ERRORS_TOLD = 3;
/** Reading more takes longer than a second: larger policies are several accounts' and belong apart. */
export const MAX_YAML_CHARACTERS = 250_000;

/** A YAML file of ours: every problem has its place, in the text and in the shape. */
export function readYaml<T>(text: string, fileName: string, schema: z.ZodType<T>): YamlFile<T> {
  if (text.length > MAX_YAML_CHARACTERS) return tooLarge(text.length, fileName);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, strict: true });
  const place = (offset: number) => `${lines.linePos(offset).line}:${lines.linePos(offset).col}`;
  const placeOf = (path: PropertyKey[]) => place(offsetOf(document, path));
  // One slip in the syntax makes everything after it one: the first few say where to look.
  const problems = [...document.errors, ...document.warnings]
    .slice(0, SYNTAX_ERRORS_TOLD)
    .map(
      (error) =>
        `${fileName}:${place(error.pos[0])} ${error.message.replace(/(?: at line \d+, column \d+)?:?\n[\s\S]*/, '')}`,
    );
  const report: Report = (path, message) =>
    problems.push(`${fileName}:${placeOf(path)} ${path.map(String).join('.') || 'the file'}: ${message}`);
  return { value: problems.length === 0 ? valueIn(document, schema, report) : undefined, problems, report, placeOf };
}

function tooLarge<T>(characters: number, fileName: string): YamlFile<T> {
  const problem = `${fileName}:1:1 the file has ${characters} characters; at most ${MAX_YAML_CHARACTERS} are read`;
  return { value: undefined, problems: [problem], report: () => 0, placeOf: () => '1:1' };
}

/** Aliases are resolved, within bounds: a file that unfolds without end is refused like any other error. */
function valueIn<T>(document: Document, schema: z.ZodType<T>, report: Report): T | undefined {
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 50 });
  } catch (error) {
    report([], error instanceof Error ? error.message : 'the aliases cannot be expanded');
    return undefined;
  }
  refuseLostKeys(document, report);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) reportIssue(issue as SchemaIssue, [], report, keysOf(schema));
  return undefined;
}

/** A key of this name would become an object's prototype, and be lost without a word. */
function refuseLostKeys(document: Document, report: Report): void {
  visit(document, {
    Pair(_, { key }, ancestors) {
      if (!isScalar(key) || key.value !== '__proto__') return;
      const path = ancestors.flatMap((node) => (isPair(node) && isScalar(node.key) ? [String(node.key.value)] : []));
      report([...path, '__proto__'], 'this key is not allowed');
    },
  });
}

/** @param keysAt the keys that there are at a path below `base`. */
export function reportIssue(issue: SchemaIssue, base: PropertyKey[], report: Report, keysAt: KeysAt): void {
  const path = [...base, ...issue.path];
  if (issue.code === 'unrecognized_keys')
    for (const key of issue.keys ?? []) report([...path, key], unknownKey(key, path, keysAt(issue.path)));
  else if (issue.code === 'invalid_union')
    reportUnion(issue as SchemaIssue & { errors: SchemaIssue[][] }, path, report, (below) =>
      keysAt([...issue.path, ...below]),
    );
  else report(path, isMissing(issue) ? 'this key is missing' : issue.message);
}

const isMissing = ({ code, message }: SchemaIssue) => code === 'invalid_type' && message.endsWith('received undefined');

/** Of the shapes that a value could have, the one that it comes closest to says what is wrong. */
function reportUnion(
  { errors, message }: { errors: SchemaIssue[][]; message: string },
  path: PropertyKey[],
  report: Report,
  keysAt: KeysAt,
) {
  const [closest] = [...errors].sort((a, b) => depthOf(b) - depthOf(a) || a.length - b.length);
  if (!closest || depthOf(closest) === 0) report(path, closest?.map((issue) => issue.message).join('; ') || message);
  else for (const issue of closest) reportIssue(issue, path, report, keysAt);
}
const depthOf = (issues: readonly SchemaIssue[]) =>
  Math.max(0, ...issues.map(({ path, code }) => path.length + (code === 'unrecognized_keys' ? 1 : 0)));

const RENAMED: Record<string, string> = { instances: 'it is now called ids' };
function unknownKey(key: string, path: PropertyKey[], known: readonly string[]): string {
  const renamed = path[0] === 'scopes' ? RENAMED[key] : undefined;
  return `there is no key ${key} here${renamed ? `; ${renamed}` : orMeant(key, known)}`;
}

/** The place of the key that a path ends in, or of the nearest node above it. */
function offsetOf(document: Document, path: PropertyKey[]): number {
  const parent = document.getIn(path.slice(0, -1), true);
  const pair = isMap(parent)
    ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(path.at(-1)))
    : undefined;
  const key = pair?.key as Node | undefined;
  if (key?.range) return key.range[0];
  for (let length = path.length; length >= 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true) as Node | undefined;
    if (node?.range) return node.range[0];
  }
  return 0;
}
