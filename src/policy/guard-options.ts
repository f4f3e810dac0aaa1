/**
 * Options of guards: flat (`exposure: {public_ports: [443]}`) or per environment (`rate: {production: 5/h}`).
 *
 * `5/h` is short for the option of a guard that counts per hour. `mode: observe` judges and records, and does not
 * stop; guards that hold the road itself together refuse it.
 */

import { z } from 'zod';
import { ENVIRONMENTS, type Environment } from '../core/environment.ts';
import type { GuardDefinition } from '../core/guard.ts';
import { orMeant } from '../core/nearest.ts';
import { keysOf } from './schema-keys.ts';
import { type Report, reportIssue, type SchemaIssue } from './yaml-file.ts';

/** By `<guard>/<environment>`. */
export type GuardOptions = Map<string, { options: unknown; observed: boolean }>;
const PER_HOUR = /^([1-9]\d{0,4})\/h$/;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
/** The option that `5/h` stands for. */
const hourlyOption = ({ options }: GuardDefinition): string | undefined =>
  options instanceof z.ZodObject ? Object.keys(options.shape).find((key) => /per_?hour$/i.test(key)) : undefined;

export function readGuardOptions(
  given: Record<string, Record<string, unknown>>,
  guards: readonly GuardDefinition[],
  report: Report,
): GuardOptions {
  const read: GuardOptions = new Map();
  for (const name of Object.keys(given)) {
    if (!guards.some((guard) => guard.name === name))
      report(
        ['guards', name],
        `there is no guard ${name}${orMeant(
          name,
          guards.map((guard) => guard.name),
        )}`,
      );
  }
  for (const guard of guards) {
    const entry = given[guard.name] ?? {};
    const split = Object.keys(entry).some((key) => ENVIRONMENTS.includes(key as Environment));
    for (const key of split ? Object.keys(entry) : [])
      if (!ENVIRONMENTS.includes(key as Environment))
        report(['guards', guard.name, key], 'give options either per environment or for all of them, not both');
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
  const hourly = hourlyOption(guard);
  const written = perHour && hourly ? { [hourly]: Number(perHour) } : (given ?? {});
  if (!isRecord(written)) {
    report(path, hourly ? 'write options as a map, or a rate like 5/h' : 'write options as a map');
    return { options: undefined, observed: false };
  }
  const { mode = 'enforce', ...options } = written;
  if (mode !== 'enforce' && mode !== 'observe') report([...path, 'mode'], 'mode must be enforce or observe');
  if (mode === 'observe' && guard.structural)
    report([...path, 'mode'], `${guard.name} is structural: it cannot be set to observe`);
  const parsed = guard.options.safeParse(options);
  if (parsed.success) return { options: parsed.data, observed: mode === 'observe' };
  for (const issue of parsed.error.issues) reportIssue(issue as SchemaIssue, path, report, keysOf(guard.options));
  return { options: undefined, observed: false };
}

/** For the published JSON Schema. */
export function guardOptionsSchema(guards: readonly GuardDefinition[]): Record<string, unknown> {
  const mode = { enum: ['enforce', 'observe'] };
  const properties = guards.map((guard) => {
    const { $schema: _ignored, ...schema } = z.toJSONSchema(guard.options, { io: 'input' }) as Record<string, unknown>;
    const own = isRecord(schema.properties) ? schema.properties : {};
    const flat = {
      ...schema,
      type: 'object',
      properties: { ...own, ...(guard.structural ? {} : { mode }) },
      additionalProperties: false,
    };
    const one = hourlyOption(guard) ? { anyOf: [flat, { type: 'string', pattern: PER_HOUR.source }] } : flat;
    const split = {
      type: 'object',
      properties: Object.fromEntries(ENVIRONMENTS.map((environment) => [environment, one])),
      additionalProperties: false,
    };
    return [guard.name, { description: `${guard.rule} Normally: ${guard.normally}.`, anyOf: [flat, split] }];
  });
  return { type: 'object', properties: Object.fromEntries(properties), additionalProperties: false };
}
