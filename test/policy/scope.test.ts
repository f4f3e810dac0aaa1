import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/core/plan.ts';
import { isBeforePlanning, scopeFor, subjectsOf } from '../../src/policy/scope.ts';
import type { PlanOver } from '../guards/builders.ts';
import { DEV, effect, instance, PROD, plan, policyWith, read, resourcePlan, stack, unplanned } from './plans.ts';

const policy = read(
  policyWith('', {
    scopes: `  - { account: prod, stacks: ["shop-pay*"], execute: by_command, raise: { recreate: deny, intent: 2 } }
  - { account: prod, tags: { env: dev, team: shop }, environment: development, execute: by_runner }
  - { account: prod, stacks: ["shop-*"], execute: by_command }
  - { account: prod, ids: ["i-*"], environment: development, execute: by_command }
  - { account: dev, stacks: ["*"], environment: disposable, create: true, execute: by_runner }`,
  }),
);
const scopeOf = (about: Plan) => scopeFor(policy, subjectsOf(about), isBeforePlanning(about));
const stackPlan = (name: string, tags: Record<string, string>, over: PlanOver = {}) =>
  plan({
    target: { kind: 'stack', account: PROD, region: 'eu-west-1', name, ids: ['arn'] },
    observed: { identity: { account: PROD, arn: 'a' }, stack: stack({ stackName: name, tags }) },
    ...over,
  });
const SHOP_DEV = { env: 'dev', team: 'shop' };

describe('the scope of a stack', () => {
  it('is the first that matches by name', () => {
    expect(scopeOf(stackPlan('shop-payments', {}))?.raise).toEqual({ recreate: 'deny', intent: 2 });
    expect(scopeOf(stackPlan('shop-api', {}))?.raise).toEqual({});
    expect(scopeOf(stackPlan('search', {}))).toBeNull();
  });
  it('matches by tags when all of them match', () => {
    expect(scopeOf(stackPlan('search', SHOP_DEV))?.environment).toBe('development');
    expect(scopeOf(stackPlan('search', { env: 'dev' }))).toBeNull();
    expect(scopeOf(stackPlan('search', { ...SHOP_DEV, env: 'Dev' }))).toBeNull();
  });
  it('lies in the account and region that it names', () => {
    const there = { ...plan().target, name: 'anything' };
    expect(scopeOf(plan({ target: { ...there, account: DEV } }))?.environment).toBe('disposable');
    expect(scopeOf(plan({ target: { ...there, account: DEV, region: 'eu-north-1' } }))).toBeNull();
    expect(scopeOf(plan({ target: { ...there, account: '333333333333' } }))).toBeNull();
  });
  it('could be one by tags before they are known, and is judged as the strictest of them', () => {
    const target = { ...plan().target, name: 'search' };
    expect(scopeOf(unplanned({ target }))?.environment).toBe('development');
    expect(scopeOf(unplanned())?.environment).toBe('production');
    expect(scopeOf(unplanned({ target: { ...target, account: '333333333333' } }))).toBeNull();
  });
  it('is the stricter of before and after, so that no plan labels itself milder', () => {
    const labelled = (before: Record<string, string>, key: string, after: string) =>
      scopeOf(
        stackPlan('shop-api', before, {
          effects: [
            effect({
              kind: 'tag',
              type: 'AWS::CloudFormation::Stack',
              logicalId: undefined as never,
              physicalId: stack().stackId,
              properties: [{ path: `Tags.${key}`, after, replaces: 'never' }],
            }),
          ].map(({ logicalId: _none, ...rest }) => rest),
        }),
      );
    expect(labelled({ team: 'shop' }, 'env', 'dev')?.environment).toBe('production');
    expect(labelled(SHOP_DEV, 'env', 'prod')?.environment).toBe('production');
    expect(labelled(SHOP_DEV, 'colour', 'red')?.environment).toBe('development');
  });
});

describe('the scope of a resource', () => {
  it('of no stack is found by its id or its tags', () => {
    expect(scopeOf(resourcePlan([instance()]))?.text).toBe('prod: id i-*');
    expect(scopeOf(resourcePlan([instance({ tags: SHOP_DEV })]))?.text).toBe('prod: tagged env=dev and team=shop');
    expect(scopeOf(resourcePlan([instance({ id: 'vol-1' })]))).toBeNull();
  });
  it('of a stack is the scope of its stack, whatever its id', () => {
    const owned = (name: string) => instance({ owner: { kind: 'stack', name } });
    expect(scopeOf(resourcePlan([owned('shop-payments')]))?.environment).toBe('production');
    expect(scopeOf(resourcePlan([owned('search')]))).toBeNull();
  });
  it('that a stack left behind is nobody’s again', () => {
    const released = instance({ owner: { kind: 'stack', name: 'search', released: true } });
    expect(scopeOf(resourcePlan([released]))?.text).toBe('prod: id i-*');
  });
  it('that was not seen is out of reach, since a stack may own it', () => {
    const seen = instance();
    const about = resourcePlan([seen, instance({ id: 'i-2' })]);
    expect(scopeOf(plan({ ...about, observed: { ...about.observed, instances: [seen] } }))).toBeNull();
  });
  it('among several is the strictest, and out when one of them is', () => {
    const both = scopeOf(
      resourcePlan([
        instance({ tags: SHOP_DEV }),
        instance({ id: 'i-2', owner: { kind: 'stack', name: 'shop-payments' } }),
      ]),
    );
    expect(both).toMatchObject({ environment: 'production', execute: 'by_command', raise: { recreate: 'deny' } });
    expect(scopeOf(resourcePlan([instance(), instance({ id: 'vol-1' })]))).toBeNull();
  });
  it('could be any of its account before it is looked up', () => {
    const target = { ...resourcePlan([instance()]).target };
    expect(scopeOf(unplanned({ target }))?.environment).toBe('production');
    expect(scopeOf(unplanned({ target: { ...target, account: '333333333333' } }))).toBeNull();
  });
});
