/** What a recorded report is worth later: each way to make one count that should not is tried. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Client, StandingOfLevel } from '../../src/core/assurance.ts';
import { keysDigestOf, provenNow, sealedReport } from '../../src/policy/proven.ts';
import { openTestWorld, STACK, type TestWorld } from '../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const APART: Client = { kind: 'other_user', who: 'uid 1001', why: 'the client runs as uid 1001' };
const SAME: Client = { kind: 'same_user', who: 'uid 0', why: 'the client runs as the server’s own user' };
const levels = (...proven: StandingOfLevel['level'][]): StandingOfLevel[] =>
  (['L1', 'L2', 'L3', 'L4'] as const).map((level) => ({
    level,
    standing: proven.includes(level) ? 'proven' : 'unknown',
    why: 'a test',
  }));

const here = (client: Client = APART) => ({
  server: world.app.here.server,
  client: () => client,
  seal: world.app.here.seal,
});

async function report(more: Partial<Parameters<typeof sealedReport>[0]> = {}, seal = world.app.here.seal) {
  const body = sealedReport(
    {
      nonce: 'a'.repeat(32),
      sponsor: 'alice',
      client: APART,
      server: world.app.here.server,
      policyDigest: await world.app.policy.digest(),
      keysDigest: keysDigestOf(world.app.policyFile!.people),
      levels: levels('L1'),
      findings: [],
      ...more,
    },
    { seal },
  );
  await world.app.ledger.append({ kind: 'doctor.reported', body });
  return body;
}

async function now(
  more: Partial<Parameters<typeof provenNow>[1]> = {},
): Promise<{ assurance: string; voided: string | null }> {
  const app = world.app;
  return provenNow(app.ledger, {
    here: here(),
    sponsor: 'alice',
    policyDigest: await app.policy.digest(),
    people: app.policyFile!.people,
    now: new Date(),
    ...more,
  });
}
const HOURS = 3_600_000;

describe('a report proves its level', () => {
  it('while all that it was found under is so', async () => {
    await report();
    expect(await now()).toMatchObject({ assurance: 'L1', voided: null });
  });
  it('up to the first level that is not proven, and no further', async () => {
    await report({ levels: levels('L1', 'L2', 'L4') });
    expect(await now()).toMatchObject({ assurance: 'L2' });
    await report({ levels: levels('L2', 'L3', 'L4') });
    expect(await now()).toMatchObject({ assurance: 'L0', voided: null });
  });
  it('the newest counts, whatever an older one proved', async () => {
    await report({ levels: levels('L1', 'L2') });
    await report({ levels: levels() });
    expect(await now()).toMatchObject({ assurance: 'L0', voided: null });
  });
  it('before it has run there is none', async () => {
    expect(await now()).toMatchObject({ assurance: 'L0', voided: 'countersign doctor has not run' });
  });
});

describe('it proves nothing', () => {
  it('25 hours later, nor when it comes from the future', async () => {
    await report();
    expect(await now({ now: new Date(Date.now() + 23 * HOURS) })).toMatchObject({ assurance: 'L1' });
    expect(await now({ now: new Date(Date.now() + 25 * HOURS) })).toMatchObject({ assurance: 'L0' });
    expect(await now({ now: new Date(Date.now() - HOURS) })).toMatchObject({ assurance: 'L0' });
  });
  it('when it was forged: written without the seal of this state folder', async () => {
    await report({}, () => 'hmac:00');
    expect(await now()).toMatchObject({ assurance: 'L0', voided: expect.stringContaining('not made by a server') });
  });
  it('with the digest that the ledger shows of a call whose input was that very report', async () => {
    await report({}, world.app.keyedDigest);
    expect(await now()).toMatchObject({ assurance: 'L0', voided: expect.stringContaining('not made by a server') });
  });

  it('when one word of it was changed after it was sealed', async () => {
    const body = await report({ levels: levels() });
    await world.app.ledger.append({
      kind: 'doctor.reported',
      body: { ...body, levels: levels('L1', 'L2', 'L3', 'L4') },
    });
    expect(await now()).toMatchObject({ assurance: 'L0' });
  });
  it('after the policy has changed', async () => {
    await report();
    const app = await world.another({
      policy: world.policyText.replace('environment: development', 'environment: disposable'),
    });
    expect(await now({ policyDigest: await app.policy.digest() })).toMatchObject({
      assurance: 'L0',
      voided: 'the policy has changed',
    });
  });
  it('after a key has changed', async () => {
    await report();
    const people = world.app.policyFile!.people.map((one) =>
      one.name === 'bob' ? { ...one, keys: one.keys.slice(1) } : one,
    );
    expect(await now({ people })).toMatchObject({ assurance: 'L0', voided: 'a key has changed' });
  });
  it('on another host, or as another user of the server', async () => {
    await report();
    expect(await now({ here: { ...here(), server: 'guard (uid 1002) on elsewhere' } })).toMatchObject({
      assurance: 'L0',
      voided: expect.stringContaining('another host'),
    });
  });
  it('for another user than the one who made it', async () => {
    await report();
    const other: Client = { ...APART, who: 'uid 1002' };
    expect(await now({ here: here(other) })).toMatchObject({
      assurance: 'L0',
      voided: expect.stringContaining('another user'),
    });
    const elsewhere: Client = { kind: 'other_host', who: 'host', why: 'from 203.0.113.7' };
    expect(await now({ here: here(elsewhere) })).toMatchObject({ assurance: 'L0' });
  });
  it('for another sponsor', async () => {
    await report();
    expect(await now({ sponsor: 'bob' })).toMatchObject({ assurance: 'L0', voided: 'countersign doctor has not run' });
    expect(await now({ sponsor: null })).toMatchObject({ assurance: 'L0' });
  });
  it('for a client of the server’s own user, also when it was sealed with the stolen secret', async () => {
    await report({ client: SAME, levels: levels('L1', 'L2', 'L3', 'L4') });
    expect(await now({ here: here(SAME) })).toMatchObject({
      assurance: 'L0',
      voided: expect.stringContaining('not apart'),
    });
  });
  it('where the process cannot tell who its client is', async () => {
    await report();
    expect(await now({ here: undefined })).toMatchObject({ assurance: 'L0' });
    expect(await now({ here: here({ kind: 'unknown', who: 'unknown', why: 'untold' }) })).toMatchObject({
      assurance: 'L0',
    });
  });
});

it('a whole app that is started by its own user says L0 in plans and changes, whatever its ledger says', async () => {
  await report({ levels: levels('L1', 'L2', 'L3', 'L4') });
  const plan = await world.call('plan_stack_update', {
    stack: STACK,
    set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 1024 }],
  });
  expect(plan).toMatchObject({ assurance: 'L0' });
  const change = await world.call('propose_change', { plan_id: plan.plan_id, goal: 'fix', reason: 'more memory' });
  expect(change).toMatchObject({ assurance: 'L0' });
});
