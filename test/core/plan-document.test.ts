/** Plans of earlier versions: read as what they are, never as what somebody made of them. */
import { expect, it } from 'vitest';
import { digestOf, type Json } from '../../src/core/digest.ts';
import { planDifferences, planDigest } from '../../src/core/plan.ts';
import { readPlan } from '../../src/core/plan-document.ts';
import { providerRules } from '../../src/providers/index.ts';
import {
  type AwsPlan,
  creating,
  deletedTable,
  deleting,
  judged,
  onInstance,
  plan,
  terminating,
} from '../guards/builders.ts';

const { completePlan } = providerRules;
const read = (document: unknown, digest: string) => readPlan(document as Json, digest, completePlan);
/** As 0.x wrote it: without what guards read now, its calls without their provider. */
function earlier({ action: _a, subject: _s, actor: _r, calls, effects, ...rest }: AwsPlan) {
  const made = {
    ...rest,
    calls: calls.map(({ provider: _p, ...call }) => call),
    effects: effects.map(({ contents: _c, noBackup: _n, tagKeys: _t, ...effect }) => effect),
  };
  const { target, endpoint, observed, policyDigest, nonce } = made;
  const parts = { target, endpoint, calls: made.calls, effects: made.effects, observed, policyDigest, nonce };
  const digest = digestOf(parts as unknown as Json);
  return { document: { ...made, digest }, digest };
}

it.each([
  ['an update', plan()],
  ['a creation', creating()],
  ['a deletion', deleting([deletedTable()])],
  ['a rollback', plan({ tool: 'plan_stack_rollback' })],
  ['a stop', onInstance(['StopInstances'])],
  ['another size', onInstance(['StopInstances', 'ModifyInstanceAttribute', 'StartInstances'])],
  ['a termination', terminating()],
  ['a copy', onInstance(['CreateSnapshot'])],
])('%s of an earlier version is judged as one of this version, and differs in nothing', async (_what, now) => {
  const { document, digest } = earlier(now);
  const then = (await read(document, digest))!;
  expect(then.digest).toBe(digest);
  expect(planDifferences(then, now)).toEqual([]);
  expect(then.action).toBe(now.action);
  expect(judged(then)).toEqual(judged(now));
});

it('another document under that digest is none, of either version', async () => {
  const { document, digest } = earlier(deleting([deletedTable()]));
  expect(await read({ ...document, effects: [] }, digest)).toBeUndefined();
  const now = plan();
  const sealed = planDigest(now);
  expect(await read({ ...now, digest: sealed }, sealed)).toBeDefined();
  expect(await read({ ...now, digest: sealed, action: 'copy' }, sealed)).toBeUndefined();
  expect(await read(undefined, sealed)).toBeUndefined();
});
