/** The state of a change is the fold of its events. */
import { describe, expect, it } from 'vitest';
import {
  approvalSchema,
  brokenGlassOf,
  changeDigest,
  onePersonLabels,
  type Proposal,
  proposalSchema,
  stateSentence,
  whyNotAlone,
} from '../../src/core/change.ts';
import { absoluteTime } from '../../src/core/instant.ts';
import { type ChangeEvent, foldChange } from '../../src/core/lifecycle.ts';

const PROPOSED_AT = '2026-11-24T12:00:00.000Z';
const at = (minutes: number) => new Date(Date.parse(PROPOSED_AT) + minutes * 60_000);
const proposal = (over: Partial<Proposal> = {}): Proposal => ({
  id: 'chg_1',
  planId: 'plan_1',
  planDigest: 'sha256:p',
  planDocument: 'sha256:d',
  target: { kind: 'stack', account: '1', region: 'r', name: 'shop', ids: [] },
  sponsor: 'alice',
  agent: null,
  goal: 'fix',
  reason: 'because',
  ticket: null,
  judgement: { decision: 'needs_approval', verdicts: [], seats: 2, roles: ['sre'] },
  sums: { updated: 1, created: 0, lost: 0, losses: [], sizeBefore: 9 },
  excluded: ['alice'],
  environment: 'production',
  proposedAt: PROPOSED_AT,
  approveBy: at(480).toISOString(),
  nonce: 'n',
  assurance: 'L0',
  ...over,
});
const signature = (person: string, decision: 'approve' | 'reject' = 'approve') => ({
  decision,
  person,
  keyFingerprint: `SHA256:${person}`,
  roles: [],
  statement: 's',
  signature: 'x',
});
const outcome = (state: 'succeeded' | 'failed' | 'rolled_back' | 'unknown') => ({
  outcome: { state, detail: '', credentials: 'confined', calls: [] },
});
type Happening = [kind: string, body?: unknown, minutes?: number];

/** Its events, numbered from 1, the proposal first; two approvals fill its seats. */
function folded(happenings: Happening[], now = at(1), first: Partial<Proposal> = {}) {
  const events: ChangeEvent[] = [['change.proposed', proposal(first), 0] as Happening, ...happenings].map(
    ([kind, body = {}, minutes = 0], index) => ({ seq: index + 1, at: at(minutes).toISOString(), kind, body }),
  );
  return foldChange(events, now, ({ judgement }, approvals) => approvals.length >= judgement.seats);
}
const approved: Happening[] = [
  ['change.approved', signature('bob'), 10],
  ['change.approved', signature('carol'), 20],
];

