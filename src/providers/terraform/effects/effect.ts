/** The effect of one change: its kind by the words of the plan, and how bad that could be. */
import type { Effect } from '../../../core/effect.ts';
import { isMembers } from '../../../core/leaves.ts';
import type { Mark } from '../../../core/mark.ts';
import { makeVisibleLine } from '../../../core/render-safe.ts';
import { familyOf } from '../knowledge/index.ts';
import type { Resource } from '../knowledge/judgement.ts';
import { sizeOf } from '../knowledge/sizes.ts';
import type { ResourceChange } from '../plan-json/shape.ts';
import { lossOf } from './loss.ts';
import { changedTagKeys, isTagsOnly, physicalNames, propertiesOf } from './properties.ts';
import { REASONS } from './reasons.ts';
import type { Sides } from './values.ts';

export interface About {
  resource: Resource;
  sides: Sides;
  marks: Mark[];
  /** One for all effects of a plan. */
  owner: NonNullable<Effect['owner']>;
}

type Verdict = Pick<Effect, 'kind' | 'interrupts' | 'reversibility' | 'why'> & Partial<Effect>;

/** @returns undefined: nothing happens to it. */
export function effectOf(one: ResourceChange, about: About): Effect | undefined {
  const { address, type, change, deposed, provider_name: provider } = one;
  const properties = propertiesOf(about.sides, change);
  const { holds, revision, noBackup } = familyOf(type, provider).judge(type);
  const size = sizeOf(about.resource.after);
  const verdict = verdictOf(one, about, isTagsOnly(properties));
  if (!verdict) return undefined;
  const tagKeys = change.actions === 'update' ? changedTagKeys(change).map((key) => makeVisibleLine(key, 128)) : [];
  return {
    type: makeVisibleLine(type),
    logicalId: makeVisibleLine(deposed === undefined ? address : `${address} (deposed ${deposed})`),
    ...physicalIdOf(about),
    ...scopeOf(about),
    owner: about.owner,
    holds,
    revision,
    properties: [...properties, ...namesOf(one, about), ...moveOf(one)],
    marks: about.marks,
    ...(tagKeys.length > 0 ? { tagKeys } : {}),
    ...(noBackup ? { noBackup: true } : {}),
    ...(size === undefined ? {} : { size: makeVisibleLine(size) }),
    ...verdict,
  };
}

function verdictOf(one: ResourceChange, { resource }: About, tagsOnly: boolean): Verdict | undefined {
  const { change, type, action_reason: reason, previous_address: moved, provider_name: provider } = one;
  const family = familyOf(type, provider);
  const { holds, revision } = family.judge(type);
  const because = reason !== undefined && Object.hasOwn(REASONS, reason) ? ` Reason: ${REASONS[reason]}.` : '';
  const update = { interrupts: 'unknown' as const, reversibility: 'reversible' as const };
  switch (change.actions) {
    case 'create':
      return {
        kind: 'create',
        interrupts: 'no',
        reversibility: 'reversible',
        why: 'A new resource; it can be deleted again.',
      };
    case 'update':
      return tagsOnly
        ? { ...update, interrupts: 'no', kind: 'tag', why: 'Changes its tags, and nothing else.' }
        : { ...update, kind: 'update', why: `Changed in place.${change.importing ? IMPORTED : ''}` };
    case 'delete': {
      const told = lossOf(holds, revision, family.fate(resource));
      return { ...told, kind: 'delete', why: told.why + because };
    }
    case 'replace': {
      const told = lossOf(holds, revision, family.fate(resource));
      return { ...told, kind: 'replace', why: told.why + because };
    }
    case 'forget':
    case 'replace_and_keep': {
      const told = lossOf(holds, revision, FORGOTTEN);
      return {
        ...told,
        interrupts: 'no',
        kind: change.actions === 'forget' ? 'delete' : 'replace',
        why: told.why + because,
      };
    }
    default: {
      if (change.importing) return { ...update, interrupts: 'no', kind: 'update', why: IMPORTED.trim() };
      const why = 'It only gets another address in the state.';
      return moved === undefined ? undefined : { ...update, interrupts: 'no', kind: 'update', why };
    }
  }
}

const FORGOTTEN = { attribute: 'removed from the state', effective: 'Retain' } as const;
const IMPORTED = ' The workspace takes over an object that exists, and can delete it from then on.';

function physicalIdOf({ resource: { before, after } }: About): Pick<Effect, 'physicalId'> {
  const id = before?.id ?? physicalNames(after)[0];
  return typeof id === 'string' && id !== '' ? { physicalId: makeVisibleLine(id) } : {};
}

/** What comes and goes by its name in the cloud, whatever its address. */
function namesOf({ change }: ResourceChange, { resource: { before, after } }: About): Effect['properties'] {
  const side = change.actions === 'create' ? 'after' : change.actions === 'delete' ? 'before' : undefined;
  if (side === undefined) return [];
  return physicalNames(side === 'after' ? after : before).map((name) => ({
    path: 'PhysicalName',
    [side]: makeVisibleLine(name),
    replaces: 'never',
  }));
}

/** An import, or another address. */
function moveOf({ address, previous_address: moved, change: { importing } }: ResourceChange): Effect['properties'] {
  const line = (path: string, before: string | undefined, after: string): Effect['properties'][number] => ({
    path,
    ...(before === undefined ? {} : { before: makeVisibleLine(before) }),
    after: makeVisibleLine(after),
    replaces: 'never',
  });
  return [
    ...(moved === undefined ? [] : [line('address', moved, address)]),
    ...(importing ? [line('importing', undefined, importing.id ?? JSON.stringify(importing.identity ?? null))] : []),
  ];
}

/** In what a name is unique, where that is one other thing. */
const PARENTS = [
  'resource_group_name role user group bucket cluster cluster_name zone zone_id hosted_zone_id managed_zone parent project region location instance',
  'database dataset_id vpc_id network security_group_id function_name rest_api_id api_id server_name server_id storage_account_name',
  'storage_account_id key_vault_id virtual_network_name namespace_id namespace_name user_pool_id event_bus_name cluster_identifier',
]
  .join(' ')
  .split(' ');

function scopeOf({ resource: { before, after } }: About): Pick<Effect, 'within'> {
  const values = before ?? after;
  const within = PARENTS.flatMap((name) => {
    const value = isMembers(values ?? undefined) ? values![name] : undefined;
    return typeof value === 'string' && value !== '' ? [`${name} ${value}`] : [];
  });
  return within.length === 0 ? {} : { within: makeVisibleLine(within.join(', ')) };
}
