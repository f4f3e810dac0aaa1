/**
 * Every operation of the sandbox against AWS's own models, both ways: what they forbid is refused with the code of the
 * service, what they allow is not refused for its form, and what is answered has the shape that they promise.
 */
import * as cloudformationSdk from '@aws-sdk/client-cloudformation';
import * as ec2Sdk from '@aws-sdk/client-ec2';
import * as stsSdk from '@aws-sdk/client-sts';
import { NormalizedSchema } from '@smithy/core/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SERVICES } from '../../src/sandbox/cloud.ts';
import { models, type ShapeLimits, violationsIn } from '../../src/sandbox/model-limits.ts';
import { type Endpoint, openEndpoint, REGION } from './endpoint.ts';
import { BEFORE, CALLS, MODEL_WORLD } from './model-calls.ts';

type Name = keyof typeof SERVICES;
type Input = Record<string, unknown>;
const SDKS = { cloudformation: cloudformationSdk, ec2: ec2Sdk, sts: stsSdk } as unknown as Record<
  Name,
  Record<string, unknown>
>;
const OPERATIONS = (Object.keys(SERVICES) as Name[]).flatMap((service) =>
  Object.keys(SERVICES[service].operations).map((operation) => ({ service, operation })),
);
const caller = {
  account: '123456789012',
  region: REGION,
  accessKeyId: 'a',
  arn: 'arn:aws:iam::123456789012:user/sandbox',
};

const once = { maxAttempts: 1 };
type Client = { send(command: never): Promise<unknown> };
const CLIENTS: Record<Name, (at: Endpoint) => Client> = {
  cloudformation: (at) => at.cloudFormation(once) as Client,
  ec2: (at) => at.ec2(once) as Client,
  sts: (at) => at.sts(once) as Client,
};

/** The code of the refusal, and whether it is for the form; undefined: it was answered. */
async function refusal(at: Endpoint, service: Name, operation: string, input: Input) {
  const client = CLIENTS[service](at);
  const Command = SDKS[service][`${operation}Command`] as new (input: Input) => never;
  try {
    await client.send(new Command(input));
    return undefined;
  } catch (error) {
    const { name, message } = error as Error;
    return { code: name, isForm: /Member must|must contain the parameter/.test(message), message };
  }
}

/** Something that a shape allows, and what it forbids, one value for each limit. */
function allowed(service: Name, name: string | undefined): unknown {
  const limits = name === undefined ? {} : (models.services[service]!.shapes[name] ?? {});
  // Without a member that must be there, all: a structure of nothing is nothing on the wire.
  if (limits.members || limits.required)
    return Object.fromEntries(
      (limits.required ?? Object.keys(limits.members ?? {})).map((member) => [
        member,
        allowed(service, limits.members?.[member]),
      ]),
    );
  return limits.enum?.[0] ?? 'x'.repeat(Math.max(1, limits.min ?? 1));
}

interface Limits {
  forbidden: unknown[];
  /** At the limits. */
  borders: unknown[];
}
function limitsOf(schema: NormalizedSchema, limits: ShapeLimits, service: Name): Limits {
  const { min, max } = limits;
  if (schema.isListSchema()) {
    const list = (length: number) => Array.from({ length }, () => allowed(service, limits.member));
    return { forbidden: max === undefined ? [] : [list(max + 1)], borders: max === undefined ? [] : [list(max)] };
  }
  if (schema.isNumericSchema())
    return {
      forbidden: [Number.NaN, ...(min === undefined ? [] : [min - 1]), ...(max === undefined ? [] : [max + 1])],
      borders: [min ?? [], max ?? []].flat(),
    };
  if (!schema.isStringSchema()) return { forbidden: [], borders: [] };
  const fits = (text: string) => limits.pattern === undefined || new RegExp(`^(?:${limits.pattern})$`, 'u').test(text);
  return {
    forbidden: [
      'a\u0001b',
      ...(limits.enum
        ? [
            `${limits.enum[0]}x`,
            limits.enum[0]!.toLowerCase() === limits.enum[0] ? 'NONE' : limits.enum[0]!.toLowerCase(),
          ]
        : []),
      ...(max === undefined ? [] : ['a'.repeat(max + 1)]),
      ...(min === undefined || min < 2 ? [] : ['a'.repeat(min - 1)]),
      ...(limits.pattern && !fits('-\u00e9 ') ? ['-\u00e9 '] : []),
    ],
    borders: [...(limits.enum ?? []), ...(max === undefined || limits.enum ? [] : ['a'.repeat(max)])].filter(fits),
  };
}

/** Every place of an input, as a function that puts a value there. */
function* places(
  service: Name,
  schema: NormalizedSchema,
  name: string | undefined,
  put: (value: unknown) => Input,
  at: string,
  depth = 0,
): Generator<{ at: string; schema: NormalizedSchema; limits: ShapeLimits; put(value: unknown): Input }> {
  const limits = name === undefined ? {} : (models.services[service]!.shapes[name] ?? {});
  if (depth > 0) yield { at, schema, limits, put };
  if (depth > 5) return;
  if (schema.isListSchema()) {
    yield* places(service, schema.getValueSchema(), limits.member, (value) => put([value]), `${at}[]`, depth + 1);
    return;
  }
  if (!schema.isStructSchema()) return;
  for (const [member, inner] of schema.structIterator()) {
    const around = depth === 0 ? {} : (allowed(service, name) as Input);
    const putHere = (value: unknown) => put({ ...around, [member]: value });
    yield* places(service, inner, limits.members?.[member], putHere, `${at}.${member}`, depth + 1);
  }
}

