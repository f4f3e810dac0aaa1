import { describe, expect, it } from 'vitest';
import { digestOf } from '../../src/core/digest.ts';
import type { Effect } from '../../src/core/effect.ts';
import {
  lossesOf,
  planDifferences,
  planDigest,
  planDraftSchema,
  planSchema,
  sealPlan,
  seatKindOf,
  sumsOf,
  touchedBy,
  worstOf,
} from '../../src/core/plan.ts';

import {
  createdFunction,
  deletedFunction,
  deletedTable,
  effect,
  observedStack,
  onInstance,
  type PlanOver,
  plan,
} from '../guards/builders.ts';

const NOW = new Date('2026-11-24T12:00:00Z');
const made = {
  id: 'p1',
  tool: 't',
  sponsor: 'alice',
  agent: null,
  endpoint: 'aws',
  policyDigest: 'd',
  nonce: 'n',
  now: NOW,
};
const draft = (over: PlanOver = {}) => {
  const { target, action, subject, actor, calls, effects, observed, dryRun, recipe, notes } = plan(over);
  return { target, action, subject, actor, calls, effects, observed, dryRun, recipe, notes };
};

describe('the digest of a plan', () => {
  it.each<[string, PlanOver]>([
    ['target', { target: { ...plan().target, name: 'other' } }],
    ['endpoint', { endpoint: 'sandbox:1' }],
    ['calls', { calls: [] }],
    ['effects', { effects: [] }],
    ['observed state', observedStack({ status: 'CREATE_COMPLETE' })],
    ['policy', { policyDigest: 'other' }],
    ['nonce', { nonce: 'other' }],
  ])('covers the %s', (_what, over) => {
    expect(planDigest(plan(over))).not.toBe(planDigest(plan()));
  });
  it('does not cover what is about the plan and not of it', () => {
    const about = { id: 'q', tool: 'u', sponsor: null, agent: 'x', madeAt: 'm', expiresAt: 'e', notes: ['n'] };
    expect(planDigest(plan(about))).toBe(planDigest(plan()));
  });
});

describe('sealing', () => {
  it('dates the plan, gives it fifteen minutes and its digest, and makes the whole of the strict shape', () => {
    const sealed = sealPlan(draft(), made);
    expect(sealed).toMatchObject({ id: 'p1', sponsor: 'alice', policyDigest: 'd', nonce: 'n' });
    expect(sealed.madeAt).toBe('2026-11-24T12:00:00.000Z');
    expect(sealed.expiresAt).toBe('2026-11-24T12:15:00.000Z');
    expect(sealed.digest).toBe(planDigest(sealed));
    expect(planSchema.parse(sealed)).toEqual(sealed);
    expect(planSchema.safeParse({ ...sealed, more: 1 }).success).toBe(false);
  });
  it('takes no draft with anything unnamed in it', () => {
    const whole = draft();
    const { subject, actor } = whole;
    const resource = onInstance(['StopInstances']).subject.resources[0]!;
    expect(planDraftSchema.safeParse(whole).success).toBe(true);
    for (const wrong of [
      { more: 1 },
      { target: { ...whole.target, more: 1 } },
      { target: { ...whole.target, kind: 'account' } },
      { dryRun: { kind: 'guess', succeeded: true } },
      { dryRun: { ...whole.dryRun, more: 1 } },
      { recipe: { ...whole.recipe, more: 1 } },
      { action: 'improve' },
      { actor: { ...actor, more: 1 } },
      { subject: { ...subject, more: 1 } },
      { subject: { ...subject, lifecycle: 'asleep' } },
      { subject: { ...subject, itself: { type: 'T', ids: [], more: 1 } } },
      { subject: { ...subject, parent: { kind: 'friend', name: 'x' } } },
      { subject: { ...subject, parent: { kind: 'part', name: 'x', more: 1 } } },
      { subject: { ...subject, protectedFrom: ['thieves'] } },
      { subject: { ...subject, dependents: [{ name: 'a', users: [], more: 1 }] } },
      { subject: { ...subject, recentlyDeleted: [{ at: 'x', more: 1 }] } },
      { subject: { ...subject, resources: [{ ...resource, more: 1 }] } },
      { subject: { ...subject, resources: [{ ...resource, owner: { kind: 'person', name: 'x' } }] } },
    ])
      expect(planDraftSchema.safeParse({ ...whole, ...wrong }).success, JSON.stringify(wrong)).toBe(false);
  });
});

