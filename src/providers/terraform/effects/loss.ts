/** A deletion or replacement: how much of it comes back, by what keeps the old object. */
import type { Effect } from '../../../core/effect.ts';
import type { Fate } from '../knowledge/index.ts';

type Told = Pick<Effect, 'interrupts' | 'reversibility' | 'why' | 'retention'>;

/** @param fate what keeps it, or a copy of it. */
export function lossOf(holds: Effect['holds'], revision: boolean, fate: Fate): Told {
  const { attribute, effective } = fate;
  const retention = { attribute, effective };
  const [reversibility, why] = outcome(holds, revision, fate);
  const refused =
    fate.guardedBy === undefined || effective === 'Retain'
      ? ''
      : ` ${fate.guardedBy} is on: the deletion is expected to be refused as long as it is.`;
  return { interrupts: revision ? 'no' : 'yes', reversibility, why: why + refused, retention };
}

function outcome(
  holds: Effect['holds'],
  revision: boolean,
  { attribute, effective }: Fate,
): [Effect['reversibility'], string] {
  if (revision) return ['reversible', 'It is replaced by design, as a new revision.'];
  if (effective === 'Retain')
    return ['recoverable', `The object stays in the cloud, outside of the workspace (${attribute}).`];
  if (effective === 'Snapshot') return ['recoverable', `A copy of it stays (${attribute}).`];
  if (holds === 'nothing') return ['recoverable', 'It stores no data and can be created again from the configuration.'];
  if (holds === 'unknown')
    return ['unknown', 'The resource type is not in the tables, so it may store data, and nothing retains it.'];
  return [
    'irreversible',
    `${holds === 'data' ? 'It stores data' : 'Others use its identifier'}, and nothing retains it.`,
  ];
}
