/** The published JSON Schema of the policy file, for editors. The loader is stricter: it knows what refers to what. */
import { z } from 'zod';
import type { GuardDefinition } from '../core/guard.ts';
import { guardOptionsSchema } from './guard-options.ts';
import { policySchema } from './schema.ts';

export function policyJsonSchema(guards: readonly GuardDefinition[]): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(policySchema, { io: 'input' }) as Record<string, unknown>;
  return {
    $schema,
    title: 'Countersign policy',
    ...schema,
    properties: { ...(schema.properties as Record<string, unknown>), guards: guardOptionsSchema(guards) },
  };
}
