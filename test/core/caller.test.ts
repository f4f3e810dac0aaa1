import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callerOfProcess, callerOfToken, overKeyOf } from '../../src/core/caller.ts';
import { openTestWorld, proposeFix, type TestWorld } from '../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

describe('one process answers for several people', () => {
  const partsOf = (sponsor: string | null, actsAs: string[] = []) => world.app.partsFor({ sponsor, actsAs });

  it('proposes for the one who asks, and lets that person fill no seat', async () => {
    const planned = await partsOf('bob', ['carol']).pipeline('plan_stack_update', {
      stack: 'cost-explorer-prod',
      set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 1024 }],
    });
    const planId = planned.ok ? planned.content.plan_id : planned.error;
    const proposed = await partsOf('bob', ['carol']).pipeline('propose_change', {
      plan_id: planId,
      goal: 'fix',
      reason: 'More memory.',
    });
    const change = await world.app.changes.find(String(proposed.ok && proposed.content.change_id));
    expect(change).toMatchObject({ sponsor: 'bob', excluded: ['bob', 'carol'] });
  });

  it('withdraws a change for its sponsor, and for nobody else', async () => {
    const id = await proposeFix(world);
    const answer = async (sponsor: string | null) => partsOf(sponsor).pipeline('withdraw_change', { change_id: id });
    expect(await answer('bob')).toMatchObject({ ok: false, error: { code: 'SPONSOR_UNKNOWN' } });
    expect(await answer(null)).toMatchObject({ ok: false, error: { code: 'SPONSOR_UNKNOWN' } });
    expect(await answer('alice')).toMatchObject({ ok: true, content: { state: 'withdrawn' } });
  });

  it('refuses another token’s withdrawal under a policy that is not in force', async () => {
    const id = await proposeFix(world);
    const { pipeline } = (await world.another()).partsFor({
      sponsor: 'alice',
      actsAs: [],
      signedIn: { as: 'https://login.example.com#a1', client: null },
    });
    const set = [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 2048 }];
    const planned = await pipeline('plan_stack_update', { stack: 'cost-explorer-prod', set });
    const own = await pipeline('propose_change', {
      plan_id: planned.ok && planned.content.plan_id,
      goal: 'fix',
      reason: 'More memory.',
    });
    await world.another({ policy: world.policyText.replace('signs_in_as: [bob]', 'signs_in_as: [bobby]') });
    const withdrawn = (change_id: unknown) => pipeline('withdraw_change', { change_id });
    expect(await withdrawn(id)).toMatchObject({ ok: false, error: { code: 'CONFIG_POLICY_CHANGED' } });
    expect((await world.app.changes.find(id)).state).toBe('pending');
    // What this very token proposed is its own under any policy.
    expect(await withdrawn(own.ok && own.content.change_id)).toMatchObject({
      ok: true,
      content: { state: 'withdrawn' },
    });
  });

  it('counts budgets for each of them', async () => {
    await proposeFix(world);
    const left = async (sponsor: string) => {
      const answer = await partsOf(sponsor).pipeline('describe_policy', {});
      return answer.ok ? answer.content.budgets_left : answer.error;
    };
    expect(await left('alice')).not.toEqual(await left('bob'));
  });
});

describe('the ways in', () => {
  it('takes the environment’s word, and over ssh that of the key, who also fills no seat', () => {
    const config = { sponsor: 'alice', actsAs: ['countersign'] };
    expect(callerOfProcess(config)).toEqual({ sponsor: 'alice', actsAs: ['countersign'] });
    expect(callerOfProcess({ ...config, sponsor: undefined }).sponsor).toBeNull();
    expect(callerOfProcess(overKeyOf('bob', config))).toEqual({ sponsor: 'bob', actsAs: ['countersign', 'bob'] });
  });
});

describe('a token', () => {
  const issuer = 'https://login.example.com';
  const people = { alice: { signs_in_as: [`${issuer}#a1`] }, bob: { signs_in_as: ['bob@example.com'] } };
  const sponsorOf = (subject: string, username: string) =>
    callerOfToken(
      { issuer, subject, client: 'c', isClientAlone: false, claims: { preferred_username: username } },
      { people, claim: 'preferred_username' },
      [],
    ).sponsor;

  it('names a person by issuer and subject, or by the claim of the policy', () => {
    expect(sponsorOf('a1', 'x')).toBe('alice');
    expect(sponsorOf('x', 'bob@example.com')).toBe('bob');
    expect(sponsorOf('a1', 'bob@example.com')).toBeNull();
  });

  it.each([`${issuer}#a1`, 'a1', 'alice', 'https://login.example.com#a1 ', 'BOB@example.com', ''])(
    'leaves the sponsor unknown for a claim that is spelled %s',
    (username) => {
      expect(sponsorOf('mallory', username)).toBeNull();
    },
  );
});
