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
import { blockAddress, type Configuration, constantIn, referencesIn } from '../plan-json/configuration.ts';
import type { ProviderBlock, ResourceChange } from '../plan-json/shape.ts';
import { namedIn, type Scope } from './written.ts';

export interface Written {
  configuration: Configuration;
  bodyOf: ((blockAddress: string) => Json | undefined) | undefined;
  documentOf?: (source: string) => Json | undefined;
}

export const isUntouched = ({ change, previous_address: moved }: ResourceChange): boolean =>
  change.actions === 'none' && !change.importing && moved === undefined;

export function resourceOf(one: ResourceChange, { configuration, bodyOf, documentOf }: Written): Resource {
  const { address, type, change, provider_name: provider } = one;
  const expressions = membersOf(configuration.blockOf(address)?.expressions);
  const body = membersOf(bodyOf?.(blockAddress(address)));
  const module = one.module_address === undefined ? '' : `${one.module_address}.`;
  const scope: Scope = {
    module,
    documentOf: (source) => documentOf?.(source),
    isComputed(resource, attribute) {
      const [said, text] = [configuration.blockOf(resource)?.expressions, bodyOf?.(blockAddress(resource))].map(
        membersOf,
      );
      return said !== undefined && !Object.hasOwn(said, attribute) && !(text && Object.hasOwn(text, attribute));
    },
  };
  return {
    address,
    type,
    providerName: provider,
    isUntouched: isUntouched(one),
    before: isMembers(change.before) ? change.before : null,
    after: isMembers(change.after)
      ? afterOf(one, { expressions, body, isHidden: bodyOf !== undefined && body === undefined, scope })
      : null,
    isComputed: (attribute) => expressions !== undefined && !Object.hasOwn(expressions, attribute),
    references: (attribute) =>
      [...referencesIn(expressions?.[attribute])].map((reference) =>
        blockAddress(`${module}${reference.split('.').slice(0, 2).join('.')}`),
      ),
    provider: blockValues(configuration.providerOf(address, provider)),
  };
}

const membersOf = (value: Json | undefined): Values | undefined => (isMembers(value) ? value : undefined);

interface Block {
  expressions: Values | undefined;
  body: Values | undefined;
  /** The configuration was read, and this block is not found as one: nothing of it is taken for computed. */
  isHidden: boolean;
  scope: Scope;
}

function afterOf({ change }: ResourceChange, { expressions, body, isHidden, scope }: Block): Values {
  const unknown = Object.entries(membersOf(change.after_unknown) ?? {}).filter(([, open]) => isOpen(open));
  if (unknown.length === 0) return change.after as Values;
  const made: Values = { ...(change.after as Values) };
  const isNew = change.before === null;
  for (const [key, open] of unknown) {
    // Of a new resource, an attribute as a whole that nothing sets is computed; on an update it would keep its value.
    if (open === true && isNew && expressions && !isHidden && !isSet(key, expressions, body)) continue;
    const value = filled(made[key] ?? undefined, open, expressions?.[key], body?.[key], scope);
    if (value !== undefined) made[key] = value;
  }
  return made;
}

/** Is anything in this tree of what is unknown? */
const isOpen = (tree: Json): boolean =>
  tree === true || (typeof tree === 'object' && tree !== null && Object.values(tree).some(isOpen));

/** The body says it of all; the JSON leaves out what is written as blocks. */
const isSet = (key: string, expressions: Values, body: Values | undefined): boolean =>
  Object.hasOwn(expressions, key) ||
  (body === undefined ? BLOCKS.has(key) : Object.hasOwn(body, key) || isDynamic(body.dynamic, key));

/** Of JSON it may be a list, of one or of several. */
const isDynamic = (dynamic: Json | undefined, key: string): boolean =>
  Array.isArray(dynamic)
    ? dynamic.some((one) => isDynamic(one, key))
    : isMembers(dynamic) && Object.hasOwn(dynamic, key);

/** Attributes that are written as blocks, where judgements read them. */
const BLOCKS = new Set([
  'ingress',
  'egress',
  'route',
  'inline_policy',
  'allow',
  'deny',
  'match',
  'security_rule',
  'statement',
]);

/**
 * @param said the expression, or the blocks, that say this; undefined: the JSON does not have it.
 * @param text the same as it is written; undefined: nobody told.
 */
function filled(
  value: Json | undefined,
  unknown: Json,
  said: Json | undefined,
  text: Json | undefined,
  scope: Scope,
): Json | undefined {
  if (unknown === true) return (text === undefined ? undefined : namedIn(text, scope)) ?? UNRESOLVED;
  if (Array.isArray(unknown)) return filledList(Array.isArray(value) ? value : [], unknown, said, text, scope);
  if (!isMembers(unknown)) return value;
  const members: Values = isMembers(value) ? { ...value } : {};
  const block = isMembers(said) && !('references' in said) && !('constant_value' in said) ? said : undefined;
  const body = membersOf(text);
  let isAny = isMembers(value);
  for (const [key, open] of Object.entries(unknown)) {
    // Within a block that is read, what it does not write is computed.
    if (open === true && block && body && !isSet(key, block, body)) continue;
    const inner = filled(members[key] ?? undefined, open, block?.[key], body?.[key], scope);
    if (inner === undefined) continue;
    members[key] = inner;
    isAny = true;
  }
  return isAny ? members : undefined;
}

/**
 * SECURITY: of several blocks the order in the plan is not that in which they are written (sets are sorted, dynamic ones
 * come between), so that what one writes would be taken for another's value. Only a block that stands alone is read.
 */
function filledList(
  items: readonly Json[],
  unknown: readonly Json[],
  said: Json | undefined,
  text: Json | undefined,
  scope: Scope,
): Json | undefined {
  const length = Math.max(items.length, unknown.length);
  if (length === 0) return undefined;
  const alone = (list: Json | undefined) =>
    length === 1 && Array.isArray(list) && list.length === 1 ? list[0] : undefined;
  return Array.from(
    { length },
    (_, index) =>
      filled(items[index] ?? undefined, unknown[index] ?? false, alone(said), alone(text), scope) ??
      items[index] ??
      null,
  );
}

const NONE: Values = {};
const blocks = new WeakMap<ProviderBlock, Values>();

/** Of many resources it is one. */
function blockValues(block: ProviderBlock | undefined): Values {
  if (block === undefined) return NONE;
  const known = blocks.get(block) ?? membersOf(constantsOf(block.expressions ?? {})) ?? NONE;
  blocks.set(block, known);
  return known;
}

/** What is not written out is unknown. */
function constantsOf(expression: Json): Json {
  if (Array.isArray(expression)) return expression.map(constantsOf);
  if (!isMembers(expression)) return expression;
  const constant = constantIn(expression);
  if (constant !== undefined) return constant;
  if ('references' in expression) return UNRESOLVED;
  return Object.fromEntries(Object.entries(expression).map(([key, inner]) => [key, constantsOf(inner)]));
}
