/** The policy file's shape. Strict everywhere: what is not understood is an error, never a default. */

import { z } from 'zod';
import { LEVELS } from '../core/assurance.ts';
import { environmentSchema } from '../core/environment-schema.ts';
import { PROOFS } from '../core/proof.ts';
import { workspacesSchema } from './workspace-schema.ts';

const alias = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,31}$/, 'use lower-case letters, digits, - and _')
  // A name that every object has is found where nobody wrote it.
  .refine((name) => !(name in {}), 'this name is reserved');
const environment = environmentSchema;
const role = z.string().regex(/^[a-z][a-z0-9_-]{0,31}$/, 'a role may contain lower-case letters, digits, - and _');
/** An IAM role: its name in the account, or its full ARN. */
const iamRole = z.string().regex(/^(?:arn:aws[a-z-]*:iam::\d{12}:role\/)?[\w+=,.@/-]{1,200}$/, 'name an IAM role');
const oneLine = z.string().regex(/^[^\p{Cc}\p{Cf}]{1,200}$/u, 'write one line of at most 200 visible characters');

const STACK_GLOB = /^[A-Za-z*?][A-Za-z0-9*?-]{0,127}$/;
/** A name with a character that no stack has would never match, and a scope that never matches is a mistake. */
const stackGlob = z
  .string()
  .regex(STACK_GLOB, 'a stack name may contain letters, digits and -; * and ? match any text');
const stackName = z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,127}$/, 'name one stack, without * and ?');
const idGlob = z
  .string()
  .regex(/^[\w:./+=@*?-]{1,512}$/, 'a physical id cannot contain these characters; * and ? match any text');
const tags = z.record(z.string().min(1).max(128), z.string().max(256));

/** The least that an approval proves: a key in software, a touch, or a touch that verified its user. */
const proof = z.enum(PROOFS);
const seatCount = z.union([
  z.number().int().min(0).max(9),
  z.strictObject({
    seats: z.number().int().min(0).max(9),
    include: z.array(role).default([]),
    proof: proof.optional(),
  }),
]);
const seats = z.strictObject({
  reversible: seatCount,
  recoverable: seatCount,
  irreversible: seatCount,
  /** Of every approval here that names no proof of its own. */
  proof: proof.optional(),
  /** The time to approve. */
  within: z
    .string()
    .regex(/^[1-9]\d{0,3}[mhd]$/, 'write a duration longer than zero, like 30m, 8h or 2d')
    .default('8h'),
});

const zone = z.string().refine(isZone, 'unknown time zone; write it like Europe/Berlin');
const localTime = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d$/, 'write local time like 2026-12-18T18:00')
  .refine((text) => isReal(`${text}:00.000Z`), 'this day or time does not exist');
const weekTime = z
  .string()
  .regex(/^(?:mon|tue|wed|thu|fri|sat|sun) (?:[01]\d|2[0-3]):[0-5]\d$/, 'write a weekday and time like fri 18:00');
const day = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d$/, 'write a day like 2026-12-05')
  .refine((text) => isReal(`${text}T00:00:00.000Z`), 'this day does not exist');

const account = z.strictObject({
  id: z.string('an account id is 12 digits in quotes').regex(/^\d{12}$/, 'an account id is 12 digits in quotes'),
  regions: z
    .array(z.string().regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'name a region like eu-west-1'))
    .min(1, 'name at least one region'),
  /** A profile of the provider's own configuration, for reading and planning. */
  profile: z.string().min(1).optional(),
  planner_role: iamRole.optional(),
  executor_role: iamRole.optional(),
  /** What the provider itself works with, when it carries out a change. */
  service_role: iamRole.optional(),
  /** Buckets of this account: a `template_file` may lie in one of them. */
  template_buckets: z
    .array(z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'name a bucket, without * and ?'))
    .default([]),
  /** The organisation's management account: named here so that it is refused by name. */
  management: z.boolean().default(false),
});

const scope = z.strictObject({
  account: alias,
  stacks: z.array(stackGlob).min(1).optional(),
  /** All must match. Alone: stacks and resources of no stack; beside `stacks` or `ids`: those too must match. */
  tags: tags.optional(),
  /** Physical ids of resources that no stack owns. */
  ids: z.array(idGlob).min(1).optional(),
  environment: environment.default('production'),
  create: z.boolean().default(false),
  execute: z.enum(['plan_only', 'by_command', 'by_runner']).default('plan_only'),
  /** For the stacks of this scope, instead of the account's. */
  service_role: iamRole.optional(),
  /** Guards that are stricter here: `deny`, or at least so many seats. */
  raise: z.record(z.string(), z.union([z.literal('deny'), z.number().int().min(1).max(9)])).default({}),
});

