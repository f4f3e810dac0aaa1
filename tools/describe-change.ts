/** A change: who signed, how far it is, how it ended. */
import { z } from 'zod';
import { defineTool, until } from '../src/core/tool.ts';
import { answerChange, describeEffects } from '../src/render/agent/answer.ts';

const EFFECTS_TOLD = 2;

export const describeChange = defineTool({
  name: 'describe_change',
  effect: 'describe',
  title: 'Describe a change',
  description:
    'State of a change: approvals, progress, outcome. With since (the version you saw) and wait_seconds, waits for a newer version.',
  input: z.strictObject({
    change_id: z.string().min(1).max(64),
    since: z.number().int().min(0).optional(),
    wait_seconds: z.number().int().min(0).max(50).default(0),
  }),
  output: z.looseObject({ change_id: z.string(), state: z.string() }),
  async run({ change_id, since, wait_seconds }, { changes, signal }) {
    await until(async () => since === undefined || (await changes.find(change_id)).version > since, wait_seconds, {
      signal,
      watch: changes.watch,
    });
    const change = await changes.find(change_id);
    if (since !== undefined && change.version <= since) return { change_id, state: change.state, unchanged: true };
    const { plan, judgement } = await changes.plan(change.planId);
    const { items, also, more } = describeEffects(plan.effects, judgement, EFFECTS_TOLD);
    return {
      ...answerChange(change, [], {
        wayBack: await changes.wayBack(change, plan),
        executor: await changes.executorOf(plan),
        endpoint: plan.endpoint,
      }),
      effects_told: [
        ...items,
        ...(also ?? []),
        ...(more ? [`${more} more: describe_plan {"plan_id": "${plan.id}"}`] : []),
      ],
      progress: (await changes.progress(change_id)).slice(-10),
    };
  },
});
