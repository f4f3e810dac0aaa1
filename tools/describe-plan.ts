/** A plan that was made, in full. */
import { z } from 'zod';
import { CountersignError } from '../src/core/errors.ts';
import { defineTool, until } from '../src/core/tool.ts';
import { answerPlan, answerPlanPage } from '../src/render/agent/answer.ts';

export const describePlan = defineTool({
  name: 'describe_plan',
  effect: 'describe',
  title: 'Describe a plan',
  description:
    'Shows a plan again: the effects that its first answer left out (cursor), or a plan still being made (wait_seconds).',
  input: z.strictObject({
    plan_id: z.string().min(1).max(64),
    cursor: z.string().max(64).optional(),
    wait_seconds: z.number().int().min(0).max(50).default(0),
  }),
  output: z.looseObject({ plan_id: z.string(), decision: z.string() }),
  async run({ plan_id, cursor, wait_seconds }, { changes, policy, signal }) {
    await until(async () => !(await changes.isPlanning(plan_id)), wait_seconds, { signal, watch: changes.watch });
    const { plan, judgement, goalsAllowed } = await changes.plan(plan_id);
    const about = { ...(await changes.aboutPlan(plan)), goals: goalsAllowed, assurance: await policy.assurance() };
    const from = cursor === undefined ? undefined : startOf(cursor, plan.effects.length);
    return from === undefined
      ? { ...answerPlan(plan, judgement, about), total_effects: plan.effects.length }
      : answerPlanPage(plan, judgement, about, from);
  },
});

function startOf(cursor: string, effects: number): number {
  const from = /^[1-9]\d{0,5}$/.test(cursor) ? Number(cursor) : 0;
  if (from > 0 && from < effects) return from;
  throw new CountersignError(
    'INPUT_INVALID',
    `cursor: this is not a cursor of this plan, which has ${effects} effects.`,
    'Pass the cursor of the previous answer, or leave it out to start again.',
  );
}
