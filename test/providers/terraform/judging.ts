/** A plan of a workspace before all guards, under the policy of production that asks for nothing of its own. */
import type { Guard } from '../../../src/core/guard.ts';
import type { Plan } from '../../../src/core/plan.ts';
import { ACTIONS, type ProviderFacts } from '../../../src/core/subject.ts';
import type { Goal, Judgement } from '../../../src/core/verdict.ts';
import type { Described } from '../../../src/providers/terraform/effects/index.ts';
import { allGuards, facts, judged, NOW } from '../../guards/builders.ts';

/** One call applies a plan file, whatever the plan does. */
export const provider: ProviderFacts = {
  allowedCalls: [
    { provider: 'terraform', service: 'terraform', operation: 'Apply', actions: ACTIONS, inputs: { plan: null } },
  ],
  toolFor: { update: 'plan_workspace', copy: 'plan_snapshot' },
  retainBy: 'a removed block with destroy = false',
};

export const planOf = ({ action, effects, subject, notes, protections, lowered }: Described): Plan => ({
  id: 'p',
  tool: 'plan_workspace',
  sponsor: 'alice',
  agent: null,
  endpoint: 'terraform',
  policyDigest: '',
  nonce: '',
  madeAt: NOW.toISOString(),
  expiresAt: new Date(NOW.getTime() + 900_000).toISOString(),
  digest: '',
  target: { kind: 'workspace', account: '1', region: 'r', name: 'prod', ids: ['prod'] },
  calls: [
    {
      step: 'step1',
      provider: 'terraform',
      service: 'terraform',
      operation: 'Apply',
      input: { plan: 'x' },
      account: '1',
      region: 'r',
    },
  ],
  action,
  effects,
  subject,
  actor: { account: '1', name: 'planner', role: 'planner' },
  observed: {},
  dryRun: { kind: 'dry_run', succeeded: true },
  recipe: { planner: 'workspace', input: null },
  notes,
  ...(protections ? { protections } : {}),
  ...(lowered ? { lowered } : {}),
});

const guards = allGuards();

/** @param goal what the agent says that it is for. */
export const judgementOf = (described: Described, by: readonly Guard[] = guards, goal: Goal = 'deploy'): Judgement =>
  judged(planOf(described), facts({ provider, goal, scope: { text: 'x', create: true, execute: 'by_command' } }), [
    ...by,
  ]);

/** `denied`, or how many approvals. */
export const verdictOf = (described: Described, by?: readonly Guard[], goal?: Goal): 'denied' | number => {
  const { decision, seats } = judgementOf(described, by, goal);
  return decision === 'denied' ? 'denied' : seats;
};
