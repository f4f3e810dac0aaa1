/** To Terraform null is absent, and so is a list without a block. */
import type { Json } from '../../../core/digest.ts';
import { isMembers } from '../../../core/leaves.ts';
import type { Values } from './judgement.ts';

export const isAbsent = (value: Json | undefined): boolean =>
  value === undefined || value === null || (Array.isArray(value) && value.length === 0);

/** Only what is there, at every depth. */
export function present(values: Values): Values {
  const made: Values = {};
  for (const [key, value] of Object.entries(values)) if (!isAbsent(value)) made[key] = within(value);
  return made;
}

/** The same of both sides of a resource. */
export const presentIn = <T extends { before: Values | null; after: Values | null }>(resource: T): T => ({
  ...resource,
  before: resource.before && present(resource.before),
  after: resource.after && present(resource.after),
});

function within(value: Json): Json {
  if (Array.isArray(value)) return value.some((item) => typeof item === 'object') ? value.map(within) : value;
  return isMembers(value) ? present(value) : value;
}
