/**
 * Guarantees: in production, a resource that stores data or has an identifier is lost only if a policy retains it or a
 * copy of it exists; a resource that cannot be copied, and the disks of a machine, are lost only with the approval of
 * the role owner.
 * Does not cover: loss by expiry or emptying (guard `slow-loss`); types that are not in the tables (`unknown-effect`).
 */
import { z } from 'zod';
import { counted } from '../src/core/counted.ts';
import { type Effect, effectName, isRetained } from '../src/core/effect.ts';
import { denyInProduction, type GuardDefinition, hold, note, seatsIn } from '../src/core/guard.ts';
import { absoluteTime } from '../src/core/instant.ts';
import { lossesOf } from '../src/core/plan.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({});

export const statefulLoss: GuardDefinition<z.infer<typeof options>> = {
  name: 'stateful-loss',
  rule: 'A resource that stores data, or has an identifier that others use, may not be deleted or replaced while its effective policy is Delete. A type that cannot be backed up needs the approval of the role owner.',
  normally: 'P-deny, else hold(1); hold(2) once it is retained or backed up, or if it cannot be backed up',
  told: 'the ids, the effective policy and the line to add',
  denies: 'deleting or replacing stored data that is neither retained nor backed up',
  options,
  create: () => ({
    name: 'stateful-loss',
    judge(plan, facts) {
      const losses = lossesOf(plan).filter(
        ({ holds, disks, contents }) => (holds === 'data' || holds === 'identity' || disks) && contents !== 'listed',
      );
      if (losses.length === 0) return pass('stateful-loss');
      const bare = losses.filter((effect) => !isRetained(effect) && effect.retention?.effective !== 'Snapshot');
      const denied = bare.filter(({ noBackup, disks }) => !noBackup && !disks);
      const first = denied[0] ?? bare[0] ?? losses[0]!;
      const others = losses.length - 1;
      const message = `${described(first)}.${others > 0 ? ` ${counted(others, 'more resource is', 'more resources are')} affected.` : ''}`;
      const remedy =
        bare.length === 0
          ? 'This plan already retains or copies everything that can be kept: propose it for approval, or leave it.'
          : first.owner && first.owner.kind !== 'auto_scaling_group'
            ? `Keep ${effectName(first)}: add ${facts.provider.retainBy} to it in a separate update, then plan this again.`
            : {
                agent: `First make a recovery point (${facts.provider.toolFor.copy}), or keep the resource.`,
                person: 'First make a recovery point, or keep the resource.',
              };
      if (denied.length > 0) return denyInProduction('stateful-loss', facts, message, remedy);
      if (facts.environment === 'disposable') return note('stateful-loss', message, remedy);
      const owners = bare.length > 0 ? facts.seatRules.irreversible.include : [];
      return hold('stateful-loss', seatsIn(facts, 2), message, remedy, owners);
    },
  }),
};

const FATE = {
  leave: 'would be removed from the stack',
  delete: 'would be deleted',
  replace: 'would be replaced',
  unknown: 'could be deleted or replaced',
};

function described(effect: Effect): string {
  const { type, physicalId, holds, kind, retention, recoveryPoint, disks } = effect;
  const kept = retention?.effective === 'Retain';
  const policy = retention ? `${retention.attribute} is ${retention.effective}` : 'no policy retains it';
  const along = disks ? `deletes its disks (${disks.join(', ')})` : 'has an identifier that others use';
  const has = holds === 'data' ? 'stores data' : along;
  const fate = FATE[kind as keyof typeof FATE] ?? FATE.unknown;
  const copy = recoveryPoint
    ? `; recovery point ${recoveryPoint.id} completed at ${absoluteTime(recoveryPoint.completedAt)}`
    : '';
  return `${effectName(effect)} (${type}, ${physicalId ?? 'no id'}) ${has} and ${kept && kind === 'delete' ? FATE.leave : fate} (${policy}${copy})`;
}
