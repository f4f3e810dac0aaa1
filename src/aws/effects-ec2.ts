/** Effects of EC2 actions: EC2 has no preview, so they follow from the observed state. */
import type { Effect } from '../core/effect.ts';
import type { ObservedInstance } from '../core/plan.ts';
import type { InstanceAction } from '../core/ports.ts';
import type { EffectBase as Base } from './effects/loss.ts';

export function effectOfInstance(instance: ObservedInstance, action: InstanceAction): Effect {
  const base: Base = {
    type: 'AWS::EC2::Instance',
    physicalId: instance.id,
    holds: 'nothing',
    revision: false,
    properties: [],
    marks: [],
    ...(instance.owner ? { owner: instance.owner } : {}),
  };
  if (action === 'start')
    return {
      ...base,
      kind: 'start',
      interrupts: 'no',
      reversibility: 'reversible',
      why: 'It can be stopped again.',
    };
  const losesDisks = action !== 'reboot' && instance.instanceStore;
  if (action === 'reboot')
    return {
      ...base,
      kind: 'reboot',
      interrupts: 'yes',
      reversibility: 'reversible',
      why: 'It is away while it restarts.',
    };
  if (action === 'stop') {
    return losesDisks
      ? {
          ...base,
          kind: 'stop',
          holds: 'data',
          interrupts: 'yes',
          reversibility: 'irreversible',
          why: 'Its instance-store disks are lost when it stops.',
        }
      : {
          ...base,
          kind: 'stop',
          interrupts: 'yes',
          reversibility: 'reversible',
          why: 'It can be started again.',
        };
  }
  const lost = instance.volumes.filter(({ deleteOnTermination }) => deleteOnTermination).map(({ id }) => id);
  if (losesDisks) {
    return {
      ...base,
      kind: 'delete',
      holds: 'data',
      retention: { attribute: 'DeleteOnTermination', effective: 'Delete' },
      interrupts: 'yes',
      reversibility: 'irreversible',
      why: 'Its instance-store disks go with it.',
    };
  }
  // The plan's own first steps make the snapshots; the executor terminates only when they are complete.
  const retention = {
    attribute: 'DeleteOnTermination',
    effective: lost.length > 0 ? 'Snapshot' : 'Retain',
  } as const;
  return {
    ...base,
    kind: 'delete',
    holds: lost.length > 0 ? 'data' : 'nothing',
    retention,
    interrupts: 'yes',
    reversibility: 'recoverable',
    why: lost.length > 0 ? `Snapshots of ${lost.join(', ')} are made first, and must complete.` : 'Its volumes stay.',
  };
}
