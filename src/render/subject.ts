/** What every renderer starts from: one change, its plan, and the picture that the plan names by digest. */
import type { Change } from '../core/change.ts';
import { effectName } from '../core/effect.ts';
import type { HostRules } from '../core/hosts.ts';
import { changedLeaves, leavesOf } from '../core/leaves.ts';
import type { Picture, Thing } from '../core/picture.ts';
import type { Plan } from '../core/plan.ts';
import type { Judgement, Verdict } from '../core/verdict.ts';
import type { WayBack } from '../core/way-back.ts';
import { type Named, newlyNamed, type PlacedLeaf } from './newly-named.ts';

/** A plan and what the guards say of it. */
export interface Judged {
  change: Pick<Change, 'judgement'>;
  plan: Plan;
  picture: Picture | null;
  /** Accounts that the policy names. */
  knownAccounts: readonly string[];
  /** Of the provider of the plan. */
  hosts: HostRules;
  now: Date;
  /** What another policy than that of its proposal says of an open change. */
  policyOfNow?: readonly string[];
}

export interface Subject extends Judged {
  change: Change;
  /** By the position of an approval: what is to be said of its signature. Absent: nothing. */
  signatureNotes?: ReadonlyMap<number, string>;
  /** How it is taken back, once it was carried out. */
  wayBack?: WayBack | null;
  /** Commands for a person, when the outcome is not known. */
  whereToLook?: readonly string[];
}

/** All leaves that a plan changes or makes. Without a picture: what the effects tell. */
export function leavesOfPlan({ plan, picture }: Pick<Subject, 'plan' | 'picture'>): PlacedLeaf[] {
  const things = picture?.things ?? [];
  const pictured = things.flatMap((thing) => leavesOfThing(thing));
  const known = new Set(things.map(({ id }) => id));
  const others = plan.effects
    .filter(({ logicalId = '' }) => !known.has(logicalId))
    .flatMap((effect) =>
      effect.properties.map((property) => ({
        ...property,
        thing: { kind: 'resource' as const, id: effectName(effect), type: effect.type, before: null, after: null },
      })),
    );
  return [...pictured, ...others];
}

function leavesOfThing(thing: Thing): PlacedLeaf[] {
  const { before, after } = thing;
  if (before !== null && after !== null)
    return changedLeaves(before, after, '').map((leaf) => ({ ...leaf, path: leaf.path.replace(/^\./, ''), thing }));
  // What goes names nothing new.
  if (after === null) return [];
  return [...leavesOf(after, '')].map(([path, text]) => ({ path: path.replace(/^\./, ''), after: text, thing }));
}

/** A page asks for it more than once, and reading every value takes long; plans never change. */
const newest = new WeakMap<Plan, { of: readonly unknown[]; named: readonly Named[] }>();

export function namedIn(subject: Pick<Subject, 'plan' | 'picture' | 'knownAccounts' | 'hosts'>): readonly Named[] {
  const { plan, picture, hosts, knownAccounts: known } = subject;
  const of = [plan.effects, picture, hosts, known.join()];
  const last = newest.get(plan);
  if (last && of.every((one, index) => one === last.of[index])) return last.named;
  const { account, region } = plan.target;
  const named = newlyNamed(leavesOfPlan(subject), picture?.things ?? [], { account, region, known, hosts });
  newest.set(plan, { of, named });
  return named;
}

/** What stops a plan, hardest first. */
export const stopping = ({ verdicts }: Judgement): Verdict[] =>
  verdicts
    .filter(({ outcome }) => outcome === 'deny' || outcome === 'hold')
    .sort((a, b) => (a.outcome === b.outcome ? (b.seats ?? 0) - (a.seats ?? 0) : a.outcome === 'deny' ? -1 : 1));
