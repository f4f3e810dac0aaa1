/** What describe_policy tells: who may do what here, in at most 4,000 characters, the longest lists cut first. */
import { sponsorIs } from '../core/assurance.ts';
import { counted } from '../core/counted.ts';
import { ENVIRONMENTS, type Environment } from '../core/environment.ts';
import type { Facts, GuardDefinition, PolicyStanding, Spent } from '../core/guard.ts';
import type { RunnerSeen } from '../core/owner.ts';
import { ASKED_PROOF_TEXTS } from '../core/proof.ts';
import { runnerLines } from '../core/runners.ts';
import { decidingTags, seatRules } from './apply.ts';
import { freezesInForce, isOver, untilText } from './freeze.ts';
import type { Policy } from './model.ts';
import type { Observations } from './observed.ts';
import type { PolicyFile } from './schema.ts';
import { everyScope, scopeText } from './scope.ts';
import { exceptionEnd } from './validate.ts';

export interface Described {
  policy: Policy | null;
  guards: readonly GuardDefinition[];
  standing: PolicyStanding;
  sponsor: Facts['sponsor'];
  excluded: readonly string[];
  halt: Facts['halt'];
  spent(environment: Environment): { hour: Spent; day: Spent };
  /** Changes that began to execute there within the last hour, whoever's. */
  executed(environment: Environment): number;
  assurance: string;
  runners(): Promise<RunnerSeen[]>;
  /** Of the last week. */
  observations(): Promise<Observations>;
  now: Date;
}
type Answer = Record<string, unknown>;

const STANDING: Record<PolicyStanding, string> = {
  none: 'none: agents can only describe and plan',
  not_adopted: 'not adopted: agents can only describe and plan until a person runs countersign policy adopt',
  changed: 'edited and not adopted: agents can only describe and plan until people adopt it (countersign policy adopt)',
  adopted: 'in force',
};
const MAX_CHARACTERS = 4_000;

export async function describePolicy(about: Described): Promise<Answer> {
  const { policy, sponsor, halt, assurance } = about;
  return fitting({
    policy: STANDING[about.standing],
    sponsor: sponsorText(sponsor, assurance),
    halt,
    assurance,
    seats: Object.fromEntries(ENVIRONMENTS.map((environment) => [environment, seatsText(policy, environment)])),
    approvers: approversIn(about),
    ...(policy ? await inForce(policy, about) : {}),
  });
}

function sponsorText({ name, known, signedIn }: Facts['sponsor'], assurance: string): string {
  const only = 'agents can only describe and plan';
  if (signedIn && name === null)
    return signedIn.as === null
      ? `none, the client signed in for itself: ${only}`
      : `unknown (${signedIn.as}): ${only}`;
  if (name === null) return `not set: ${only}`;
  return `${name} (${known ? sponsorIs({ assurance, signedInAs: signedIn?.as ?? undefined }) : `unknown: ${only}`})`;
}

async function inForce(policy: Policy, about: Described): Promise<Answer> {
  const { now } = about;
  const { accounts, freezes, exceptions } = policy.file;
  const scopes = everyScope(policy);
  return {
    accounts: Object.entries(accounts).map(([alias, { id, regions, management }]) => ({
      alias,
      id,
      regions: management ? [] : regions,
    })),
    read: policy.file.read,
    scopes: scopes.map((scope) => ({
      reach: scopeText(scope),
      environment: scope.environment,
      create: scope.create,
      execute: scope.execute,
      ...(Object.keys(scope.raise).length > 0 ? { raise: scope.raise } : {}),
    })),
    denied: deniedAlways(policy, about.guards),
    ...(scopes.some(({ execute }) => execute === 'by_runner') ? { runners: await runnersText(about) } : {}),
    budgets_left: budgetsLeft(policy, about),
    executions_left_this_hour: executionsLeft(policy, about),
    freezes: freezes.filter((freeze) => !isOver(freeze, now)).map((freeze) => freezeText(freeze, now)),
    ...withoutEmpty({
      exceptions: exceptions
        .filter(({ until }) => now < exceptionEnd(until))
        .map(({ guard, stack, workspace, resource, until, owner, reason }) => {
          const what = [stack ?? workspace ?? [], resource].flat().join('/');
          return `${guard}: ${what} until ${until} by ${owner}: ${reason}`;
        }),
      ...(await inShadow(policy, about)),
    }),
  };
}

const runnersText = async ({ runners }: Described): Promise<string[]> => runnerLines(await runners());

const withoutEmpty = (lists: Record<string, string[]>): Answer =>
  Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0));

/** In production, and no approval lifts it. */
function deniedAlways(policy: Policy, guards: Described['guards']): string[] {
  const inForce = guards.flatMap(({ name, denies }) =>
    denies === undefined || policy.isObserved(name, 'production') ? [] : [denies],
  );
  return [...inForce, `setting or removing a tag that the policy reads: ${decidingTags(policy).join(', ')}`];
}

const environmentsOf = (policy: Policy): Environment[] =>
  ENVIRONMENTS.filter((name) => everyScope(policy).some(({ environment }) => environment === name));

