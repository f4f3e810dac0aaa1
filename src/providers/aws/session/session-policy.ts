/** The inline policy of the executor's session: the calls of one plan, and nothing beside. */
import { canonicalJson } from '../../../core/digest.ts';
import type { Plan } from '../../../core/plan.ts';
import { type Grant, grantsFor, notExpressible } from './grants.ts';

/** STS takes no longer inline policy. The packed size, which also counts tags, only AWS can tell. */
const MAX_CHARACTERS = 2_048;

export interface SessionPolicy {
  text: string;
  /** What another call under the same session could have otherwise, in words. */
  notLimited: string[];
}

/**
 * @param isWide without the keys of which it is not certain that AWS compares them as documented.
 * @throws CONFIG_SESSION_NOT_POSSIBLE when IAM cannot express a call, or all of them together are too long.
 */
export function sessionPolicy({ calls }: Pick<Plan, 'calls'>, partition: string, isWide = false): SessionPolicy {
  const granted = calls.map((call) => grantsFor(call, partition));
  const grants = granted.flatMap((one) => one.grants).map((grant) => (isWide ? widened(grant) : grant));
  const Statement = merged(grants).map(({ actions, resources, condition }) => ({
    Effect: 'Allow',
    Action: actions,
    Resource: resources,
    ...(condition === undefined ? {} : { Condition: condition }),
  }));
  const text = inLatin1(JSON.stringify({ Version: '2012-10-17', Statement }));
  if (text.length > MAX_CHARACTERS)
    throw notExpressible(`its policy would have ${text.length} characters, and AWS accepts ${MAX_CHARACTERS}`);
  const notLimited = [
    ...(isWide
      ? grants.flatMap(({ action }) => (UNCERTAIN[action] ? [`${action.split(':')[1]}: ChangeSetName`] : []))
      : []),
    ...granted.flatMap((one) => one.notLimited),
  ];
  return { text, notLimited: [...new Set(notLimited)] };
}

/** Documented, and seen to be denied on a real account in each form (2026-10): the stack still limits it. */
const UNCERTAIN: Record<string, string> = { 'cloudformation:ExecuteChangeSet': 'cloudformation:ChangeSetName' };
export const isUncertain = ({ calls }: Pick<Plan, 'calls'>): boolean =>
  calls.some(({ service, operation }) => UNCERTAIN[`${service}:${operation}`] !== undefined);

function widened({ action, resources, condition }: Grant): Grant {
  return UNCERTAIN[action] === undefined
    ? { action, resources, ...(condition === undefined ? {} : { condition }) }
    : { action, resources };
}

interface Statement {
  actions: string[];
  resources: string[];
  condition: Grant['condition'];
}
/** Statements that differ in their resources alone, or in their actions alone, are one. */
function merged(grants: readonly Grant[]): Statement[] {
  const all = grants.map(({ action, resources, condition }) => ({ actions: [action], resources, condition }));
  const byAction = joined(all, ({ actions }) => actions, 'resources');
  return joined(byAction, ({ resources }) => resources, 'actions');
}
function joined(
  statements: readonly Statement[],
  key: (of: Statement) => string[],
  list: 'actions' | 'resources',
): Statement[] {
  const byKey = new Map<string, Statement>();
  for (const one of statements) {
    const same = canonicalJson([key(one), one.condition ?? null]);
    const known = byKey.get(same);
    byKey.set(same, known ? { ...known, [list]: [...new Set([...known[list], ...one[list]])] } : one);
  }
  return [...byKey.values()];
}

/** STS takes no other characters; JSON can write every one with these. */
const inLatin1 = (json: string): string =>
  json.replace(/[^\u0020-\u00ff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
