import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { guards } from '../../guards/index.ts';
import type { Mark } from '../../src/core/mark.ts';
import { openLedger } from '../../src/ledger/sqlite/store.ts';
import { createPolicyPort } from '../../src/policy/port.ts';
import { providerRules } from '../../src/providers/index.ts';
import { effect, instance, NOW, PROD, plan, policyWith, read, resourcePlan, stack } from './plans.ts';

const home = mkdtempSync(join(tmpdir(), 'countersign-facts-'));
const ledger = openLedger(home, () => NOW);
afterAll(() => {
  ledger.close();
  rmSync(home, { recursive: true, force: true });
});
const portFor = (text: string | null, over: { actsAs?: string[]; now?: Date; sponsor?: string } = {}) =>
  createPolicyPort({
    policy: text === null ? null : read(text),
    guards,
    provider: providerRules,
    ledger,
    isHypothetical: true,
    caller: { sponsor: over.sponsor ?? 'alice', actsAs: over.actsAs ?? ['countersign'] },
    now: () => over.now ?? NOW,
  });
const judge = async (text: string | null, about = plan(), over = {}) => portFor(text, over).judgeFor(about, 'propose');
const factsOf = async (...of: Parameters<typeof judge>) => (await judge(...of)).facts;

describe('who fills no seat', () => {
  const seenAs = (arn: string) => plan({ observed: { identity: { account: PROD, arn }, stack: stack() } });
  it('is the sponsor, and whoever the server’s user is', async () => {
    expect((await judge(policyWith())).excluded).toEqual(['alice']);
    expect((await judge(policyWith(), plan(), { actsAs: ['Bob'] })).excluded).toEqual(['alice', 'bob']);
  });
  it('is whoever AWS told that the server’s session is', async () => {
    const { excluded, facts } = await judge(
      policyWith(),
      seenAs(`arn:aws:sts::${PROD}:assumed-role/Dev/carol@acme.com`),
    );
    expect(excluded).toEqual(['alice', 'carol']);
    expect(facts.approvers.map(({ name }) => name)).toEqual(['bob']);
    expect((await judge(policyWith(), seenAs(`arn:aws:iam::${PROD}:user/ops/bob`))).excluded).toEqual(['alice', 'bob']);
  });
});

describe('facts from the policy', () => {
  it('raise a guard in a scope, where it then is not only observed', async () => {
    const scopes = '  - { account: prod, stacks: ["shop-*"], raise: { recreate: deny, intent: 3 } }';
    const text = policyWith('guards: { recreate: { mode: observe }, rate: { production: { mode: observe } } }', {
      scopes,
    });
    expect((await factsOf(text)).adjustments).toEqual({
      recreate: { raise: { outcome: 'deny' } },
      intent: { raise: { outcome: 'hold', seats: 3 } },
      rate: { observe: true },
    });
  });
  it('name exceptions of this stack until the end of their last day', async () => {
    const text = policyWith(`exceptions:
  - { guard: recreate, stack: shop-api, resource: Fn, until: 2026-11-24, owner: carol, reason: one }
  - { guard: recreate, stack: shop-web, resource: Fn, until: 2026-11-24, owner: carol, reason: another stack }
  - { guard: recreate, account: dev, stack: shop-api, resource: Fn, until: 2026-11-24, owner: carol, reason: another account }
  - { guard: recreate, resource: i-1, until: 2026-11-24, owner: carol, reason: no stack }`);
    const reasons = async (...of: Parameters<typeof judge>) =>
      (await factsOf(...of)).exceptions.map(({ reason }) => reason);
    expect(await reasons(text, plan(), { now: new Date('2026-11-24T23:59:59Z') })).toEqual(['one']);
    expect(await reasons(text, plan(), { now: new Date('2026-11-25T00:00:00Z') })).toEqual([]);
    expect(await reasons(text, resourcePlan([instance()]))).toEqual(['no stack']);
  });
  it('place what marks reach by the scope of its owner, or outside of every scope; the rest stays production', async () => {
    const text = policyWith('', {
      scopes: `  - { account: prod, stacks: ["shop-*"] }
  - { account: prod, stacks: ["pr-*"], environment: disposable }
  - { account: dev, stacks: ["*"], environment: development }
  - { account: prod, stacks: ["maybe"], tags: { a: b }, environment: disposable }`,
    });
    const reaching = (id: string, owner?: string | null): Mark => ({
      kind: 'reach',
      path: 'Properties.X',
      text: 'x',
      target: { id, ...(owner === undefined ? {} : { stack: owner }) },
    });
    const marks = [
      reaching('sg-1', 'pr-7'),
      reaching('sg-2', 'shop-db'),
      reaching('sg-3', 'unknown'),
      reaching('sg-4'),
      reaching('sg-5', null),
      reaching('sg-6', 'maybe'),
      reaching('arn:aws:sqs:us-east-1:222222222222:q', 'any'),
    ];
    expect((await factsOf(text, plan({ effects: [effect({ marks })] }))).reached).toEqual({
      'sg-1': 'disposable',
      'sg-2': 'production',
      'sg-3': 'out_of_scope',
      'arn:aws:sqs:us-east-1:222222222222:q': 'development',
    });
  });
  it('tell the tags that decide, freezes in force, and that a management account is one', async () => {
    const text = policyWith(
      'freezes: [{ account: prod, from: 2026-11-24T00:00, to: 2026-11-25T00:00, reason: fair }]',
      {
        scopes: '  - { account: dev, stacks: ["*"], tags: { team: shop } }\n  - { account: prod, stacks: ["*"] }',
      },
    );
    const facts = await factsOf(text);
    expect(facts.decidingTags).toEqual(['environment', 'team']);
    expect(facts.freezes).toEqual([{ text: 'fair', until: '2026-11-25T00:00 UTC' }]);
    const managed = policyWith('', { scopes: '  - { account: dev, stacks: ["*"] }' }).replace(
      'regions: [eu-west-1] }',
      'regions: [eu-west-1], management: true }',
    );
    expect(await factsOf(managed)).toMatchObject({ account: { management: true, regions: [] }, scope: null });
  });
  it('carry what the own rules say, with the tags that they read among those that decide', async () => {
    const folder = new URL('../../examples/rules/', import.meta.url).pathname;
    const text = policyWith(`rules: ["${folder}keys-stay.cedar", "${folder}critical-tag.cedar"]`);
    const facts = await factsOf(text, plan({ effects: [effect({ kind: 'delete', type: 'AWS::KMS::Key' })] }));
    expect(facts.rules).toMatchObject([{ id: 'keys-stay', outcome: 'deny', effects: ['Fn'] }]);
    expect(facts.decidingTags).toContain('criticality');
    expect((await factsOf(text)).rules).toEqual([]);
  });
  it('without a policy are production, and plans only', async () => {
    expect(await factsOf(null)).toMatchObject({
      environment: 'production',
      scope: { execute: 'plan_only' },
      rules: [],
    });
  });
});

