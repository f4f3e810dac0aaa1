/**
 * IAM policy documents: read, and compared as what they grant.
 *
 * Guarantees: actions in any case; one or many; documents as objects or as JSON text; NotAction, NotResource and
 * NotPrincipal in an Allow count as everything; a document or part that is unknown grants everything when it comes
 * and nothing when it goes; the same grant cut into other statements is the same grant.
 * Does not cover: what a Deny takes away again from an Allow (a grant is judged as if no Deny stood beside it).
 */

import type { Json } from '../../../../core/digest.ts';
import { MAX_PATTERN_CHARACTERS, matchesGlob } from '../../../../core/glob.ts';
import type { MarkContext } from './finder.ts';
import { isMembers, listOf, same, sameKey } from './read.ts';

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
    listOf(names).map((written) => {
      // A bare account is a number to YAML, without its first zeros.
      const name = Number.isSafeInteger(written) ? String(written).padStart(12, '0') : written;
      if (typeof name !== 'string' || context.isUnknown(name)) return `${kind}:?`;
      return name === '*' ? '*' : `${kind}:${name}`;
    }),
  );
}

/** Steps taken: what is compared beyond a bound counts as gained, never as known. */
interface Work {
  count: number;
}
const MAX_STEPS = 5_000_000;
/** Of one comparison. A statement that says more than is left counts as everything. */
const MAX_GRANTS = 20_000;

const isNoStar = (character: string) => character !== '*';

/** Does the pattern (`*`, `?`) cover a text that may itself hold wildcards? One that is too long covers itself only. */
export const covers = (pattern: string, text: string, steps?: Work): boolean =>
  pattern === '*' ||
  pattern === text ||
  (text.length <= MAX_PATTERN_CHARACTERS && matchesGlob(pattern, text, { isOne: isNoStar, ...(steps && { steps }) }));

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

function isCovered(grant: Grant, by: readonly Statement[], work: Work): boolean {
  const covered = (patterns: readonly string[], text: string) =>
    patterns.some((pattern) => {
      work.count += 1;
      return work.count <= MAX_STEPS && covers(pattern, text, work);
    });
  return by.some(
    ({ principals, actions, resources, condition }) =>
      (grant.principal === undefined || principals.some((name) => name === '*' || name === grant.principal)) &&
      covered(actions, grant.action) &&
      (resources.length === 0 || covered(resources, grant.resource)) &&
      isNarrower(grant.condition, condition),
  );
}

const orNone = <T>(list: readonly T[], none: T): readonly T[] => (list.length > 0 ? list : [none]);

/** The single grants of statements, at most `MAX_GRANTS`. */
function grantsOf(statements: readonly Statement[]): Grant[] {
  const grants: Grant[] = [];
  for (const { principals, actions, resources, condition, inverted } of statements) {
    const [who, what] = [orNone<string | undefined>(principals, undefined), orNone(resources, '*')];
    const fits = grants.length + who.length * actions.length * what.length <= MAX_GRANTS;
    const everybody = principals.length > 0 ? '*' : undefined;
    for (const principal of fits ? who : [everybody])
      for (const action of fits ? actions : ['*'])
        for (const resource of fits ? what : ['*']) grants.push({ principal, action, resource, condition, inverted });
  }
  return grants;
}

/** What the statements of one effect say that the others do not. */
export function grantsGained(
  effect: 'Allow' | 'Deny',
  before: readonly Statement[],
  after: readonly Statement[],
): Grant[] {
  const known = before.filter((statement) => statement.effect === effect);
  const saidBefore = new Set(known.map((statement) => sameKey(statement as never)));
  const said = after.filter((statement) => statement.effect === effect && !saidBefore.has(sameKey(statement as never)));
  const work: Work = { count: 0 };
  return grantsOf(said).filter((grant) => !isCovered(grant, known, work));
}

/** Keys that tie a grant to callers one can name. */
const BINDING_KEYS =
  /^(aws:(SourceArn|SourceAccount|SourceOrgID|SourceOrgPaths|PrincipalArn|PrincipalAccount|PrincipalOrgID|PrincipalOrgPaths|SourceVpc|SourceVpce|userid)|kms:CallerAccount|s3:DataAccessPointAccount|lambda:EventSourceToken|sns:Endpoint)$/i;
const BINDING_OPERATORS = /^(ForAnyValue:)?(StringEquals|StringEqualsIgnoreCase|StringLike|ArnEquals|ArnLike)$/i;

/**
 * The conditions tie the grant to named callers. Not: negated operators, `…IfExists` and `ForAllValues` (true when
 * the key is absent), values of wildcards only, values that the caller brings along (`${aws:PrincipalAccount}`).
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

const VARIABLE = /\$\{[^}]*\}/g;

/** An ARN must name an account, an own resource, or (S3 has no account in its ARNs) a name. */
function namesSomebody(written: string): boolean {
  const value = written.replaceAll(VARIABLE, '*');
  const [, , service = '', , account = '', ...resource] = value.split(':');
  // A role's name is anybody's to give; an own API, topic or bucket is one thing in all accounts.
  if (value.startsWith('arn:') && /[*?]/.test(account) && /^(iam|sts|.*[*?].*)$/.test(service)) return false;
  if (/[\u{27e6}]/u.test(value)) return true;
  if (!value.startsWith('arn:')) return !/[*?]/.test(value) || /^[^*?]{6,}/.test(value);
  return /^\d{12}$/.test(account) || (account === '' && /^[^*?]{3,}/.test(resource.join(':')));
}
