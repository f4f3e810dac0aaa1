/** A plan that was made, in full. */
import { z } from 'zod';
import { answerPlan, describeEffects } from '../src/core/answer.ts';
import { defineTool, until } from '../src/core/tool.ts';
import { worstFirst } from '../src/core/worst-first.ts';

export const describePlan = defineTool({
  name: 'describe_plan',
  effect: 'describe',
  title: 'Describe a plan',
  description:
    'Shows a plan again: the effects that its first answer left out (cursor), or a plan still being made (wait_seconds).',
  input: z.strictObject({
    plan_id: z.string().min(1).max(64),
    cursor: z
      .string()
      .regex(/^\d{1,5}$/)
      .optional(),
    wait_seconds: z.number().int().min(0).max(50).default(0),
  }),
  output: z.looseObject({ plan_id: z.string(), decision: z.string() }),
  async run({ plan_id, cursor, wait_seconds }, { changes, policy, signal }) {
    await until(async () => !(await changes.isPlanning(plan_id)), wait_seconds, signal);
    const { plan, judgement, goalsAllowed } = await changes.plan(plan_id);
    const from = Number(cursor ?? 0);
    const page = worstFirst(plan.effects, judgement).slice(from, from + 20);
    const more = from + page.length < plan.effects.length;
    return {
      ...answerPlan(plan, judgement, goalsAllowed, policy.assurance()),
      effects: describeEffects(page, judgement),
      total_effects: plan.effects.length,
      ...(more ? { cursor: String(from + page.length) } : {}),
    };
  },
});
