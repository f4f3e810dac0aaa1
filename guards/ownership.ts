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
  seats: z.number().int().min(1).default(2).describe('Approvals required in production for a loss; elsewhere 1.'),
});
const EXPLICIT_ID = /^[a-z]+(?:-[a-z]+)*-[0-9a-f]+$/;

export const ownership: GuardDefinition<z.infer<typeof options>> = {
  name: 'ownership',
  rule: 'A plan by id must name explicit ids, and may not change a resource that a stack or an auto-scaling group owns or owned within the last 30 days (snapshots are allowed). It is held if it tags a disk of an owned instance, terminates an instance, or stops or resizes one that loses its disks.',
  normally: 'deny; terminate hold(2); tags of a disk of an owned instance hold(1)',
  told: 'owned by …; plan the change on that stack',
  denies: 'changing by its id what a stack or an auto-scaling group owns (change the stack)',
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
      const isHarmless = plan.action === 'copy' || plan.calls.length === 0;
      const owned = isHarmless
        ? []
        : plan.subject.resources.flatMap(({ id, owner }) => (owner ? [{ id, ...owner }] : []));
      // The owner of a machine does not set the tags of its disks: there is no other place to change them.
      const [refused] = owned.filter(({ through }) => plan.action !== 'tag' || through === undefined);
      if (refused) {
        const { id, kind, name, released } = refused;
        const was = released ? 'was owned within the last 30 days (and was retained)' : 'is owned';
        const through =
          kind === 'stack' ? `the stack: ${facts.provider.toolFor.update} {"stack": "${name}"}` : 'its group';
        const retained = 'It was retained on purpose and cannot be changed until 30 days have passed';
        const remedy = released
          ? { agent: `${retained}; tell the user.`, person: `${retained}.` }
          : {
              agent: `Plan the change on ${through}.`,
              person: `Have the change planned on the ${kind.replaceAll('_', '-')} ${name}.`,
            };
        return deny('ownership', `${id} ${was} by the ${kind.replaceAll('_', '-')} ${name}.`, remedy);
      }
      const [disk] = owned;
      if (disk) {
        const whose = `${disk.id} is a disk of ${disk.through}, which ${disk.name} owns; the owner does not set its tags.`;
        return hold('ownership', seatsIn(facts, 1), whose, 'Propose it for approval.');
      }
      const ending = endedBy(plan);
      if (ending.length === 0) return pass('ownership');
      return hold(
        'ownership',
        seatsIn(facts, seats),
        `${counted(ending.length, 'instance')} would be terminated or lose ${ending.length === 1 ? 'its' : 'their'} local disks, for example ${ending[0]}.`,
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
