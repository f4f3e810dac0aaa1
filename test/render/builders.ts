/** A change of a plan, for the renderers. */

import type { Change } from '../../src/core/change.ts';
import { hold } from '../../src/core/guard.ts';
import type { Picture } from '../../src/core/picture.ts';
import type { Plan } from '../../src/core/plan.ts';
import { decide, type Verdict } from '../../src/core/verdict.ts';
import { awsRules } from '../../src/providers/aws/rules.ts';
import type { Subject } from '../../src/render/subject.ts';
import { NOW, plan as planOf } from '../guards/builders.ts';

const waiting: Verdict = { ...hold('approval', 1, 'needs 1 signature', ''), effects: [] };

export const changeOf = (plan: Plan, verdicts: Verdict[] = [waiting], over: Partial<Change> = {}): Change => ({
  id: 'chg_1',
  planId: plan.id,
  planDigest: plan.digest,
  planDocument: 'doc',
  target: plan.target,
  sponsor: 'alice',
  agent: 'some-client',
  goal: 'deploy',
  reason: 'as asked',
  ticket: null,
  judgement: decide(verdicts),
  sums: { updated: 0, created: 0, lost: 0, losses: [], sizeBefore: 0 },
  excluded: ['alice'],
  environment: 'production',
  proposedAt: NOW.toISOString(),
  approveBy: new Date(NOW.getTime() + 8 * 3_600_000).toISOString(),
  nonce: 'n',
  assurance: 'L0',
  digest: 'sha256:c',
  state: 'pending',
  approvals: [],
  explanation: null,
  executeBy: null,
  executeFrom: null,
  startedAt: null,
  last: null,
  abandoned: false,
  rights: null,
  outcome: null,
  differs: [],
  version: 1,
  ...over,
});

export const subjectOf = (
  over: Partial<Plan> = {},
  verdicts?: Verdict[],
  picture: Picture | null = null,
  change: Partial<Change> = {},
): Subject => {
  const plan = planOf(over);
  return {
    plan,
    change: changeOf(plan, verdicts, change),
    picture,
    knownAccounts: [],
    hosts: awsRules.hosts,
    now: NOW,
  };
};