describe('describe_policy', () => {
  it('tells scopes, seats, who can sign, freezes, exceptions, what is observed, and halt', async () => {
    const text = policyWith(`guards: { recreate: { mode: observe } }
freezes: [{ environment: production, from: 2026-12-18T18:00, to: 2027-01-04T08:00, reason: year end }]
exceptions: [{ guard: recreate, stack: shop-api, resource: Fn, until: 2026-11-30, owner: carol, reason: OPS-1 }]
seats: { production: { reversible: 1, recoverable: 2, irreversible: { seats: 2, include: [data] } } }`);
    expect(await portFor(text).describe()).toMatchObject({
      policy: 'in force',
      sponsor: 'alice (claimed)',
      halt: 'running',
      assurance: 'L0',
      seats: { production: { reversible: 1, recoverable: 2, irreversible: '2, data among them', within: '8h' } },
      approvers: ['bob (sre)', 'carol (data)'],
      scopes: [{ reach: 'prod: stack shop-*', environment: 'production', create: false, execute: 'by_command' }],
      freezes: ['production from 2026-12-18T18:00 until 2027-01-04T08:00 UTC: year end'],
      exceptions: ['recreate: shop-api/Fn until 2026-11-30 by carol: OPS-1'],
      observed: ['recreate: in the last 7 days it would have denied 0 plans and held 0'],
      budgets_left: { production: { hour: { changes: 20, lost: 20 }, day: { lost: 50 } } },
    });
  });
  it('tells what is denied whatever people say, what is left to execute, and no names of guards', async () => {
    const told = await portFor(
      policyWith('guards: { recreate: { mode: observe }, rate: { production: 3/h } }'),
    ).describe();
    const denied = (told.denied as string[]).join('\n');
    expect(denied).toMatch(/by its id/);
    expect(denied).toMatch(/neither retained nor backed up/);
    expect(denied).toMatch(/\benvironment\b/);
    expect(denied).not.toMatch(/recreating/);
    expect(told.executions_left_this_hour).toEqual({ production: 3 });
    expect(told).not.toHaveProperty('guards');
    const standard = await portFor(policyWith()).describe();
    expect((standard.denied as string[]).join('\n')).toMatch(/deleting and recreating/);
    expect(JSON.stringify(standard).length).toBeLessThanOrEqual(1_800);
  });
  it('stays within 4,000 characters, and says what it left out', async () => {
    const scopes = Array.from({ length: 200 }, (_, index) => `  - { account: prod, stacks: ["shop-${index}"] }`).join(
      '\n',
    );
    const told = await portFor(policyWith('', { scopes })).describe();
    expect(JSON.stringify(told).length).toBeLessThanOrEqual(4_000);
    const kept = (told.scopes as unknown[]).length;
    expect(kept).toBeGreaterThan(5);
    expect(told.left_out).toEqual({ scopes: 200 - kept });
  });
});
