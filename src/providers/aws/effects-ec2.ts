/** What the calls of EC2 do: EC2 has no preview, so the effects are derived from the observed state. */
import type { Effect } from '../../core/effect.ts';
import { monthlyOfSize } from './knowledge/index.ts';
import type { ObservedInstance } from './observed.ts';
import type { InstanceAction } from './ports.ts';

type Parts = Pick<Effect, 'kind' | 'reversibility' | 'why'> & Partial<Effect>;

/** @param about what the effect is on. Unless said: it holds nothing and interrupts nothing. */
export function ec2Effect(about: { type: string; id?: string; owner?: Effect['owner'] | null }, parts: Parts): Effect {
  return {
    type: about.type,
    ...(about.id === undefined ? {} : { physicalId: about.id }),
    ...(about.owner ? { owner: { kind: about.owner.kind, name: about.owner.name } } : {}),
    holds: 'nothing',
    interrupts: 'no',
    revision: false,
    properties: [],
    marks: [],
    ...parts,
  };
}

const DISKS_LOST = 'The data on its instance-store disks would be lost';
const about = ({ id, owner }: ObservedInstance) => ({ type: 'AWS::EC2::Instance', id, owner });

/** @param givesUp what it has only while it runs: an address. */
export function effectOfInstance(instance: ObservedInstance, action: InstanceAction, givesUp = ''): Effect {
  switch (action) {
    case 'start':
      return ec2Effect(about(instance), {
        kind: 'start',
        reversibility: 'reversible',
        why: 'It can be stopped again.',
      });
    case 'reboot':
      return ec2Effect(about(instance), {
        kind: 'reboot',
        interrupts: 'yes',
        reversibility: 'reversible',
        why: 'It is unavailable while it restarts.',
      });
    case 'stop':
      return ec2Effect(about(instance), {
        kind: 'stop',
        interrupts: 'yes',
        ...(instance.instanceStore
          ? { holds: 'data' as const, reversibility: 'irreversible' as const, why: `${DISKS_LOST} when it stops.` }
          : { reversibility: 'reversible' as const, why: `It can be started again.${givesUp}` }),
      });
    case 'terminate':
      return termination(instance);
  }
}

/** A disk that outlives its instance costs on, and is looked for by its id. */
function keptText({ volumes }: ObservedInstance): string {
  const kept = volumes.filter(({ deleteOnTermination }) => !deleteOnTermination).map(({ id }) => id);
  if (kept.length === 0) return 'It has no volume of its own.';
  return `Its ${kept.length === 1 ? 'volume' : 'volumes'} ${kept.join(', ')} ${kept.length === 1 ? 'is' : 'are'} kept.`;
}

/** The plan's own first steps make what snapshots are missing; the executor terminates when they are complete. */
function termination(instance: ObservedInstance): Effect {
  const lost = instance.volumes.filter(({ deleteOnTermination }) => deleteOnTermination);
  const missing = lost.filter(({ newestSnapshot }) => newestSnapshot === null).map(({ id }) => id);
  const oldest = lost
    .flatMap(({ newestSnapshot }) => newestSnapshot ?? [])
    .sort((a, b) => (a.completedAt < b.completedAt ? -1 : 1))[0];
  const gone = { kind: 'delete', interrupts: 'yes' } as const;
  const attribute = 'DeleteOnTermination';
  if (instance.instanceStore)
    return ec2Effect(about(instance), {
      ...gone,
      holds: 'data',
      retention: { attribute, effective: 'Delete' },
      reversibility: 'irreversible',
      why: `${DISKS_LOST} on termination; these disks cannot be snapshotted.`,
    });
  if (lost.length === 0)
    return ec2Effect(about(instance), {
      ...gone,
      retention: { attribute, effective: 'Retain' },
      reversibility: 'recoverable',
      why: keptText(instance),
    });
  return ec2Effect(about(instance), {
    ...gone,
    holds: 'data',
    retention: { attribute, effective: 'Snapshot' },
    ...(missing.length === 0 && oldest ? { recoveryPoint: oldest } : {}),
    reversibility: 'recoverable',
    why: [
      ...(missing.length > 0 ? [`Snapshots of ${missing.join(', ')} must complete before the termination.`] : []),
      ...(oldest ? [`Its other volumes have snapshots; data written since ${oldest.completedAt} would be lost.`] : []),
      ...(lost.length < instance.volumes.length ? [keptText(instance)] : []),
    ].join(' '),
  });
}

function costOf(before: string, after: string): Pick<Effect, 'monthlyUsd'> {
  const [was, is] = [monthlyOfSize(before), monthlyOfSize(after)];
  return was === undefined || is === undefined ? {} : { monthlyUsd: Math.round(is - was) };
}

/** Stopped, changed, started again; or only changed, when it is stopped. */
export function effectOfResize(instance: ObservedInstance, instanceType: string, givesUp = ''): Effect {
  const runs = instance.state === 'running';
  const losesDisks = runs && instance.instanceStore;
  return ec2Effect(about(instance), {
    kind: 'update',
    interrupts: runs ? 'yes' : 'no',
    holds: losesDisks ? 'data' : 'nothing',
    reversibility: losesDisks ? 'irreversible' : 'reversible',
    properties: [
      { path: 'Properties.InstanceType', before: instance.instanceType, after: instanceType, replaces: 'never' },
    ],
    size: instanceType,
    ...costOf(instance.instanceType, instanceType),
    why: losesDisks
      ? `${DISKS_LOST} when it stops for the change.`
      : runs
        ? `It is stopped, changed and started again; its volumes are kept.${givesUp}`
        : 'It stays stopped; its volumes are kept.',
  });
}
