/** The policy file's shape. Strict everywhere: what is not understood is an error, never a default. */
import { z } from 'zod';

const alias = z.string().regex(/^[a-z][a-z0-9_-]{0,31}$/, 'use lower-case letters, digits, - and _');
const seatCount = z.union([
  z.number().int().min(0).max(9),
  z.strictObject({ seats: z.number().int().min(0).max(9), include: z.array(z.string()).default([]) }),
]);
const seats = z.strictObject({
  reversible: seatCount,
  recoverable: seatCount,
  irreversible: seatCount,
  within: z
    .string()
    .regex(/^\d+[mhd]$/, 'write it like 30m, 8h or 2d')
    .default('8h'),
});

export const policySchema = z.strictObject({
  version: z.literal(1),
  accounts: z.record(
    alias,
    z.strictObject({
      id: z.string().regex(/^\d{12}$/, 'an account id has 12 digits, in quotes'),
      regions: z.array(z.string()).min(1),
      profile: z.string().optional(),
    }),
  ),
  scopes: z.array(
    z.strictObject({
      account: alias,
      stacks: z.array(z.string()).min(1).optional(),
      instances: z.array(z.string()).min(1).optional(),
      environment: z.enum(['production', 'development', 'disposable']).default('production'),
      create: z.boolean().default(false),
      execute: z.enum(['plan_only', 'by_command', 'by_runner']).default('plan_only'),
    }),
  ),
  people: z
    .record(
      alias,
      z.strictObject({
        signs_in_as: z.array(z.string().min(1)).default([]),
        roles: z.array(z.string()).default([]),
        keys: z.array(z.string()).default([]),
      }),
    )
    .default({}),
  seats: z
    .strictObject({
      production: seats.optional(),
      development: seats.optional(),
      disposable: seats.optional(),
    })
    .default({}),
  guards: z.record(z.string(), z.unknown()).default({}),
});
export type PolicyFile = z.infer<typeof policySchema>;
export type ScopeEntry = PolicyFile['scopes'][number];

export function durationSeconds(text: string): number {
  return Number.parseInt(text, 10) * { m: 60, h: 3_600, d: 86_400 }[text.at(-1) as 'm' | 'h' | 'd'];
}
