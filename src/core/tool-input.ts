/**
 * What a client sent, as a tool's input: strictly parsed, after what clients are known to add.
 *
 * `null` is absent wherever a field is optional (strict clients send one for each field that the model left out); the
 * one name in `ADDED_BY_CLIENTS` is dropped; any other unknown key is refused.
 */
import type { z } from 'zod';
import { CountersignError } from './errors.ts';
import { faultOf } from './input-bounds.ts';
import { makeVisible } from './render-safe.ts';
import type { Tool } from './tool.ts';

/** Gemini CLI adds it to every tool's schema, and sends it on to the server. */
const ADDED_BY_CLIENTS = ['wait_for_previous'];
const MAX_INPUT_CHARACTERS = 1_200_000;
const TOLD_PROBLEMS = 5;

/** Walked first, and only then written out: what is far too much is never worked on. */
export function inputFault(input: unknown): string | undefined {
  const fault = faultOf(input, MAX_INPUT_CHARACTERS);
  if (fault !== undefined) return fault;
  const size = lengthOf(input);
  return size > MAX_INPUT_CHARACTERS ? `has ${size} characters; at most ${MAX_INPUT_CHARACTERS} are read` : undefined;
}

function lengthOf(value: unknown): number {
  try {
    return JSON.stringify(value).length;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

export function unsound(fault: string): CountersignError {
  return /^has (?:more than )?(?:\d+|Infinity) characters|^is nested/.test(fault)
    ? new CountersignError(
        'INPUT_TOO_LARGE',
        `The input ${fault}.`,
        'Pass a smaller input: use template_file, or have another tool prepare it and pass that name.',
      )
    : new CountersignError('INPUT_INVALID', `The input ${fault}.`, 'Remove that from the input and call again.');
}

/** @throws INPUT_INVALID naming each field and what would do. */
export function parseInput(tool: Tool, rawInput: unknown): Record<string, unknown> {
  const problems: string[] = [];
  const input = present(tool.input, withoutAdditions(rawInput ?? {}), [], problems);
  for (const path of placeholdersIn(input, [])) problems.push(`${path}: it is a placeholder; give what it stands for`);
  const parsed = tool.input.safeParse(input);
  if (parsed.success && problems.length === 0) return parsed.data;
  const known = Object.keys(tool.input.shape).join(', ');
  for (const { path, message } of parsed.error?.issues ?? [])
    if (!problems.some((one) => one.startsWith(`${path.join('.')}: `)))
      problems.push(`${makeVisible(path.join('.') || 'input', 160)}: ${makeVisible(message, 160)}`);
  throw new CountersignError(
    'INPUT_INVALID',
    problems.slice(0, TOLD_PROBLEMS).join('; '),
    `${tool.name} takes: ${known}.`,
    { next: { tool: tool.name, input: asked(tool, rawInput, problems) } },
  );
}

const TOLD_AGAIN = 200;
/** The same call: what was right of it, if short, and a placeholder for each field that is missing or wrong. */
function asked(tool: Tool, raw: unknown, problems: readonly string[]): Record<string, unknown> {
  const given = isObject(raw) ? raw : {};
  const isWrong = (key: string) => problems.some((one) => one.startsWith(`${key}:`) || one.startsWith(`${key}.`));
  const isShort = (key: string) => JSON.stringify(given[key]).length <= TOLD_AGAIN;
  const fields = Object.keys(tool.input.shape).filter((key) => isWrong(key) || (given[key] ?? null) !== null);
  return Object.fromEntries(fields.map((key) => [key, isWrong(key) || !isShort(key) ? `<${key}>` : given[key]]));
}

/** As answers of ours write them where the agent has to say something itself: `<the whole template>`. */
const PLACEHOLDER = /^<(?:the|all) [^<>]{1,1000}>$/;
function placeholdersIn(value: unknown, path: (string | number)[]): string[] {
  if (typeof value === 'string') return PLACEHOLDER.test(value) ? [path.join('.')] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => placeholdersIn(inner, [...path, key]));
}

function withoutAdditions(raw: unknown): unknown {
  if (!isObject(raw)) return raw;
  return Object.fromEntries(Object.entries(raw).filter(([key]) => !ADDED_BY_CLIENTS.includes(key)));
}

/**
 * The value without the fields that say nothing, at any depth. An optional field that is given and empty is a problem:
 * nobody can tell whether “none” or “all” was meant.
 */
function present(schema: z.core.$ZodType, value: unknown, path: (string | number)[], problems: string[]): unknown {
  const def = partsOf(unwrapped(schema));
  if (def.type === 'array' && Array.isArray(value))
    return value.map((item, index) => present(def.element!, item, [...path, index], problems));
  if (def.type !== 'object' || !isObject(value)) return value;
  const kept: Record<string, unknown> = Object.create(null);
  for (const [key, given] of Object.entries(value)) {
    const field = Object.hasOwn(def.shape!, key) ? def.shape![key]! : undefined;
    if (field && given === null && isOptional(field)) continue;
    const at = [...path, key];
    if (field && isOptional(field) && refusesEmpty(field, given))
      problems.push(`${at.join('.')}: must not be empty; leave it out or give a value`);
    kept[key] = field ? present(field, given, at, problems) : given;
  }
  return { ...kept };
}

interface SchemaParts {
  type: string;
  innerType?: z.core.$ZodType;
  element?: z.core.$ZodType;
  shape?: Record<string, z.core.$ZodType>;
}

const partsOf = (schema: z.core.$ZodType): SchemaParts => (schema as unknown as { def: SchemaParts }).def;

function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  const { innerType } = partsOf(schema);
  return innerType ? unwrapped(innerType) : schema;
}

const parses = (schema: z.core.$ZodType, value: unknown): boolean => (schema as z.ZodType).safeParse(value).success;
const isOptional = (schema: z.core.$ZodType): boolean => parses(schema, undefined);
/** A list that may be empty means “none”; no optional text of ours means anything when it is empty. */
const refusesEmpty = (schema: z.core.$ZodType, given: unknown): boolean =>
  given === '' || (Array.isArray(given) && given.length === 0 && !parses(schema, given));

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