function executionsLeft(policy: Policy, { guards, executed }: Described): Answer {
  const [limiting] = guards.flatMap(({ name, executionsPerHour }) =>
    executionsPerHour ? [{ name, executionsPerHour }] : [],
  );
  if (!limiting) return {};
  const { name, executionsPerHour } = limiting;
  return Object.fromEntries(
    environmentsOf(policy).map((environment) => [
      environment,
      Math.max(0, executionsPerHour(policy.optionsFor(name, environment), environment) - executed(environment)),
    ]),
  );
}

/** What is only observed, with what it would have stopped. The ledger is asked only where something is. */
async function inShadow(policy: Policy, { guards, observations }: Described): Promise<Record<string, string[]>> {
  const { rules } = policy.rules;
  const watched = guards
    .map(({ name }) => ({ name, where: ENVIRONMENTS.filter((environment) => policy.isObserved(name, environment)) }))
    .filter(({ where }) => where.length > 0);
  const seen = watched.length > 0 || rules.some(({ observed }) => observed) ? await observations() : undefined;
  return {
    observed: watched.map(({ name, where }) => {
      const { denied, held } = seen!.guard(name);
      const place = where.length === ENVIRONMENTS.length ? '' : ` in ${where.join(', ')}`;
      return `${name}${place}: in the last 7 days it would have denied ${counted(denied, 'plan')} and held ${held}`;
    }),
    rules: rules.map(({ id, hold, observed }) => {
      const outcome = hold === null ? 'deny' : `hold(${hold})`;
      const shadow = observed
        ? `, in observe mode: in the last 7 days it would have stopped ${counted(seen!.rule(id), 'plan')}`
        : '';
      return `${id}: ${outcome}${shadow}`;
    }),
  };
}

/** What is left for this sponsor of what guards count over an hour and a day. */
function budgetsLeft(policy: Policy, { guards, spent, sponsor }: Described): Answer {
  const counting = sponsor.known ? guards.flatMap(({ name, caps }) => (caps ? [{ name, caps }] : [])) : [];
  const left = (cap: Spent, used: Spent) =>
    Object.fromEntries(
      Object.entries(cap).map(([what, most]) => [what, Math.max(0, most - used[what as keyof Spent])]),
    );
  const used = environmentsOf(policy);
  return Object.fromEntries(
    counting.flatMap(({ name, caps }) =>
      used.map((environment) => {
        const { hour, day } = caps(policy.optionsFor(name, environment), environment);
        const so = spent(environment);
        return [environment, { hour: left(hour, so.hour), day: left(day, so.day) }];
      }),
    ),
  );
}

function seatsText(policy: Policy | null, environment: Environment): Record<string, string | number> {
  const within = policy?.file.seats[environment]?.within ?? '8h';
  const rules = Object.entries(seatRules(policy, environment)).map(([kind, { seats, include, proof = 'software' }]) => {
    const among = include.length > 0 ? [`${include.join(' and ')} among them`] : [];
    const asked = proof === 'software' ? [] : [ASKED_PROOF_TEXTS[proof]];
    return [kind, among.length + asked.length > 0 ? [seats, ...among, ...asked].join(', ') : seats];
  });
  return { ...Object.fromEntries(rules), within };
}

function approversIn({ policy, excluded }: Described): string[] {
  return (policy?.people ?? [])
    .filter(({ name, keys }) => !excluded.includes(name) && keys.length > 0)
    .map(({ name, roles }) => (roles.length > 0 ? `${name} (${roles.join(', ')})` : name));
}

function freezeText(freeze: PolicyFile['freezes'][number], now: Date): string {
  const subject = {
    account: freeze.account ?? null,
    environment: freeze.environment ?? ('production' as const),
    stacks: freeze.stacks ?? [],
    workspaces: freeze.workspaces ?? [],
  };
  const what = [freeze.environment, freeze.account, freeze.stacks?.join(', '), freeze.workspaces?.join(', ')]
    .filter(Boolean)
    .join(' ');
  const begins = 'from' in freeze ? freeze.from : freeze.weekly.from;
  const when = freezesInForce([freeze], subject, now).length > 0 ? 'now' : `from ${begins}`;
  return `${what} ${when} until ${untilText(freeze)}: ${freeze.reason}`;
}

/** Halves the longest list until all of it fits, and says how much was left out. */
function fitting(answer: Answer): Answer {
  const cut = { ...answer };
  const leftOut = new Map<string, number>();
  const sized = () => ({
    ...cut,
    ...(leftOut.size > 0 ? { left_out: Object.fromEntries([...leftOut].sort()) } : {}),
  });
  while (JSON.stringify(sized()).length > MAX_CHARACTERS) {
    const [key, list] = Object.entries(cut)
      .filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]) && entry[1].length > 0)
      .sort(([, a], [, b]) => JSON.stringify(b).length - JSON.stringify(a).length)[0] ?? [undefined, []];
    if (key === undefined) break;
    const kept = list.slice(0, Math.floor(list.length / 2));
    leftOut.set(key, (leftOut.get(key) ?? 0) + list.length - kept.length);
    cut[key] = kept;
  }
  return sized();
}
