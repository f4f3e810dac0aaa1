import { describe, expect, it } from 'vitest';
import {
  lossesOf,
  type Plan,
  type PlanDraft,
  planDifferences,
  planDigest,
  planDraftSchema,
  planSchema,
  sealPlan,
  sumsOf,
} from '../../src/core/plan.ts';
import { added, effect, gone, observing, onInstance, plan, removed } from '../guards/builders.ts';

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
const draft = (over: Partial<PlanDraft> = {}): PlanDraft => {
  const { target, calls, effects, observed, dryRun, recipe, notes } = plan();
  return { target, calls, effects, observed, dryRun, recipe, notes, ...over };
};

describe('the digest of a plan', () => {
  it.each<[string, Partial<Plan>]>([
    ['target', { target: { ...plan().target, name: 'other' } }],
    ['endpoint', { endpoint: 'sandbox:1' }],
    ['calls', { calls: [] }],
    ['effects', { effects: [] }],
    ['observed state', observing({ status: 'CREATE_COMPLETE' })],
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
    const { observed } = draft();
    const volume = { id: 'vol-1', deleteOnTermination: true, newestSnapshot: { id: 'snap-1', completedAt: '' } };
    const instance = onInstance([], { volumes: [volume] }).observed.instances![0]!;
    const resource = { id: 'sg-1', type: 'T', owner: { kind: 'stack' as const, name: 'x' }, tags: {}, facts: {} };
    const { stack } = observing({
      importedExports: [{ name: 'Url', importers: ['web'] }],
      recentlyDeleted: [{ stackId: 's', deletedAt: '', neverCompleted: true }],
    }).observed;
    const whole = draft({ observed: { ...observed, stack: stack!, instances: [instance], resources: [resource] } });
    expect(planDraftSchema.safeParse(whole).success).toBe(true);
    for (const wrong of [
      { more: 1 },
      { target: { ...whole.target, more: 1 } },
      { target: { ...whole.target, kind: 'account' } },
      { dryRun: { kind: 'guess', succeeded: true } },
      { dryRun: { ...whole.dryRun, more: 1 } },
      { recipe: { ...whole.recipe, more: 1 } },
      { observed: { ...observed, more: 1 } },
      { observed: { ...observed, identity: { ...observed.identity, more: 1 } } },
      { observed: { ...observed, stack: { ...observed.stack, more: 1 } } },
      { observed: { ...observed, stack: { ...stack, importedExports: [{ name: 'a', importers: [], more: 1 }] } } },
      { observed: { ...observed, stack: { ...stack, recentlyDeleted: [{ stackId: '', deletedAt: '', more: 1 }] } } },
      { observed: { ...observed, instances: [{ ...instance, more: 1 }] } },
      { observed: { ...observed, instances: [{ ...instance, volumes: [{ ...volume, more: 1 }] }] } },
      {
        observed: {
          ...observed,
          instances: [{ ...instance, volumes: [{ ...volume, newestSnapshot: { id: '', completedAt: '', more: 1 } }] }],
        },
      },
      { observed: { ...observed, resources: [{ ...resource, more: 1 }] } },
      { observed: { ...observed, resources: [{ ...resource, owner: { kind: 'person', name: 'x' } }] } },
      { observed: { ...observed, resources: [{ ...resource, owner: { kind: 'stack', name: 'x', more: 1 } }] } },
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
    const resource = { id: 'sg-1', type: 'T', owner: { kind, name: 'x' }, tags: {}, facts: {} };
    expect(parses({ observed: { ...draft().observed, resources: [resource] } })).toBe(true);
  }
});

describe('what differs from the signed plan', () => {
  it('is nothing for the same, whatever was only noted', () => {
    expect(planDifferences(draft(), draft({ notes: ['other'], recipe: { planner: 'x', input: 1 } }))).toEqual([]);
  });
  it.each<[string[], Partial<PlanDraft>]>([
    [['target'], { target: { ...draft().target, ids: [] } }],
    [['calls'], { calls: [] }],
    [['effects'], { effects: [] }],
    [['stack status'], observing({ status: 'UPDATE_ROLLBACK_COMPLETE' })],
    [['stack templateDigest', 'stack parameters'], observing({ parameters: { a: 'b' }, templateDigest: 'x' })],
    [['wantedTemplate'], { observed: { ...draft().observed, wantedTemplate: 'x' } }],
    [['calls', 'effects', 'stack tags'], { calls: [], effects: [], ...observing({ tags: { a: 'b' } }) }],
  ])('is named: %j', (expected, over) => {
    expect(planDifferences(draft(), draft(over)).sort()).toEqual([...expected].sort());
    expect(planDifferences(draft(over), draft()).sort()).toEqual([...expected].sort());
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
    expect(planDifferences(running, { ...running, observed: { ...running.observed, resources: [resource] } })).toEqual([
      'resources',
    ]);
    const other = { account: '1', arn: 'arn:aws:sts::1:assumed-role/executor/s' };
    expect(planDifferences(running, { ...running, observed: { ...running.observed, identity: other } })).toEqual([]);
  });
});

describe('what a plan does, in numbers', () => {
  it('counts creations, losses and the rest, and names what is lost in order', () => {
    const revision = effect({ kind: 'replace', revision: true });
    const unknown = effect({ kind: 'unknown', logicalId: 'Maybe' });
    const effects = [removed({ logicalId: 'Zed' }), gone(), added(), added(), added(), effect(), revision, unknown];
    expect(sumsOf(plan({ effects }))).toEqual({
      updated: 2,
      created: 3,
      lost: 3,
      losses: ['Maybe', 'Zed', 'shop-table'],
      sizeBefore: 9,
    });
  });
  it('loses nothing with a stack that never completed its creation', () => {
    const unfinished = plan({ effects: [gone()], ...observing({ neverCompleted: true, resourceCount: 0 }) });
    expect(lossesOf(unfinished)).toEqual([]);
    expect(sumsOf(unfinished)).toEqual({ updated: 0, created: 0, lost: 0, losses: [], sizeBefore: 0 });
  });
  it('takes the number of its effects for the size where there is no stack', () => {
    expect(sumsOf(onInstance(['StopInstances'], {}, [effect(), gone()]))).toMatchObject({ sizeBefore: 2, lost: 1 });
  });
});