const person = z.strictObject({
  signs_in_as: z.array(z.string().min(1).max(2_048)).default([]),
  roles: z.array(role).default([]),
  keys: z.array(z.string()).default([]),
  /** Security keys for break-glass, used for nothing else. */
  break_glass: z.array(z.string()).optional(),
});

/** `stack` absent: a resource of no stack. One resource each; there are no patterns here. */
const exception = z.strictObject({
  guard: z.string(),
  account: alias.optional(),
  stack: stackName.optional(),
  workspace: alias.optional(),
  resource: z.string().regex(/^[\w:./+=@-]{1,512}$/, 'name one resource, without * and ?'),
  /** The last day on which it holds (UTC). */
  until: day,
  owner: alias,
  reason: oneLine,
});

const freezeBase = {
  environment: environment.optional(),
  account: alias.optional(),
  stacks: z.array(stackGlob).min(1).optional(),
  workspaces: z.array(alias).min(1).optional(),
  zone: zone.default('UTC'),
  reason: oneLine,
};
/** Once, or every week. Of environment, account, stacks and workspaces all that are written must match. */
const freeze = z.union([
  z.strictObject({ ...freezeBase, from: localTime, to: localTime }),
  z.strictObject({ ...freezeBase, weekly: z.strictObject({ from: weekTime, to: weekTime }) }),
]);

export const policySchema = z.strictObject({
  version: z.literal(1),
  /** Where `hour` and `weekday` of the own rules are read. */
  zone: zone.default('UTC'),
  accounts: z.record(alias, account),
  scopes: z.array(scope),
  /** Each is its own scope. */
  workspaces: workspacesSchema.optional(),
  people: z.record(alias, person).default({}),
  seats: z
    .strictObject({ production: seats.optional(), development: seats.optional(), disposable: seats.optional() })
    .default({}),
  /** Each guard's own options, checked by the guard's own schema. */
  guards: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  exceptions: z.array(exception).default([]),
  freezes: z.array(freeze).default([]),
  /** Cedar files, as globs from the folder of the policy file. */
  rules: z.array(z.string().min(1)).default([]),
  /** What describe tools read: what is in a scope, or all that the credentials can read. */
  read: z.enum(['in_scope', 'all']).default('in_scope'),
  /** One-person teams: the one person signs alone, with a touch, and each change waits after that. */
  solo: z
    .strictObject({
      wait: z
        .string()
        .regex(/^[1-9]\d{0,3}[mhd]$/, 'write a duration like 30m or 2h')
        .refine((text) => durationSeconds(text) >= 600 && durationSeconds(text) <= 86_400, 'write 10m to 24h')
        .default('30m'),
    })
    .optional(),
  /** How `serve --http` knows people by a token. `claim`: what signs_in_as lists besides issuer and subject. */
  sign_in: z
    .strictObject({
      issuer: z
        .string()
        .regex(/^https?:\/\/[^\s#?]+$/, 'write the address of the identity provider')
        .optional(),
      claim: z
        .string()
        .regex(/^[\w:./-]{1,128}$/, 'name one claim, like email')
        .refine((name) => name !== 'sub', 'the subject counts only with its issuer: list ISSUER#SUBJECT in signs_in_as')
        .optional(),
    })
    .optional(),
  /** Levels of assurance that the owners vouch for, where doctor cannot try them. Told as declared, never as proven. */
  declares: z.array(z.enum(LEVELS)).default([]),
  /** Who may change the policy: so many of these keys sign the next one. */
  owners: z.strictObject({ keys: z.array(z.string()).min(1), threshold: z.number().int().min(1) }).optional(),
});
export type PolicyFile = z.infer<typeof policySchema>;
export type ScopeEntry = PolicyFile['scopes'][number];
export type FreezeEntry = PolicyFile['freezes'][number];

export function durationSeconds(text: string): number {
  return Number.parseInt(text, 10) * { m: 60, h: 3_600, d: 86_400 }[text.at(-1) as 'm' | 'h' | 'd'];
}

/** The 30th of February parses; it only does not come out again. */
function isReal(instant: string): boolean {
  const parsed = new Date(instant);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString() === instant;
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format() !== '';
  } catch {
    return false;
  }
}
