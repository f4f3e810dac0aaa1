/**
 * IAM policy documents: read, and compared as what they grant.
 *
 * Guarantees: actions in any case; one or many; documents as objects or as JSON text; NotAction, NotResource and
 * NotPrincipal in an Allow count as everything; a document or part that is unknown grants everything when it comes
 * and nothing when it goes; the same grant cut into other statements is the same grant.
 * Does not cover: what a Deny takes away again from an Allow (a grant is judged as if no Deny stood beside it).
 */

import type { Json } from '../../../../core/digest.ts';
import type { MarkContext } from './finder.ts';
import { isMembers, listOf, same } from './read.ts';

export interface Statement {
  effect: 'Allow' | 'Deny';
  /** `AWS:…`, `Service:…`, `Federated:…`, `*`. Empty: identity policies have none. */
  principals: string[];
  /** Lower case. */
  actions: string[];
  resources: string[];
  condition: Json | undefined;
  /** Said by exclusion: NotAction, NotResource, NotPrincipal. */
  inverted: string[];
}
export interface Grant {
  principal: string | undefined;
  action: string;
  resource: string;
  condition: Json | undefined;
  inverted: string[];
}

export const EVERYTHING: Statement = {
  effect: 'Allow',
  principals: ['*'],
  actions: ['*'],
  resources: ['*'],
  condition: undefined,
  inverted: [],
};

/** @param worst what an unknown part counts as: everything, or (for what was there before) nothing. */
export function statementsOf(
  document: Json | undefined,
  context: MarkContext,
  worst: 'everything' | 'nothing',
): Statement[] {
  const unreadable = worst === 'everything' ? [EVERYTHING] : [];
  if (document === undefined || document === null) return [];
  let parsed: Json = document;
  if (typeof document === 'string') {
    try {
      parsed = JSON.parse(document) as Json;
    } catch {
      return unreadable;
    }
  }
  if (!isMembers(parsed)) return unreadable;
  return listOf(parsed.Statement).flatMap((statement) => {
    if (!isMembers(statement)) return unreadable;
    if (worst === 'nothing' && statement.Effect !== 'Deny' && context.isUnknown(statement)) return [];
    return [statementOf(statement, context)];
  });
}

function statementOf(statement: Record<string, Json>, context: MarkContext): Statement {
  const inverted = ['NotAction', 'NotResource', 'NotPrincipal'].filter((name) => name in statement);
  const deny = statement.Effect === 'Deny';
  const texts = (value: Json | undefined) =>
    listOf(value).map((item) =>
      typeof item !== 'string' || context.isUnknown(item) ? (deny ? '?unknown' : '*') : item,
    );
  // An Allow by exclusion allows all; a Deny by exclusion keeps its text, so that only the same Deny is the same.
  const part = (name: string, not: string) =>
    not in statement ? (deny ? texts(statement[not]).map((text) => `not ${text}`) : ['*']) : texts(statement[name]);
  return {
    effect: deny ? 'Deny' : 'Allow',
    principals: 'NotPrincipal' in statement ? ['*'] : principalsOf(statement.Principal, context),
    actions: part('Action', 'NotAction').map((action) => action.toLowerCase()),
    resources: part('Resource', 'NotResource'),
    condition: context.isUnknown(statement.Condition) && !deny ? undefined : statement.Condition,
    inverted,
  };
}

function principalsOf(principal: Json | undefined, context: MarkContext): string[] {
  if (principal === undefined) return [];
  if (!isMembers(principal)) return ['*'];
  return Object.entries(principal).flatMap(([kind, names]) =>
    listOf(names).map((name) => {
      if (typeof name !== 'string' || context.isUnknown(name)) return `${kind}:?`;
      return name === '*' ? '*' : `${kind}:${name}`;
    }),
  );
}

const patterns = new Map<string, RegExp>();

