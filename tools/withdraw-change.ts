/** Takes a proposed change back. */
import { z } from 'zod';
import { defineTool } from '../src/core/tool.ts';
import { answerChange } from '../src/render/agent/answer.ts';

export const withdrawChange = defineTool({
  name: 'withdraw_change',
  effect: 'propose',
  title: 'Withdraw a change',
  description: 'Withdraw a change of your sponsor that is not executing yet.',
  input: z.strictObject({ change_id: z.string().min(1).max(64) }),
  output: z.looseObject({ change_id: z.string(), state: z.string() }),
  run: async ({ change_id }, { changes }) => answerChange(await changes.withdraw(change_id)),
});
