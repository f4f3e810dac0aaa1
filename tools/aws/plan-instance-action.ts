/** A plan to start, stop, reboot or terminate instances. */
import { z } from 'zod';
import { defineTool, placeInput } from '../../src/core/tool.ts';

export const planInstanceAction = defineTool({
  name: 'plan_instance_action',
  effect: 'plan',
  title: 'Plan an instance action',
  description:
    'Dry run: start, stop, reboot or terminate EC2 instances. Terminating takes snapshots first. Change stack-owned instances through their stack.',
  input: z.strictObject({
    instance_ids: z
      .array(z.string().regex(/^i-[0-9a-f]{8,17}$/, 'such as i-0123456789abcdef0'))
      .min(1)
      .max(50),
    action: z.enum(['start', 'stop', 'reboot', 'terminate']),
    ...placeInput,
  }),
  target: ({ instance_ids }) => ({ kind: 'resources', name: [...new Set(instance_ids)].sort().join(',') }),
  run: ({ instance_ids, action }, { planner }) => planner.instanceAction(instance_ids, action),
});
