/**
 * Several providers as one: each call and each target is asked of the provider whose it is.
 *
 * INVARIANT: a plan on a target of one provider holds no call of another: such a plan is refused before it is stored,
 * and no provider is ever sent a call of another.
 */
import type { Call } from '../core/call.ts';
import { CountersignError } from '../core/errors.ts';
import type { Plan, PlanDraft, Target } from '../core/plan.ts';
import type { Provider, ProviderRules } from '../core/ports.ts';
import type { Rights } from '../core/rights.ts';

type Kind = Target['kind'];

/** @returns the one that a target of that kind is of; absent: the first. @throws EGRESS_REFUSED */
function chooser<One extends Pick<ProviderRules, 'name' | 'targets'>>(all: readonly [One, ...One[]]) {
  const refuse = (what: string) =>
    new CountersignError('EGRESS_REFUSED', `No provider of this process knows ${what}.`, 'Report this.');
  const ofKind = (kind: Kind | undefined): One => {
    if (kind === undefined) return all[0];
    const found = all.find(({ targets }) => targets.includes(kind));
    if (!found) throw refuse(`a target of the kind ${kind}`);
    return found;
  };
  const ofCall = ({ provider }: Pick<Call, 'provider'>): One => {
    const found = all.find(({ name }) => name === provider);
    if (!found) throw refuse(`a call of ${provider}`);
    return found;
  };
  return { ofKind, ofCall };
}

export function joinRules(all: readonly [ProviderRules, ...ProviderRules[]]): ProviderRules {
  const [first] = all;
  const { ofKind, ofCall } = chooser(all);
  return {
    ...first,
    targets: all.flatMap(({ targets }) => targets),
    factsOf: (target) => ofKind(target.kind).factsOf(target),
    placeOfAll: (target) => ofKind(target.kind).placeOfAll?.(target),
    completePlan: (earlier) => ofKind(earlier.target.kind).completePlan(earlier),
    describeEffects: (effects) => all.reduce((described, one) => one.describeEffects(described), [...effects]),
    holdsOf: (type) => all.map((one) => one.holdsOf(type)).find((holds) => holds !== 'unknown') ?? 'unknown',
    isRevisionType: (type) => all.some((one) => one.isRevisionType(type)),
    classify: (call) => (call.provider === undefined ? first : ofCall({ provider: call.provider })).classify(call),
    waysToKeep: (plan, losses) => ofKind(plan.target.kind).waysToKeep?.(plan, losses),
    wayBack: (plan, done, ended) =>
      ofKind(plan.target.kind).wayBack?.(plan, done, ended) ?? { calls: [], told: 'Its provider tells no way back.' },
    whereToLook: (target) => ofKind(target.kind).whereToLook(target),
    async knownTypes() {
      const known = await Promise.all(all.map((one) => one.knownTypes()));
      return {
        isKnownType: (type) => known.some((one) => one.isKnownType(type)),
        isKnownService: (service) => known.some((one) => one.isKnownService(service)),
      };
    },
  };
}

export function joinProviders(all: readonly [Provider, ...Provider[]]): Provider {
  const [first] = all;
  const { ofKind, ofCall } = chooser(all);
  /** SECURITY: rights are known to the provider that gave them, by the object. */
  const givenBy = new WeakMap<Rights, Provider>();
  const given = async (by: Provider, rights: Promise<Rights | null>) => {
    const taken = await rights;
    if (taken) givenBy.set(taken, by);
    return taken;
  };
  const must = (rights: Rights | null): Rights => rights!;
  return {
    ...first,
    ...joinRules(all),
    endpoint: (place) => ofKind(place.kind).endpoint(place),
    identity: (place) => ofKind(place.kind).identity(place),
    reader: Object.assign({}, ...all.map(({ reader }) => reader)),
    planners: all.flatMap((one) =>
      one.planners.map((planner) => ({
        ...planner,
        plan: async (...asked: Parameters<typeof planner.plan>) => ofOne(await planner.plan(...asked), one),
      })),
    ),
    recompute: async (plan, permit) => ofOne(await ofKind(plan.target.kind).recompute(plan, permit), ofPlan(plan)),
    whyGone: async (plan) => (await ofKind(plan.target.kind).whyGone?.(plan)) ?? null,
    leftoverOf: (plan) => (plan.calls[0] ? ofCall(plan.calls[0]).leftoverOf(plan) : null),
    removalOf: (target, since, dead) => ofKind(target.kind).removalOf(target, since, dead),
    discard: (leftover, at, permit) => ofKind(at.kind).discard(leftover, at, permit),
    ownRights: async (place) => {
      const by = ofKind((place as { kind?: Kind }).kind);
      return must(await given(by, by.ownRights(place)));
    },
    takeRights: async (plan, about) => must(await given(ofPlan(plan), ofPlan(plan).takeRights(plan, about))),
    widenRights: async (rights, refused) => {
      const by = givenBy.get(rights) ?? first;
      return given(by, by.widenRights(rights, refused));
    },
    signing: (call, rights) => ofCall(call).signing(call, rights),
    refusedFrom: (signing, call) => ofCall(call).refusedFrom(signing, call),
    clock: (call) => ofCall(call).clock(call),
    rehearse: (call, ...rest) => ofCall(call).rehearse(call, ...rest),
    send: (call, ...rest) => ofCall(call).send(call, ...rest),
    settle: (call, ...rest) => ofCall(call).settle(call, ...rest),
    madeBy: (call, output) => ofCall(call).madeBy(call, output),
    find: (call) => ofCall(call).find(call),
    follow: (plan, onEvent) => ofPlan(plan).follow(plan, onEvent),
    differences: (plan) => ofPlan(plan).differences(plan),
    lookBack: (call, plan, since) => ofCall(call).lookBack(call, plan, since),
  };

  function ofPlan({ target }: Pick<Plan, 'target'>): Provider {
    return ofKind(target.kind);
  }
}

function ofOne<Draft extends Pick<PlanDraft, 'target' | 'calls'>>(draft: Draft, one: ProviderRules): Draft {
  if (one.targets.includes(draft.target.kind) && draft.calls.every(({ provider }) => provider === one.name))
    return draft;
  throw new CountersignError(
    'EGRESS_REFUSED',
    `A plan of ${one.name} names a call of another provider.`,
    'Report this.',
  );
}
