/** A plan to make snapshots: of one volume, or of all volumes of an instance. */
import { z } from 'zod';
import { CountersignError } from '../../src/core/errors.ts';
import { defineTool, placeInput } from '../../src/core/tool.ts';

/** Which it is about: exactly one. */
function oneOf({
  volume_id,
  instance_id,
}: {
  volume_id?: string | undefined;
  instance_id?: string | undefined;
}): string {
  const [name, other] = [volume_id, instance_id].filter((id) => id !== undefined);
  if (name !== undefined && other === undefined) return name;
  throw new CountersignError(
    'INPUT_INVALID',
    'A snapshot is of volume_id or of instance_id.',
    'Give one of them: volume_id for one volume, instance_id for all volumes of an instance.',
  );
}

export const planSnapshot = defineTool({
  name: 'plan_snapshot',
  effect: 'plan',
  title: 'Plan a snapshot',
  description: 'Dry run: snapshots (backup) of an EBS volume, or of all volumes of instance_id; stack-owned too.',
  input: z.strictObject({
    volume_id: z
      .string()
      .regex(/^vol-[0-9a-f]{8,17}$/, 'such as vol-0123456789abcdef0')
      .optional(),
    instance_id: z
      .string()
      .regex(/^i-[0-9a-f]{8,17}$/, 'such as i-0123456789abcdef0')
      .optional(),
    description: z.string().max(255).optional(),
    ...placeInput,
  }),
  action: () => 'copy',
  target: (input) => ({ kind: 'resources', name: oneOf(input) }),
  run: ({ volume_id, instance_id, description }, { plan }) =>
    plan('snapshot', { volumeId: volume_id, instanceId: instance_id, description }),
});
