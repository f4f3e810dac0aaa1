/** Changes, newest first. */
import { z } from 'zod';
import { CHANGE_STATES } from '../src/core/change-states.ts';
import { makeVisibleLine } from '../src/core/render-safe.ts';
import { defineTool, pageInput } from '../src/core/tool.ts';
import { summaryOf } from '../src/render/agent/answer.ts';

export const describeChanges = defineTool({
  name: 'describe_changes',
  effect: 'describe',
  title: 'List changes',
  description: 'Changes, newest first, by state.',
  input: z.strictObject({ state: z.enum(CHANGE_STATES).optional(), ...pageInput }),
  output: z.looseObject({
    changes: z.array(z.looseObject({ change_id: z.string(), state: z.string() })),
    cursor: z.string().optional(),
  }),
  async run({ state, cursor, limit }, { changes }) {
    const page = await changes.list({ limit, ...(state ? { state } : {}), ...(cursor ? { cursor } : {}) });
    return {
      changes: page.items.map(({ id, state: now, target, goal, proposedAt, sums, reason, ticket }) => ({
        change_id: id,
        state: now,
        target: target.name,
        goal,
        does: makeVisibleLine(`${summaryOf({ sums })}; ${reason}`, 160),
        ...(ticket === null ? {} : { ticket: makeVisibleLine(ticket, 80) }),
        proposed_at: proposedAt,
      })),
      ...(page.cursor ? { cursor: page.cursor } : {}),
    };
  },
});