describe('a change', () => {
  it('is nothing before it was proposed', () => {
    const events = [{ seq: 1, at: PROPOSED_AT, kind: 'change.withdrawn', body: {} }];
    expect(foldChange(events, at(0), () => true)).toBeUndefined();
  });
  it('is pending until its last seat is filled, and from then to be executed within an hour', () => {
    expect(folded([])).toMatchObject({
      state: 'pending',
      version: 1,
      approvals: [],
      executeBy: null,
      startedAt: null,
      outcome: null,
      explanation: null,
    });
    expect(folded(approved.slice(0, 1), at(15))).toMatchObject({ state: 'pending', executeBy: null, version: 2 });
    const change = folded(approved, at(25));
    expect(change).toMatchObject({ state: 'approved', version: 3, executeBy: at(80).toISOString() });
    expect(change?.approvals.map(({ person, at: when }) => [person, when])).toEqual([
      ['bob', at(10).toISOString()],
      ['carol', at(20).toISOString()],
    ]);
  });
  it('that needs one seat is pending until that is filled', () => {
    const judgement = { decision: 'needs_approval' as const, verdicts: [], seats: 1, roles: [] };
    expect(folded([], at(1), { judgement })).toMatchObject({ state: 'pending', executeBy: null });
    expect(folded(approved.slice(0, 1), at(15), { judgement })?.state).toBe('approved');
  });
  it('is approved at once when it needs no seat', () => {
    const judgement = { decision: 'pass' as const, verdicts: [], seats: 0, roles: [] };
    expect(folded([], at(1), { judgement })).toMatchObject({ state: 'approved', executeBy: at(60).toISOString() });
  });
  it.each(['denied', 'plan_only'] as const)(
    'that was %s when it was proposed is denied, whoever signs it',
    (decision) => {
      const judgement = { decision, verdicts: [], seats: 0, roles: [] };
      const change = folded([['change.approved', signature('bob'), 1]], at(2), { judgement });
      expect(change).toMatchObject({
        state: 'denied',
        executeBy: null,
        explanation: expect.stringContaining('guards'),
      });
    },
  );
  it('is rejected by one rejection, which further approvals do not mend', () => {
    const rejected: Happening = ['change.rejected', signature('carol', 'reject'), 5];
    expect(folded([rejected])).toMatchObject({ state: 'rejected', explanation: 'rejected by carol' });
    expect(folded([rejected, ...approved])).toMatchObject({ state: 'rejected', executeBy: null });
    expect(folded([rejected], at(10_000))?.state).toBe('rejected');
  });
  it.each(['withdrawn', 'stale', 'closed'] as const)('that is %s says why', (state) => {
    expect(folded([[`change.${state}`, { why: 'this is why' }]])).toMatchObject({ state, explanation: 'this is why' });
    expect(folded([[`change.${state}`]])).toMatchObject({ state, explanation: '' });
    expect(folded([...approved, [`change.${state}`, { why: 'y' }, 30]], at(10_000))?.state).toBe(state);
  });
  it('executes from when its execution began, and ends as its outcome says', () => {
    const executing: Happening[] = [...approved, ['change.executing', {}, 30]];
    expect(folded(executing, at(10_000))).toMatchObject({ state: 'executing', startedAt: at(30).toISOString() });
    for (const state of ['succeeded', 'failed', 'rolled_back', 'unknown'] as const)
      expect(folded([...executing, ['change.finished', outcome(state), 31]])).toMatchObject({
        state,
        outcome: { state },
        version: 5,
      });
  });
  it('is moved by its newest event of any kind, and by no kind that it does not know', () => {
    expect(folded([['change.progress', { text: 'x' }, 3]])).toMatchObject({ state: 'pending', version: 2 });
  });
  it('takes nothing for an approval, an outcome or a proposal that is not of that shape', () => {
    expect(() => folded([['change.approved', { person: 'bob' }]])).toThrow();
    expect(() => folded([['change.approved', { ...signature('bob'), more: 1 }]])).toThrow();
    expect(() => folded([['change.approved', { ...signature('bob'), decision: 'perhaps' }]])).toThrow();
    expect(() => folded([['change.rejected', { person: 'bob' }]])).toThrow();
    expect(() => folded([['change.finished', { outcome: { state: 'fine' } }]])).toThrow();
    expect(() => folded([['change.finished', { outcome: { ...outcome('failed').outcome, more: 1 } }]])).toThrow();
    expect(() =>
      folded([['change.finished', { outcome: { ...outcome('failed').outcome, credentials: 'x' } }]]),
    ).toThrow();
    const made = { step: 's', operation: 'o', outcome: 'done' };
    const withCalls = (call: unknown) => ({ outcome: { ...outcome('failed').outcome, calls: [call] } });
    expect(folded([['change.finished', withCalls(made)]])?.outcome?.calls).toEqual([made]);
    expect(() => folded([['change.finished', withCalls({ ...made, more: 1 })]])).toThrow();
    expect(() => folded([['change.finished', withCalls({ ...made, outcome: 'x' })]])).toThrow();
    expect(proposalSchema.safeParse(proposal()).success).toBe(true);
    for (const wrong of [{ more: 1 }, { environment: 'x' }, { goal: 'x' }, { sums: { ...proposal().sums, more: 1 } }])
      expect(proposalSchema.safeParse({ ...proposal(), ...wrong }).success).toBe(false);
  });
});