it('a draft may be of every word that there is for it', () => {
  const parses = (over: object) => planDraftSchema.safeParse({ ...draft(), ...over }).success;
  for (const kind of ['stack', 'resources']) expect(parses({ target: { ...draft().target, kind } })).toBe(true);
  for (const kind of ['change_set', 'dry_run', 'synthesised', 'no_change'])
    expect(parses({ dryRun: { kind, succeeded: true } })).toBe(true);
  for (const kind of ['stack', 'auto_scaling_group']) {
    const resource = { ...onInstance(['StopInstances']).subject.resources[0], owner: { kind, name: 'x' } };
    expect(parses({ subject: { ...draft().subject, resources: [resource] } })).toBe(true);
  }
});

it('the digest covers what guards read of a plan, by itself', () => {
  const signed = plan();
  const { subject, actor } = signed;
  for (const over of [
    { action: 'delete' as const },
    { subject: { ...subject, lifecycle: 'never_completed' as const } },
    { actor: { ...actor, role: 'other' } },
  ])
    expect(planDigest({ ...signed, ...over }), JSON.stringify(over)).not.toBe(planDigest(signed));
});

describe('what differs from the signed plan', () => {
  it('is what it does, and what was judged of its subject though nothing observed says so', () => {
    const signed = draft();
    expect(planDifferences(signed, { ...signed, action: 'delete' })).toEqual(['action']);
    const elsewhere = { ...signed, subject: { ...signed.subject, tags: { a: 'b' } } };
    expect(planDifferences(signed, elsewhere)).toEqual(['subject']);
  });
  it('is nothing for the same, whatever was only noted', () => {
    expect(planDifferences(draft(), draft({ notes: ['other'], recipe: { planner: 'x', input: 1 } }))).toEqual([]);
  });
  it.each<[string[], PlanOver]>([
    [['target'], { target: { ...draft().target, ids: [] } }],
    [['calls'], { calls: [] }],
    [['effects'], { effects: [] }],
    [['stack status'], observedStack({ status: 'UPDATE_ROLLBACK_COMPLETE' })],
    [['stack templateDigest', 'stack parameters'], observedStack({ parameters: { a: 'b' }, templateDigest: 'x' })],
    [['wantedTemplate'], { observed: { ...draft().observed, wantedTemplate: 'x' } }],
    [['calls', 'effects', 'stack tags'], { calls: [], effects: [], ...observedStack({ tags: { a: 'b' } }) }],
  ])('is named: %j', (expected, over) => {
    expect(planDifferences(draft(), draft(over)).sort()).toEqual([...expected].sort());
    expect(planDifferences(draft(over), draft()).sort()).toEqual([...expected].sort());
  });
  it('is the picture, where the signed plan has one', () => {
    const picture = (after: string) => ({
      version: 1 as const,
      items: [{ name: 'Fn', leaves: [{ path: 'Properties.Env', before: 'a', after }] }],
    });
    const sealed = sealPlan({ ...draft(), picture: picture('b') as never }, made);
    expect(sealed.pictureDigest).toBe(digestOf(picture('b')));
    expect(planDifferences(sealed, { ...draft(), picture: picture('b') as never })).toEqual([]);
    for (const other of [{ picture: picture('c') as never }, {}])
      expect(planDifferences(sealed, { ...draft(), ...other })).toEqual(['values before and after']);
    const ofOlder = sealPlan(draft(), made);
    expect(ofOlder).not.toHaveProperty('pictureDigest');
    expect(planDifferences(ofOlder, { ...draft(), picture: picture('c') as never })).toEqual([]);
  });
  it('names a value that is observed alone, without looking into it', () => {
    const observing = (value: string | null | string[]) => ({ ...draft(), observed: { template: value } });
    expect(planDifferences(observing('one'), observing('two'))).toEqual(['template']);
    expect(planDifferences(observing(['one']), observing(['two']))).toEqual(['template']);
    expect(planDifferences(observing(null), observing('two'))).toEqual(['template']);
    expect(planDifferences(observing('one'), observing('one'))).toEqual([]);
  });
  it('is everything of a stack that is gone, or new', () => {
    const { stack: _gone, ...without } = draft().observed;
    const gone = planDifferences(draft(), draft({ observed: without }));
    expect(gone).toContain('stack stackId');
    expect(gone).toContain('stack terminationProtection');
    expect(planDifferences(draft({ observed: without }), draft())).toEqual(gone);
  });
  it('names what EC2 tools observed, and not under whom', () => {
    const running = onInstance(['StopInstances']);
    const stopped = onInstance(['StopInstances'], { state: 'stopped' });
    expect(planDifferences(running, stopped)).toEqual(['instances']);
    const resource = { id: 'sg-1', type: 'T', owner: null, tags: {}, facts: {} };
    expect(
      planDifferences(running, plan({ ...running, observed: { ...running.observed, resources: [resource] } })),
    ).toEqual(['resources']);
    const other = { account: '1', arn: 'arn:aws:sts::1:assumed-role/executor/s' };
    expect(planDifferences(running, plan({ ...running, observed: { ...running.observed, identity: other } }))).toEqual(
      [],
    );
  });
});

