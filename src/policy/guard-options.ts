/**
 * Options of guards: flat (`exposure: {public_ports: [443]}`) or per environment (`rate: {production: 5/h}`).
 *
 * `5/h` is short for `{per_hour: 5}`; keys are written in snake_case, as everywhere in the file. `mode: observe`
 * judges and records, and does not stop; guards that hold the road itself together refuse it.
 */
import { z } from 'zod';
import type { Environment, GuardDefinition } from '../core/guard.ts';
import { type Report, reportIssue, type SchemaIssue } from './load.ts';

export const ENVIRONMENTS: readonly Environment[] = ['production', 'development', 'disposable'];
/** By `<guard>/<environment>`. */
export type GuardOptions = Map<string, { options: unknown; observed: boolean }>;
const PER_HOUR = /^([1-9]\d{0,4})\/h$/;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
const camel = (key: string) => key.replaceAll(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase());
const snake = (key: string) => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export function readGuardOptions(
  given: Record<string, Record<string, unknown>>,
  guards: readonly GuardDefinition[],
  report: Report,
): GuardOptions {
  const read: GuardOptions = new Map();
  for (const name of Object.keys(given)) {
    if (!guards.some((guard) => guard.name === name)) report(['guards', name], `there is no guard ${name}`);
  }
  for (const guard of guards) {
    const entry = given[guard.name] ?? {};
    const split = Object.keys(entry).some((key) => ENVIRONMENTS.includes(key as Environment));
    for (const key of split ? Object.keys(entry) : [])
      if (!ENVIRONMENTS.includes(key as Environment))
        report(['guards', guard.name, key], 'options stand either per environment or flat');
    // Flat options are the same three times: reported once.
    const seen = new Set<string>();
    for (const environment of ENVIRONMENTS) {
      const path = ['guards', guard.name, ...(split ? [environment] : [])];
      const once: Report = (at, message) => {
        const said = `${at.map(String).join('.')} ${message}`;
        if (!seen.has(said)) report(at, message);
        seen.add(said);
      };
      read.set(`${guard.name}/${environment}`, readOne(guard, split ? entry[environment] : entry, path, once));
    }
  }
  return read;
}

function readOne(guard: GuardDefinition, given: unknown, path: PropertyKey[], report: Report) {
  const perHour = typeof given === 'string' ? PER_HOUR.exec(given)?.[1] : undefined;
  const written = perHour === undefined ? (given ?? {}) : { per_hour: Number(perHour) };
  if (!isRecord(written)) {
    report(path, 'write options as a map, or a rate like 5/h');
    return { options: undefined, observed: false };
  }
  const { mode = 'enforce', ...options } = written;
  if (mode !== 'enforce' && mode !== 'observe') report([...path, 'mode'], 'mode is enforce or observe');
  if (mode === 'observe' && guard.structural)
    report([...path, 'mode'], `${guard.name} holds the road itself together and cannot be observed only`);
  const known = namesIn(guard);
  const named = Object.entries(options).map(([key, value]) => [known.get(key) ?? key, value]);
  const parsed = guard.options.safeParse(Object.fromEntries(named));
  if (parsed.success) return { options: parsed.data, observed: mode === 'observe' };
  for (const issue of parsed.error.issues) reportIssue(asWritten(issue as SchemaIssue), path, report);
  return { options: undefined, observed: false };
}

/** As written in the file → as the guard's schema calls it. Both spellings are understood. */
function namesIn({ options }: GuardDefinition): Map<string, string> {
  const keys = options instanceof z.ZodObject ? Object.keys(options.shape) : [];
  return new Map(keys.flatMap((key) => [key, snake(key), camel(key)].map((written) => [written, key] as const)));
}

/** The place of an error is found by the key as it is written. */
function asWritten(issue: SchemaIssue): SchemaIssue {
  const [first, ...rest] = issue.path;
  return first === undefined ? issue : { ...issue, path: [snake(String(first)), ...rest] };
}

/** For the published JSON Schema. */
export function guardOptionsSchema(guards: readonly GuardDefinition[]): Record<string, unknown> {
  const mode = { enum: ['enforce', 'observe'] };
  const properties = guards.map((guard) => {
    const { $schema: _ignored, ...schema } = z.toJSONSchema(guard.options, { io: 'input' }) as Record<string, unknown>;
    const own = isRecord(schema.properties) ? schema.properties : {};
    const named = Object.fromEntries(Object.entries(own).map(([key, value]) => [snake(key), value]));
    const flat = {
      ...schema,
      type: 'object',
      properties: { ...named, ...(guard.structural ? {} : { mode }) },
      additionalProperties: false,
    };
    const rate = 'per_hour' in named ? [{ type: 'string', pattern: PER_HOUR.source }] : [];
    const one = rate.length > 0 ? { anyOf: [flat, ...rate] } : flat;
    const split = {
      type: 'object',
      properties: Object.fromEntries(ENVIRONMENTS.map((environment) => [environment, one])),
      additionalProperties: false,
    };
    return [guard.name, { description: `${guard.rule} Normally: ${guard.normally}.`, anyOf: [flat, split] }];
  });
  return { type: 'object', properties: Object.fromEntries(properties), additionalProperties: false };
}