/** Does the pattern (`*`, `?`) cover a text that may itself hold wildcards? */
export function covers(pattern: string, text: string): boolean {
  if (pattern === '*' || pattern === text) return true;
  if (!/[*?]/.test(pattern)) return false;
  let compiled = patterns.get(pattern);
  if (!compiled) {
    const source = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll(/\*+/g, '.*');
    compiled = new RegExp(`^${source.replaceAll('?', '[^*]')}$`, 'su');
    if (patterns.size > 1_000) patterns.clear();
    patterns.set(pattern, compiled);
  }
  return compiled.test(text);
}

/** Every condition of the wider one is in the narrower one too. */
function isNarrower(condition: Json | undefined, wider: Json | undefined): boolean {
  if (!isMembers(wider)) return true;
  return Object.entries(wider).every(
    ([operator, keys]) =>
      isMembers(condition) &&
      isMembers(keys) &&
      Object.entries(keys).every(([key, value]) =>
        same((condition[operator] as Record<string, Json> | undefined)?.[key], value),
      ),
  );
}

function isCovered(grant: Grant, by: readonly Statement[]): boolean {
  return by.some(
    ({ principals, actions, resources, condition }) =>
      (grant.principal === undefined || principals.some((name) => name === '*' || name === grant.principal)) &&
      actions.some((action) => covers(action, grant.action)) &&
      (resources.length === 0 || resources.some((resource) => covers(resource, grant.resource))) &&
      isNarrower(grant.condition, condition),
  );
}

const orNone = <T>(list: readonly T[], none: T): readonly T[] => (list.length > 0 ? list : [none]);

/** What the statements of one effect say that the others do not. */
export function grantsGained(
  effect: 'Allow' | 'Deny',
  before: readonly Statement[],
  after: readonly Statement[],
): Grant[] {
  const known = before.filter((statement) => statement.effect === effect);
  return after
    .filter(
      (statement) => statement.effect === effect && !known.some((other) => same(other as never, statement as never)),
    )
    .flatMap(({ principals, actions, resources, condition, inverted }) =>
      orNone<string | undefined>(principals, undefined).flatMap((principal) =>
        actions.flatMap((action) =>
          orNone(resources, '*').map((resource): Grant => ({ principal, action, resource, condition, inverted })),
        ),
      ),
    )
    .filter((grant) => !isCovered(grant, known));
}

/** Keys that tie a grant to callers one can name. */
const BINDING_KEYS =
  /^(aws:(SourceArn|SourceAccount|SourceOrgID|SourceOrgPaths|PrincipalArn|PrincipalAccount|PrincipalOrgID|PrincipalOrgPaths|SourceVpc|SourceVpce|userid)|kms:CallerAccount|s3:DataAccessPointAccount|lambda:EventSourceToken|sns:Endpoint)$/i;
const BINDING_OPERATORS = /^(ForAnyValue:)?(StringEquals|StringEqualsIgnoreCase|StringLike|ArnEquals|ArnLike)$/i;

/**
 * The conditions tie the grant to named callers. Not: negated operators, `…IfExists` and `ForAllValues` (true when
 * the key is absent), values of wildcards only.
 */
export function isBound(condition: Json | undefined): boolean {
  if (!isMembers(condition)) return false;
  return Object.entries(condition).some(
    ([operator, keys]) =>
      BINDING_OPERATORS.test(operator) &&
      isMembers(keys) &&
      Object.entries(keys).some(
        ([key, values]) =>
          BINDING_KEYS.test(key) &&
          listOf(values).length > 0 &&
          listOf(values).every((value) => namesSomebody(String(value))),
      ),
  );
}

/** An ARN must name an account, an own resource, or (S3 has no account in its ARNs) a name. */
function namesSomebody(value: string): boolean {
  if (/[\u{27e6}]/u.test(value)) return true;
  if (!value.startsWith('arn:')) return !/[*?]/.test(value) || /^[^*?]{6,}/.test(value);
  const [, , , , account = '', ...resource] = value.split(':');
  return /^\d{12}$/.test(account) || (account === '' && /^[^*?]{3,}/.test(resource.join(':')));
}