describe('the two clocks of a change', () => {
  it('end what nobody approved in time, and not a moment sooner', () => {
    expect(folded([], at(480))?.state).toBe('pending');
    const late = folded(approved.slice(0, 1), new Date(at(480).getTime() + 1));
    expect(late).toMatchObject({
      state: 'expired',
      explanation: expect.stringContaining(absoluteTime(at(480).toISOString())),
    });
  });
  it('end what was approved and not executed within the hour, and not a moment sooner', () => {
    expect(folded(approved, at(80))?.state).toBe('approved');
    const late = folded(approved, new Date(at(80).getTime() + 1));
    expect(late).toMatchObject({
      state: 'expired',
      explanation: expect.stringContaining(absoluteTime(at(80).toISOString())),
    });
  });
  it('do not end an approved change when only the time to approve is over', () => {
    const lateApproval: Happening[] = [
      ['change.approved', signature('bob'), 479],
      ['change.approved', signature('carol'), 480],
    ];
    expect(folded(lateApproval, at(500))?.state).toBe('approved');
  });
});

describe('the digest that people sign', () => {
  const judgement = proposal().judgement;
  it.each<[string, Partial<Proposal>]>([
    ['id', { id: 'chg_2' }],
    ['plan', { planDigest: 'sha256:q' }],
    ['sponsor', { sponsor: 'bob' }],
    ['goal', { goal: 'deploy' }],
    ['reason', { reason: 'other' }],
    ['number of seats', { judgement: { ...judgement, seats: 1 } }],
    ['roles of the seats', { judgement: { ...judgement, roles: [] } }],
    ['time to approve', { approveBy: at(481).toISOString() }],
    ['nonce', { nonce: 'm' }],
  ])('covers the %s', (_what, over) => {
    expect(changeDigest(proposal(over))).not.toBe(changeDigest(proposal()));
    expect(folded([], at(0), over)?.digest).toBe(changeDigest(proposal(over)));
  });
});

describe('an execution whose end is not recorded', () => {
  const silentFor = (happenings: Happening[], minutes: number) =>
    folded([...approved, ['change.executing', {}, 30], ...happenings], at(30 + minutes));
  it('is as its newest event says: nothing begun, a call begun, a call accepted, or progress of it', () => {
    expect(silentFor([], 1)).toMatchObject({
      state: 'executing',
      abandoned: false,
      last: { at: at(30).toISOString(), kind: 'change.executing', call: null },
      explanation: expect.stringContaining('no call had been sent'),
    });
    const begun: Happening = ['call.intended', { operation: 'DeleteStack' }, 30];
    expect(silentFor([begun], 1)).toMatchObject({
      abandoned: false,
      last: { kind: 'call.intended', call: 'DeleteStack' },
      explanation: expect.stringMatching(/^DeleteStack was sent .* no outcome was recorded$/),
    });
    const accepted: Happening[] = [begun, ['call.returned', { outcome: 'done' }, 30]];
    expect(silentFor(accepted, 1)).toMatchObject({
      last: { kind: 'call.returned', call: 'DeleteStack' },
      explanation: expect.stringMatching(/^DeleteStack was accepted/),
    });
    expect(silentFor([...accepted, ['change.progress', { text: 'x' }, 30]], 1)).toMatchObject({
      last: { kind: 'change.progress', call: 'DeleteStack' },
      explanation: expect.stringMatching(/^DeleteStack was accepted/),
    });
  });
  it.each<[string, Happening[], number]>([
    ['nothing was begun', [], 2],
    ['a call was begun', [['call.intended', { operation: 'DeleteStack' }, 30]], 2],
    ['a call was accepted', [['call.returned', { operation: 'DeleteStack' }, 30]], 30],
    ['there was progress', [['change.progress', { text: 'x' }, 30]], 30],
  ])(
    'is taken for abandoned when %s and then silence for long, and not a moment sooner',
    (_what, happened, minutes) => {
      expect(silentFor(happened, minutes)).toMatchObject({ abandoned: false });
      const moment = new Date(at(30 + minutes).getTime() + 1);
      const late = folded([...approved, ['change.executing', {}, 30], ...happened], moment);
      expect(late).toMatchObject({ state: 'executing', abandoned: true });
      expect(late?.explanation).toMatch(/\. The executor/);
      expect(silentFor(happened, minutes)?.explanation).not.toMatch(/executor/);
    },
  );
  it('knows nothing of that once it has ended, or before it began', () => {
    const ended = silentFor([['change.finished', outcome('failed'), 31]], 100);
    expect(ended).toMatchObject({ state: 'failed', last: null, abandoned: false });
    expect(folded([['change.progress', { operation: 'x' }, 1]])).toMatchObject({ last: null, abandoned: false });
  });
});

