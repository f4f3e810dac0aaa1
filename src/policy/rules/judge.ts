/**
 * Judges a plan by the policy's own rules: one request for each effect that the rules can tell apart.
 *
 * INVARIANT: an error while a rule is evaluated is a denial by that rule. Cedar itself would skip it.
 */
import type { StatefulAuthorizationCall } from '@cedar-policy/cedar-wasm/nodejs';
import { type Effect, effectName } from '../../core/effect.ts';
import type { RuleVerdict } from '../../core/guard.ts';
import type { Plan } from '../../core/plan.ts';
import { cedar } from './cedar.ts';
import { CEDAR_SCHEMA } from './cedar-schema.ts';
import type { LoadedRules, Rule } from './load.ts';
import {
  type About,
  distinguisher,
  type PartsRead,
  partsReadBy,
  type RuleFacts,
  requestOf,
  sharedContext,
  tagsIn,
} from './request.ts';

/** The rules that could say something of one action on one type. */
interface Bench {
  setId: string;
  read: PartsRead;
  distinguish(about: About): string;
}
/** What one bench says of effects that it cannot tell apart, and their names. */
interface Findings {
  /** The rules that forbid, or could not be evaluated. */
  ids: ReadonlySet<string>;
  errors: { id: string; message: string }[];
  effects: string[];
}

const SCHEMA_NAME = 'countersign';
/** Cedar keeps what it parsed by name for the whole process. */
const parsedSets = new Set<string>();

export interface JudgeOptions {
  /** Checks every request against the schema too, which takes time: tests do. It is made from the same lists. */
  validateRequests?: boolean;
  /** Asks every rule about all of every effect and keeps no answer: what the kept answers are compared with. */
  afresh?: boolean;
}

export function createRuleJudge(
  { rules, digest }: LoadedRules,
  { validateRequests = false, afresh = false }: JudgeOptions = {},
): (plan: Plan, facts: RuleFacts) => RuleVerdict[] {
  const benches = new Map<string, Map<string, Bench | null>>();

  function benchFor(action: string, type: string): Bench | null {
    if (afresh) return parseBench(digest, rules);
    return kept(
      kept(benches, action, () => new Map()),
      type,
      () =>
        parseBench(
          digest,
          rules.filter((rule) => rule.couldMatch(action, type)),
        ),
    );
  }

  return (plan, facts) => {
    if (rules.length === 0) return [];
    const shared = sharedContext(plan, facts);
    const tagsOf = tagsIn(plan);
    const answers = new Map<Bench, Map<string, Findings>>();
    const judged: Findings[] = [];
    for (const effect of plan.effects) {
      const action = actionOf(effect);
      const bench = benchFor(action, effect.type);
      if (!bench) continue;
      const about = { effect, action, tags: tagsOf(effect), plan };
      const alike = kept(answers, bench, () => new Map<string, Findings>());
      const findings = kept(alike, bench.distinguish(about), () => {
        // With the schema a request must be whole.
        const read = validateRequests || afresh ? null : bench.read;
        const schema = read === null ? { preparsedSchemaName: SCHEMA_NAME } : {};
        const request = { ...requestOf(about, shared, facts, read), ...schema, validateRequest: validateRequests };
        const made = ask({ ...request, preparsedPolicySetId: bench.setId });
        judged.push(made);
        return made;
      });
      findings.effects.push(effectName(effect));
    }
    return rules.concat(UNREADABLE).flatMap((rule) => {
      const about = judged.filter(({ ids }) => ids.has(rule.id));
      if (about.length === 0) return [];
      const errors = about.flatMap((one) => one.errors.filter(({ id }) => id === rule.id));
      return [verdictOf(rule, [...new Set(about.flatMap(({ effects }) => effects))].sort(), errors)];
    });
  };
}

const actionOf = ({ revision, kind }: Effect): string => (revision && kind === 'replace' ? 'update' : kind);

function kept<Key, Value>(values: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = values.get(key);
  if (value === undefined) {
    value = make();
    values.set(key, value);
  }
  return value;
}

/** Named when the engine itself refuses a request: that is a denial too. */
const UNREADABLE = { id: 'rules-engine', message: '', remedy: '', hold: null, observed: false } as Rule;

function verdictOf(rule: Rule, effects: string[], [error]: Findings['errors']): RuleVerdict {
  if (error)
    return {
      id: rule.id,
      outcome: 'deny',
      seats: 0,
      message: `The rule ${rule.id} could not be evaluated, so the plan is refused: ${error.message}`,
      remedy: 'The policy owners must fix the rule; another plan does not help.',
      effects,
    };
  const { id, message, remedy, hold, observed } = rule;
  return {
    id,
    outcome: observed ? 'note' : hold === null ? 'deny' : 'hold',
    seats: hold ?? 0,
    message,
    remedy,
    effects,
    ...(observed ? { observed: hold === null ? 'deny' : 'hold' } : {}),
  };
}

function parseBench(digest: string, rules: readonly Rule[]): Bench | null {
  if (rules.length === 0) return null;
  const setId = `${digest}/${rules.map(({ id }) => id).join(',')}`;
  if (!parsedSets.has(setId)) {
    const answers = [
      cedar().preparseSchema(SCHEMA_NAME, CEDAR_SCHEMA),
      cedar().preparsePolicySet(setId, { staticPolicies: Object.fromEntries(rules.map(({ id, text }) => [id, text])) }),
    ];
    for (const answer of answers) if (answer.type === 'failure') throw new Error(answer.errors[0]?.message);
    parsedSets.add(setId);
  }
  return { setId, read: partsReadBy(rules), distinguish: distinguisher(rules) };
}

function ask(call: StatefulAuthorizationCall): Findings {
  const answer = cedar().statefulIsAuthorized(call);
  const { reason = [], errors } =
    answer.type === 'failure'
      ? { errors: answer.errors.map(({ message }) => ({ policyId: UNREADABLE.id, error: { message } })) }
      : answer.response.diagnostics;
  const failed = errors.map(({ policyId, error }) => ({ id: policyId, message: error.message }));
  return { ids: new Set([...reason, ...failed.map(({ id }) => id)]), errors: failed, effects: [] };
}
