/**
 * Conditions of policies: which of two is narrower, and which callers one ties a grant to.
 *
 * Guarantees: narrower only if every request that meets the one meets the other; tied only by operators and keys that
 * name callers: not by negated operators, by `…IfExists` and `ForAllValues` (true when the key is absent), by values
 * of wildcards only, or by values that the caller brings along (`${aws:PrincipalAccount}`).
 * Source: "IAM JSON policy elements: Condition operators" and "AWS global condition context keys", IAM User Guide.
 */
import type { Json } from '../../../../core/digest.ts';
import { covers, MAX_STEPS, type Work } from './patterns.ts';
import { isMembers, listOf } from './read.ts';

interface Test {
  operator: string;
  /** Lower case: keys of conditions have no case. */
  key: string;
  /** As it was written. */
  written: string;
  values: string[];
}

const testsOf = (condition: Json | undefined): Test[] =>
  Object.entries(isMembers(condition) ? condition : {}).flatMap(([operator, keys]) =>
    Object.entries(isMembers(keys) ? keys : {}).map(([key, values]) => ({
      operator,
      key: key.toLowerCase(),
      written: key,
      values: listOf(values).map((value) => (typeof value === 'string' ? value : JSON.stringify(value))),
    })),
  );

const NEGATED = /Not(Equals|EqualsIgnoreCase|Like|IpAddress)|^(ForAnyValue:|ForAllValues:)?NotIpAddress/;
const POSITIVE =
  /^(ForAnyValue:|ForAllValues:)?(String(Equals|EqualsIgnoreCase|Like)|Arn(Equals|Like)|IpAddress|Bool|BinaryEquals|(Numeric|Date)Equals)(IfExists)?$/;
const WITH_WILDCARDS = /(StringLike|ArnLike|ArnEquals)/;

/** Does the test pass only requests that the wider one passes too? */
function isTestNarrower(test: Test, wider: Test, work: Work): boolean {
  if (test.operator !== wider.operator || test.key !== wider.key) return false;
  const [mine, theirs] = [new Set(test.values), new Set(wider.values)];
  const isIn = (value: string) =>
    theirs.has(value) ||
    (WITH_WILDCARDS.test(test.operator) &&
      wider.values.some((other) => {
        work.count += 1;
        return work.count <= MAX_STEPS && covers(other, value, work);
      }));
  const isSame = () => mine.size === theirs.size && wider.values.every((value) => mine.has(value));
  // Of sets of values (`ForAnyValue:…Not…` and its like) the same alone are known to be the same.
  if (NEGATED.test(test.operator))
    return /^For/.test(test.operator) ? isSame() : wider.values.every((value) => mine.has(value));
  return POSITIVE.test(test.operator) ? test.values.every(isIn) : isSame();
}

/** Every test of the wider condition is met by whatever meets the narrower one. */
export function isNarrower(condition: Json | undefined, wider: Json | undefined, work: Work): boolean {
  if (wider === undefined || wider === null) return true;
  if (!isMembers(wider)) return false;
  const tests = testsOf(condition);
  return testsOf(wider).every((other) => tests.some((test) => isTestNarrower(test, other, work)));
}

export const hasCondition = (condition: Json | undefined): boolean =>
  condition !== undefined && condition !== null && !(isMembers(condition) && Object.keys(condition).length === 0);

/** Keys of the tests, as written, without those named. */
export const keysIn = (condition: Json | undefined): string[] => [
  ...new Set(testsOf(condition).map(({ written }) => written)),
];

/** Keys whose value is the caller, the caller's account or organisation, or the thing that a service acts for. */
const CALLER_KEYS: Record<string, Binding['by']> = {
  'aws:principalarn': 'arn',
  'aws:sourcearn': 'source',
  'aws:sourceaccount': 'source',
  'aws:principalaccount': 'account',
  'kms:calleraccount': 'account',
  'aws:sourceowner': 'source',
  'aws:sourceorgid': 'organisation',
  'aws:sourceorgpaths': 'organisation',
  'aws:principalorgid': 'organisation',
  'aws:principalorgpaths': 'organisation',
  'aws:sourcevpc': 'other',
  'aws:sourcevpce': 'other',
  'aws:userid': 'other',
  's3:dataaccesspointaccount': 'source',
  'lambda:eventsourcetoken': 'other',
  'sns:endpoint': 'other',
};
const TIES = /^(ForAnyValue:)?(StringEquals|StringEqualsIgnoreCase|StringLike|ArnEquals|ArnLike)$/;

/** What a condition ties a grant to. `other`: a network, an id or a token, which names no account. */
export interface Binding {
  by: 'arn' | 'source' | 'account' | 'organisation' | 'other';
  values: string[];
}

/** Each test that ties the grant to callers one can name, the narrowest first. */
export function bindingsOf(condition: Json | undefined): Binding[] {
  const order: Binding['by'][] = ['other', 'arn', 'source', 'account', 'organisation'];
  return testsOf(condition)
    .filter(({ operator, key }) => TIES.test(operator) && Object.hasOwn(CALLER_KEYS, key))
    .filter(({ key, values }) => values.length > 0 && values.every((value) => namesSomebody(value, key)))
    .map(({ key, values }): Binding => ({ by: CALLER_KEYS[key]!, values }))
    .sort((one, other) => order.indexOf(one.by) - order.indexOf(other.by));
}

/** Plain text too: another Version makes a variable of it. */
const VARIABLE = /\$\\?\{[^}]{0,200}\}/g;

/** An ARN must name an account, an own resource, or (S3 has no account in its ARNs) a name. */
function namesSomebody(written: string, key: string): boolean {
  const value = written.replaceAll(VARIABLE, '*');
  const [, , service = '', , account = '', ...resource] = value.split(':');
  // A role's name is anybody's to give; an own API, topic or bucket is one thing in all accounts.
  if (value.startsWith('arn:') && /[*?]/.test(account) && /^(iam|sts|.*[*?].*)$/.test(service)) return false;
  if (/[\u{27e6}]/u.test(value)) return true;
  if (!value.startsWith('arn:')) return !/[*?]/.test(value) || (/^[^*?]{6,}/.test(value) && !/account$/.test(key));
  return /^\d{12}$/.test(account) || (account === '' && /^[^*?]{3,}/.test(resource.join(':')));
}
