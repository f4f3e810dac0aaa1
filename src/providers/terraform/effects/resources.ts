/**
 * The resources of a plan as they are judged: values before and after, and what of them is not known.
 *
 * INVARIANT: an unknown value is the worst that it could be wherever it is read. A computed one that the configuration
 * does not set counts for nothing; what could be written as a block, which the JSON does not tell, does count.
 */
import type { Json } from '../../../core/digest.ts';
import { isMembers } from '../../../core/leaves.ts';
import { UNRESOLVED } from '../../aws/template/values.ts';
import type { Resource, Values } from '../knowledge/judgement.ts';
import { type Configuration, constantIn } from '../plan-json/configuration.ts';
import type { ProviderBlock, ResourceChange } from '../plan-json/shape.ts';

export function resourceOf(one: ResourceChange, configuration: Configuration): Resource {
  const { address, type, change, provider_name: provider } = one;
  const { before, after, after_unknown: unknown } = change;
  const written = configuration.blockOf(address)?.expressions;
  const isNew = before === null;
  return {
    address,
    type,
    before: isMembers(before) ? known(before) : null,
    after: isMembers(after)
      ? withUnknown(
          after,
          isMembers(unknown ?? null) ? (unknown as Values) : {},
          isMembers(written) ? written : undefined,
          isNew,
        )
      : null,
    provider: blockValues(configuration.providerOf(address, provider)),
  };
}

/** Absent and null are the same to Terraform. */
const known = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));

function withUnknown(after: Values, unknown: Values, written: Values | undefined, isNew: boolean): Values {
  const made = known(after);
  for (const [key, open] of Object.entries(unknown)) {
    // Of a new resource, an attribute as a whole that nothing sets is computed; on an update it would keep its value.
    if (open === true && isNew && written && !Object.hasOwn(written, key) && !BLOCKS.has(key)) continue;
    const value = filled(made[key], open, written?.[key]);
    if (value !== undefined) made[key] = value;
  }
  return made;
}

/** Attributes that may be written as blocks, `dynamic` ones too: not to be in `expressions` says nothing of them. */
const BLOCKS = new Set(['route', 'network_acl_ingress', 'access_config', 'inline_policy']);

/** @param written the expression, or the blocks, that say this; undefined: the JSON does not have it. */
function filled(value: Json | undefined, unknown: Json, written: Json | undefined): Json | undefined {
  if (unknown === true) return UNRESOLVED;
  if (Array.isArray(unknown)) {
    const items = Array.isArray(value) ? value : [];
    const blocks = Array.isArray(written) ? written : [];
    if (unknown.length === 0 && value === undefined) return undefined;
    return Array.from(
      { length: Math.max(items.length, unknown.length) },
      (_, index) => filled(items[index], unknown[index] ?? false, blocks[index]) ?? items[index] ?? null,
    );
  }
  if (!isMembers(unknown)) return value;
  const members: Values = isMembers(value) ? { ...value } : {};
  const block =
    isMembers(written) && !('references' in written) && !('constant_value' in written) ? written : undefined;
  let isAny = isMembers(value);
  for (const [key, open] of Object.entries(unknown)) {
    // Within a block that the JSON has, what it does not write is computed.
    if (open === true && block && !Object.hasOwn(block, key)) continue;
    const inner = filled(members[key], open, block?.[key]);
    if (inner === undefined) continue;
    members[key] = inner;
    isAny = true;
  }
  return isAny ? members : undefined;
}

function blockValues(block: ProviderBlock | undefined): Values {
  const values = isMembers(block?.expressions) ? written(block.expressions) : {};
  return isMembers(values) ? values : {};
}

/** What is not written out is unknown. */
function written(expression: Json): Json {
  if (Array.isArray(expression)) return expression.map(written);
  if (!isMembers(expression)) return expression;
  const constant = constantIn(expression);
  if (constant !== undefined) return constant;
  if ('references' in expression) return UNRESOLVED;
  return Object.fromEntries(Object.entries(expression).map(([key, inner]) => [key, written(inner)]));
}