it('a proposal and an outcome may be of every word that there is for them', () => {
  for (const environment of ['production', 'development', 'disposable'])
    expect(proposalSchema.safeParse({ ...proposal(), environment }).success).toBe(true);
  for (const credentials of ['confined', 'unconfined'])
    for (const done of ['done', 'failed', 'unknown']) {
      const calls = [{ step: 's', operation: 'o', outcome: done }];
      const body = { outcome: { ...outcome('failed').outcome, credentials, calls } };
      expect(folded([['change.finished', body]])?.outcome).toEqual(body.outcome);
    }
});

const standing = (over: object = {}) => ({ ...signature('bob'), isVoid: false, ...over }) as never;
const brokenGlass = { opened: 7, until: '2026-11-24T13:00:00.000Z' };

describe('an approval by a break-glass key', () => {
  const of = (...approvals: never[]) => brokenGlassOf({ approvals });
  it('is one that stands, approves, and was given by such a key', () => {
    expect(of(standing(), standing({ person: 'dan', brokenGlass }))).toMatchObject({ person: 'dan', brokenGlass });
    expect(of(standing())).toBeUndefined();
    expect(of(standing({ brokenGlass, isVoid: true }))).toBeUndefined();
    expect(of(standing({ brokenGlass, decision: 'reject' }))).toBeUndefined();
  });
  it('is labelled with its holder and its end, before solo mode is', () => {
    const onePerson = { person: 'ann', waitSeconds: 600 };
    expect(onePersonLabels({ approvals: [standing({ brokenGlass })], onePerson })).toEqual([
      `break-glass: bob alone, until ${absoluteTime(brokenGlass.until)}; its review must be closed`,
    ]);
    expect(onePersonLabels({ approvals: [standing()], onePerson })).toEqual([
      'one person (solo mode): ann approves alone, and the change waits 10 minutes',
    ]);
    expect(onePersonLabels({ approvals: [standing()], onePerson: undefined })).toEqual([]);
  });
  it('says when it was opened and until when it counts', () => {
    const { success } = approvalSchema.safeParse({ ...signature('bob'), brokenGlass });
    expect(success).toBe(true);
    expect(approvalSchema.safeParse({ ...signature('bob'), brokenGlass: {} }).success).toBe(false);
  });
});

describe('one person who was to decide alone', () => {
  const onePerson = { person: 'ann', waitSeconds: 600 };
  const change = (over: object = {}) =>
    ({ onePerson, approvals: [], judgement: proposal().judgement, ...over }) as Parameters<typeof whyNotAlone>[0];
  it('still does under the same rule, or one that waits less', () => {
    expect(whyNotAlone(change(), onePerson)).toBeNull();
    expect(whyNotAlone(change(), { person: 'ann', waitSeconds: 60 })).toBeNull();
  });
  it('no longer does once the policy names another person or none, or asks for a longer wait', () => {
    expect(whyNotAlone(change(), null)).toBe('The policy no longer lets ann approve alone.');
    expect(whyNotAlone(change(), { person: 'bob', waitSeconds: 600 })).toContain('no longer lets ann');
    expect(whyNotAlone(change(), { person: 'ann', waitSeconds: 660 })).toContain('a wait of 11 minutes');
  });
  it('is not asked about where nobody was to, no approval is needed, or glass was broken', () => {
    expect(whyNotAlone(change({ onePerson: undefined }), null)).toBeNull();
    expect(whyNotAlone(change({ judgement: { ...proposal().judgement, seats: 0 } }), null)).toBeNull();
    expect(whyNotAlone(change({ approvals: [standing({ brokenGlass })] }), null)).toBeNull();
  });
  it('is named in the proposal with the wait', () => {
    expect(proposalSchema.safeParse(proposal({ onePerson })).success).toBe(true);
    expect(proposalSchema.safeParse({ ...proposal(), onePerson: {} }).success).toBe(false);
  });
});

it('each state has its sentence', () => {
  expect(stateSentence('expired')).toBe('The change has expired');
  expect(stateSentence('rolled_back')).toBe('The change was rolled back');
});
it('the documents of a proposal are named by what they are', () => {
  expect(proposalSchema.shape.planDocument.meta()).toEqual({ names: 'plan' });
});
