/** Turns a plan into a change that people decide on. */
import { z } from 'zod';
import { GOALS } from '../src/core/goals.ts';
import { defineTool } from '../src/core/tool.ts';
import { answerChange } from '../src/render/agent/answer.ts';

export const proposeChange = defineTool({
  name: 'propose_change',
  effect: 'propose',
  title: 'Propose a change',
  description:
    'Propose a plan for approval by people other than your sponsor. You cannot approve or execute. State the true goal; people see the reason as yours.',
  input: z.strictObject({
    plan_id: z.string().min(1).max(64),
    // What is offered as the next call holds a placeholder here: the goal is the agent's own word.
    goal: z.enum(
      GOALS,
      `state the true goal yourself, one of the plan's goals_allowed; of all, these are goals: ${GOALS.join(', ')}`,
    ),
    reason: z.string().min(3).max(500),
    ticket: z.string().max(80).optional(),
  }),
  output: z.looseObject({ decision: z.string(), change_id: z.string(), state: z.string() }),
  async run({ plan_id, goal, reason, ticket }, { changes }) {
    const change = await changes.propose({
      planId: plan_id,
      goal,
      reason,
      ...(ticket === undefined ? {} : { ticket }),
    });
    const open = await changes.openOn(change.target);
    const others = open.filter(({ id }) => id !== change.id);
    const { plan } = await changes.plan(plan_id);
    return answerChange(change, others, { executor: await changes.executorOf(plan), endpoint: plan.endpoint });
  },
});
