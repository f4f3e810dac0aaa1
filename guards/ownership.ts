/**
 * Guarantees: a plan by id changes only explicit ids, and never a resource that a stack or an auto-scaling group owns
 * or owned within the last 30 days. Terminating an instance, or losing its local disks, needs approval.
 * Does not cover: resources that a stack released earlier; ownership that no tag shows.
 */
import { z } from 'zod';
import { counted } from '../src/core/counted.ts';
import { deny, type GuardDefinition, hold, seatsIn } from '../src/core/guard.ts';
import type { Plan } from '../src/core/plan.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({
  seats: z
    .number()
    .int()
    .min(1)
    .default(2)
    .describe('Approvals required in production to terminate instances or lose their disks; elsewhere 1.'),
});
const EXPLICIT_ID = /^[a-z]+(?:-[a-z]+)*-[0-9a-f]+$/;

export const ownership: GuardDefinition<z.infer<typeof options>> = {
  name: 'ownership',
  rule: 'A plan by id must name explicit ids, and may not change a resource that a stack or an auto-scaling group owns or owned within the last 30 days (snapshots are allowed). It is held if it terminates an instance, or stops or resizes one that loses its disks.',
  normally: 'deny; terminate hold(2)',
  told: 'owned by …; plan the change on that stack',
  options,
  create: ({ seats }) => ({
    name: 'ownership',
    judge(plan, facts) {
      if (plan.target.kind !== 'resources') return pass('ownership');
      const vague = plan.target.ids.find((id) => !EXPLICIT_ID.test(id));
      if (vague !== undefined || (plan.target.ids.length === 0 && plan.calls.length > 0))
        return deny(
          'ownership',
          vague ? `${vague} is not an explicit id.` : 'The plan names no explicit id.',
          'Name each resource by its id.',
        );
      // A copy takes nothing away, whoever owns what is copied.
      const takesNothing = plan.action === 'copy' || plan.calls.length === 0;
      const owned = takesNothing ? undefined : plan.subject.resources.find(({ owner }) => owner !== null);
      if (owned?.owner) {
        const { kind, name, released } = owned.owner;
        const was = released ? 'was owned within the last 30 days (and was retained)' : 'is owned';
        return deny(
          'ownership',
          `${owned.id} ${was} by the ${kind.replaceAll('_', '-')} ${name}.`,
          released
            ? {
                agent: 'It was retained on purpose and cannot be changed until 30 days have passed; tell the user.',
                person: 'It was retained on purpose and cannot be changed until 30 days have passed.',
              }
            : kind === 'stack'
              ? {
                  agent: `Plan the change on the stack: ${facts.provider.toolFor.update} {"stack": "${name}"}.`,
                  person: `Have the change planned on the stack ${name}.`,
                }
              : 'Change the settings of the group that owns it.',
        );
      }
      const ending = endedBy(plan);
      if (ending.length === 0) return pass('ownership');
      const [first] = ending;
      return hold(
        'ownership',
        seatsIn(facts, seats),
        `${counted(ending.length, 'instance')} would be terminated or lose ${ending.length === 1 ? 'its' : 'their'} local disks, for example ${first}.`,
        'Stop the instance instead of terminating it if its disks outlive a stop; otherwise leave it running.',
      );
    },
  }),
};

/** What a termination ends, and that whose disks do not outlive a stop (a resize stops first). */
function endedBy({ action, subject }: Plan): string[] {
  const stops = action === 'stop' || action === 'resize';
  return subject.resources
    .filter(({ canEnd, losesDisksOnStop }) => canEnd && (action === 'terminate' || (stops && losesDisksOnStop)))
    .map(({ id }) => id);
}