const schemaOf = (service: Name, operation: string, side: 4 | 5) =>
  NormalizedSchema.of((SDKS[service][`${operation}$`] as unknown[])[side] as never);
const codesOf = (service: Name) =>
  service === 'ec2' ? ['InvalidParameterValue', 'MissingParameter'] : ['ValidationError'];

describe('what the models forbid', () => {
  let at: Endpoint;
  beforeAll(() => {
    at = openEndpoint(MODEL_WORLD);
  });
  afterAll(() => at.close());

  it('the data is of the operations that the sandbox has', () => {
    for (const { service, operation } of OPERATIONS)
      expect(models.services[service]!.operations, `npm run sandbox-models: ${operation}`).toHaveProperty(operation);
    expect(OPERATIONS.map(({ service, operation }) => CALLS[service]![operation])).not.toContain(undefined);
  });

  it.each(OPERATIONS)(
    '$service:$operation refuses what its model forbids, and nothing at its borders',
    async ({ service, operation }) => {
      const base = CALLS[service]![operation]!;
      const root = models.services[service]!.operations[operation]!.input;
      const merged = (value: unknown) => ({ ...base, ...(value as Input) });
      const wrong: string[] = [];
      const check = async (where: string, input: Input, isForbidden: boolean) => {
        const refused = await refusal(at, service, operation, input);
        const isRefused = refused !== undefined && codesOf(service).includes(refused.code) && refused.isForm;
        if (isRefused !== isForbidden) wrong.push(`${where}: ${refused?.code ?? 'answered'} ${refused?.message ?? ''}`);
      };
      for (const required of models.services[service]!.shapes[root ?? '']?.required ?? []) {
        const { [required]: _left, ...rest } = base;
        await check(`without ${required}`, rest, true);
        if (service === 'ec2' && Array.isArray(base[required]))
          await check(`empty ${required}`, { ...rest, [required]: [] }, true);
      }
      for (const place of places(service, schemaOf(service, operation, 4), root, merged, '')) {
        const { forbidden, borders } = limitsOf(place.schema, place.limits, service);
        for (const value of forbidden) await check(`${place.at} = ${shortly(value)}`, place.put(value), true);
        if (/^(?:Create|Update|Execute|Delete|Terminate|Reboot|Stop|Start|Set|Authorize|Revoke|Modify)/.test(operation))
          continue;
        for (const value of borders) await check(`${place.at} = ${shortly(value)}`, place.put(value), false);
      }
      expect(wrong).toEqual([]);
    },
  );
});

const shortly = (value: unknown) => String(JSON.stringify(value) ?? value).slice(0, 60);

/** Members that the SDK's schema does not have, and values of another type than it says. */
function misshapen(schema: NormalizedSchema, value: unknown, at = ''): string[] {
  if (value === undefined || value === null) return [];
  if (schema.isUnitSchema()) return Object.keys(value).map((name) => `${at}.${name} is unknown`);
  if (schema.isStructSchema()) {
    if (typeof value !== 'object') return [`${at} is no structure`];
    const members = new Map(schema.structIterator());
    return Object.entries(value).flatMap(([name, inner]) => {
      const member = members.get(name);
      if (inner === undefined) return [];
      return member ? misshapen(member, inner, `${at}.${name}`) : [`${at}.${name} is unknown`];
    });
  }
  if (schema.isListSchema())
    return Array.isArray(value)
      ? value.flatMap((item) => misshapen(schema.getValueSchema(), item, `${at}[]`))
      : [`${at} is no list`];
  const isRight = schema.isBooleanSchema()
    ? typeof value === 'boolean'
    : schema.isNumericSchema()
      ? typeof value === 'number' && Number.isFinite(value)
      : schema.isTimestampSchema()
        ? value instanceof Date && !Number.isNaN(value.getTime())
        : typeof value === 'string';
  return isRight ? [] : [`${at} is ${typeof value}`];
}

describe('what is answered', () => {
  it.each(OPERATIONS)('$service:$operation answers in the shape of its model', ({ service, operation }) => {
    const at = openEndpoint(MODEL_WORLD);
    try {
      const perform = (name: string, input: Input) =>
        at.store.transact((world) => {
          // An update that is cancelled must not have ended.
          if (name !== 'CancelUpdateStack') for (const { advance } of Object.values(SERVICES)) advance?.(world);
          return SERVICES[service].operations[name]!(world, input, caller);
        });
      let input = CALLS[service]![operation]!;
      for (const [name, before] of BEFORE[operation] ?? []) {
        const answered = perform(name, before);
        input = Object.fromEntries(
          Object.entries(input).map(([member, value]) => [
            member,
            value === 'of-the-answer' ? answered[member] : value,
          ]),
        );
      }
      const output = perform(operation, input);
      expect(misshapen(schemaOf(service, operation, 5), output)).toEqual([]);
      expect(violationsIn(service, models.services[service]!.operations[operation]!.output, output)).toEqual([]);
    } finally {
      at.close();
    }
  });
});
