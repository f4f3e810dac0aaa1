/** A deletion or replacement under a policy: how much of it comes back. */
import type { Effect } from '../../../core/effect.ts';
import { deletionProtection, snapshotSupported } from '../knowledge/index.ts';
import type { ResourceView } from '../knowledge/marks/finder.ts';

export type EffectBase = Omit<Effect, 'kind' | 'interrupts' | 'reversibility' | 'why'>;
export type Policy = 'Delete' | 'Retain' | 'Snapshot';

/** What a template says, as a policy; anything unknown is the worst. `RetainExceptOnCreate` retains what exists. */
export function asPolicy(said: string | undefined): Policy {
  if (said === 'Retain' || said === 'RetainExceptOnCreate' || said === 'ReplaceAndRetain') return 'Retain';
  return said === 'Snapshot' || said === 'ReplaceAndSnapshot' ? 'Snapshot' : 'Delete';
}

export const HOLDS_NOTHING = 'It stores no data and can be recreated from the template.';

/** @param properties as they are before it, where a template tells them: not every engine has snapshots. */
export function loss(
  base: EffectBase & { kind: 'delete' | 'replace' },
  policy: Policy,
  attribute: 'DeletionPolicy' | 'UpdateReplacePolicy',
  properties?: ResourceView['properties'],
): Effect {
  const effective = policy === 'Snapshot' && !snapshotSupported(base.type, properties) ? 'Delete' : policy;
  const told = outcome(base, effective);
  const guarded = effective === 'Retain' || base.revision ? undefined : deletionProtection(base.type, properties ?? {});
  // The verdict stays: protection can be lowered by hand until then.
  const refused =
    guarded === undefined ? '' : ` ${guarded} is on: AWS is expected to refuse the deletion as long as it is.`;
  return { ...base, retention: { attribute, effective }, ...told, why: told.why + refused };
}

function outcome(base: EffectBase, effective: Policy): Pick<Effect, 'interrupts' | 'reversibility' | 'why'> {
  if (base.revision)
    return { interrupts: 'no', reversibility: 'reversible', why: 'A revision type, replaced by design.' };
  if (effective === 'Retain')
    return { interrupts: 'yes', reversibility: 'recoverable', why: 'The resource is kept, outside the stack.' };
  if (effective === 'Snapshot')
    return { interrupts: 'yes', reversibility: 'recoverable', why: 'A final snapshot is taken.' };
  if (base.holds === 'nothing')
    return {
      interrupts: 'yes',
      reversibility: 'recoverable',
      why: HOLDS_NOTHING,
    };
  if (base.holds === 'unknown')
    return {
      interrupts: 'yes',
      reversibility: 'unknown',
      why: 'The resource type is not in the tables, so it may store data; the policy in force is Delete.',
    };
  return {
    interrupts: 'yes',
    reversibility: 'irreversible',
    why: `${base.holds === 'data' ? 'It stores data' : 'Others use its identifier'}, and the policy in force is Delete.`,
  };
}