describe('what a plan does, in numbers', () => {
  it('counts creations, losses and the rest, and names what is lost in order', () => {
    const revision = effect({ kind: 'replace', revision: true });
    const unknown = effect({ kind: 'unknown', logicalId: 'Maybe' });
    const effects = [
      deletedFunction({ logicalId: 'Zed' }),
      deletedTable(),
      createdFunction(),
      createdFunction(),
      createdFunction(),
      effect(),
      revision,
      unknown,
    ];
    expect(sumsOf(plan({ effects }))).toEqual({
      updated: 2,
      created: 3,
      lost: 3,
      losses: ['Maybe', 'Zed', 'shop-table'],
      sizeBefore: 9,
    });
  });
  it('loses nothing with a stack that never completed its creation', () => {
    const unfinished = plan({
      effects: [deletedTable()],
      ...observedStack({ neverCompleted: true, resourceCount: 0 }),
    });
    expect(lossesOf(unfinished)).toEqual([]);
    expect(sumsOf(unfinished)).toEqual({ updated: 0, created: 0, lost: 0, losses: [], sizeBefore: 0 });
  });
  it('takes the number of its effects for the size where there is no stack', () => {
    expect(sumsOf(onInstance(['StopInstances'], {}, [effect(), deletedTable()]))).toMatchObject({
      sizeBefore: 2,
      lost: 1,
    });
  });
});

describe('what a plan touches', () => {
  it('is each kind of effect on each resource once, in order, whatever the values', () => {
    const [b, a] = [effect({ logicalId: 'B' }), effect({ logicalId: 'A', kind: 'delete' })];
    expect(touchedBy(plan({ effects: [b, a, b] }))).toEqual(['delete A', 'update B']);
  });
  it('is the stack where nothing in it is told, and leaves it out where something is', () => {
    const { logicalId: _none, ...whole } = effect({ type: 'AWS::CloudFormation::Stack', physicalId: 'shop' });
    const itself: Effect = whole;
    expect(plan({ effects: [itself] }).subject.itself).not.toBeNull();
    expect(touchedBy(plan({ effects: [itself] }))).toEqual(['update shop']);
    expect(touchedBy(plan({ effects: [itself, effect()] }))).toEqual(['update Fn']);
  });
  it('is the calls where no effect is told', () => {
    expect(touchedBy(plan({ effects: [] }))).toEqual(['ExecuteChangeSet']);
  });
});

describe('how bad a plan can be', () => {
  const both = (over: PlanOver) => [worstOf(plan(over)), seatKindOf(plan(over))];
  it('is the worst of its effects', () => {
    expect(both({ effects: [effect(), deletedFunction()] })).toEqual(['recoverable', 'recoverable']);
    expect(both({ effects: [deletedTable(), deletedFunction()] })).toEqual(['irreversible', 'irreversible']);
    expect(both({ effects: [] })).toEqual(['reversible', 'reversible']);
  });
  it('is unknown with one effect of unknown kind, and counts as irreversible', () => {
    expect(both({ effects: [effect(), effect({ kind: 'unknown' })] })).toEqual(['unknown', 'irreversible']);
    expect(both({ effects: [effect({ reversibility: 'unknown' })] })).toEqual(['unknown', 'irreversible']);
  });
  it('is nothing in a stack that never worked', () => {
    const unborn = {
      effects: [deletedTable(), effect({ kind: 'unknown' })],
      ...observedStack({ neverCompleted: true }),
    };
    expect(both(unborn)).toEqual(['reversible', 'reversible']);
  });
});

it('the picture of a plan is named as a document of that kind', () => {
  expect(planSchema.shape.pictureDigest.unwrap().meta()).toEqual({ names: 'picture' });
});
