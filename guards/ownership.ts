/**
 * Guarantees: EC2 tools act only on explicit ids, and never on what a stack or an auto-scaling group owns or owned
 * within 30 days; what ends an instance or its instance-store disks waits for people.
 * Does not cover: what a stack released earlier; ownership that no tag of AWS tells.
 */
import { z } from 'zod';
import { deny, type GuardDefinition, hold, seatsIn } from '../src/core/guard.ts';
import type { Plan } from '../src/core/plan.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({
  seats: z
    .number()
    .int()
    .min(1)
    .default(2)
    .describe('Seats in production for ending instances or their disks; one elsewhere.'),
});
const EXPLICIT_ID = /^[a-z]+(?:-[a-z]+)*-[0-9a-f]+$/;

export const ownership: GuardDefinition<z.infer<typeof options>> = {
  name: 'ownership',
  rule: 'EC2 tools never act on what a stack or an auto-scaling group owns, or owned within 30 days (snapshots apart), and only on explicit ids; terminating, and stopping or resizing what has instance-store disks, holds.',
  normally: 'deny; terminate hold(2)',
  told: 'owned by …; plan that stack',
  options,
  create: ({ seats }) => ({
    name: 'ownership',
    judge(plan, facts) {
      if (plan.target.kind !== 'resources') return pass('ownership');
      const vague = plan.target.ids.find((id) => !EXPLICIT_ID.test(id));
      if (vague !== undefined || (plan.target.ids.length === 0 && plan.calls.length > 0))
        return deny('ownership', `${vague || 'Nothing'} is no explicit id.`, 'Name each resource by its id.');
      const things = [...(plan.observed.instances ?? []), ...(plan.observed.resources ?? [])];
      // A snapshot takes nothing away, whoever owns the volume.
      const onlyCopies = plan.calls.every(({ operation }) => operation === 'CreateSnapshot');
      const owned = onlyCopies ? undefined : things.find(({ owner }) => owner !== null);
      if (owned?.owner) {
        const { kind, name, released } = owned.owner;
        const was = released ? 'was owned within 30 days (it was retained)' : 'is owned';
        return deny(
          'ownership',
          `${owned.id} ${was} by the ${kind.replaceAll('_', '-')} ${name}.`,
          released
            ? 'It was retained on purpose: tell the user; it stays out of reach until 30 days have passed.'
            : kind === 'stack'
              ? `Plan the change on the stack: plan_stack_update {"stack": "${name}"}.`
              : 'Change the group that owns it; instances of a group come and go by its settings.',
        );
      }
      const ending = endedBy(plan);
      if (ending.length === 0) return pass('ownership');
      const [first] = ending;
      return hold(
        'ownership',
        seatsIn(facts, seats),
        `${ending.length} instance(s) are ended or lose their instance-store disks, first ${first}.`,
        'Stop an EBS-backed instance instead of terminating it; leave an instance with instance-store disks running.',
      );
    },
  }),
};

/** Instances that a termination ends, and those whose disks do not outlive a stop (a resize stops first). */
function endedBy({ calls, observed }: Plan): string[] {
  const operations = new Set(calls.map(({ operation }) => operation));
  const stops = operations.has('StopInstances') || operations.has('ModifyInstanceAttribute');
  return (observed.instances ?? [])
    .filter(({ instanceStore }) => operations.has('TerminateInstances') || (stops && instanceStore))
    .map(({ id }) => id);
}
