/** The plan that takes a change of AWS back, by what was carried out of it; or what is there where none can. */
import type { Effect } from '../../core/effect.ts';
import type { WayOut } from '../../core/errors.ts';
import type { Plan } from '../../core/plan.ts';
import type { ProviderRules } from '../../core/ports.ts';
import type { DoneCall, WayBack } from '../../core/way-back.ts';
import { rulesOfCall } from './security-rules.ts';

/** What was carried out, by operation. */
interface Done {
  plan: Plan;
  changeId: string;
  state: 'succeeded' | 'failed' | 'rolled_back';
  has(operation: string): boolean;
  made: readonly string[];
}
const calls = (...ways: WayOut[]): WayBack => ({ calls: ways, told: '' });
const none = (told: string): WayBack => ({ calls: [], told });

export const wayBack: NonNullable<ProviderRules['wayBack']> = (plan, done, { changeId, state }) => {
  const steps = new Map(done.map((one) => [one.step, one]));
  const operations = plan.calls.filter(({ step }) => steps.has(step)).map(({ operation }) => operation);
  const about = { plan, changeId, state, has: (one: string) => operations.includes(one), made: madeIn(done) };
  return plan.target.kind === 'stack' ? ofStack(about) : ofResources(about);
};
const madeIn = (done: readonly DoneCall[]) => done.flatMap(({ made }) => made);

function ofStack({ plan: { action, target, effects, calls: planned }, changeId, state, has }: Done): WayBack {
  const stack = target.name;
  const rollback = { tool: 'plan_stack_rollback', input: { stack } };
  if (has('DeleteStack')) {
    if (state !== 'succeeded')
      return { calls: [], told: `Nothing brings back what is deleted; describe_stack lists what is left of ${stack}.` };
    const kept = effects.filter(({ retention }) => retention?.effective === 'Retain');
    const copied = effects.filter(({ retention }) => retention?.effective === 'Snapshot');
    return none(
      `A deleted stack cannot be restored.${namedIn(' Kept: ', kept)}${namedIn(' A final snapshot remains of: ', copied)}`,
    );
  }
  if (state === 'rolled_back')
    return none('CloudFormation has rolled it back: the stack is as it was, and there is nothing to undo.');
  if (state === 'failed') return { calls: [rollback], told: 'The stack may be left between two states.' };
  if (planned.some(({ operation }) => operation !== 'ExecuteChangeSet'))
    return none('The stack is back in its last working state; plan the update again if it is still wanted.');
  if (action === 'create') return calls({ tool: 'plan_stack_delete', input: { stack } });
  const lost = effects.filter(({ kind, revision }) => !revision && (kind === 'delete' || kind === 'replace'));
  return {
    ...calls({ tool: 'plan_stack_update', input: { stack, undo: changeId } }),
    told: lost.length > 0 ? `The contents of these are not restored: ${names(lost)}.` : '',
  };
}

const NAMES_TOLD = 5;
function names(effects: readonly Effect[]): string {
  const known = effects.map(({ logicalId, physicalId }) => logicalId ?? physicalId ?? '?').sort();
  const more = known.length - NAMES_TOLD;
  return `${known.slice(0, NAMES_TOLD).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
const namedIn = (what: string, effects: readonly Effect[]) => (effects.length > 0 ? `${what}${names(effects)}.` : '');

function ofResources(done: Done): WayBack {
  const { plan, has, made } = done;
  const instanceIds = plan.effects.flatMap(({ physicalId }) => physicalId ?? []);
  const act = (action: string) => ({ tool: 'plan_instance_action', input: { instance_ids: instanceIds, action } });
  switch (plan.action) {
    case 'terminate':
      return has('TerminateInstances') ? none(terminated(plan, made)) : copies(made);
    case 'copy':
      return copies(made);
    case 'reboot':
      return none('A reboot cannot be undone, and leaves nothing to undo.');
    case 'start':
      return calls(act('stop'));
    case 'stop':
      return calls(act('start'));
    case 'resize':
      return calls(...resized(done), ...(has('StopInstances') && !has('StartInstances') ? [act('start')] : []));
    case 'tag':
      return calls(...tagged(done));
    default:
      return calls(...rulesBack(done));
  }
}

const copies = (made: readonly string[]) =>
  none(`A snapshot takes nothing away. ${made.join(', ') || 'It'} stays until a person deletes it.`);

/** A disk can be made from each of these; the instance is gone. */
function terminated({ effects, observed }: Plan, made: readonly string[]): string {
  const points = new Set([
    ...made,
    ...effects.flatMap(({ recoveryPoint }) => recoveryPoint?.id ?? []),
    ...relied(observed),
  ]);
  const there = points.size > 0 ? `Snapshots of its volumes: ${[...points].join(', ')}.` : 'No snapshot was taken.';
  return `A terminated instance cannot be restored. ${there}`;
}
function relied({ instances = [] }: Plan['observed']): string[] {
  type Volumes = { volumes?: { deleteOnTermination: boolean; newestSnapshot: { id: string } | null }[] }[];
  return (instances as Volumes).flatMap(({ volumes = [] }) =>
    volumes.flatMap(({ deleteOnTermination, newestSnapshot }) =>
      deleteOnTermination && newestSnapshot ? [newestSnapshot.id] : [],
    ),
  );
}

function resized({ plan: { effects }, has }: Done): WayOut[] {
  if (!has('ModifyInstanceAttribute')) return [];
  return effects.flatMap(({ physicalId, properties }) =>
    properties.flatMap(({ path, before }) =>
      path === 'Properties.InstanceType' && before !== undefined
        ? [{ tool: 'plan_instance_type', input: { instance_id: physicalId, instance_type: before } }]
        : [],
    ),
  );
}

/** One call for all resources that had the same before. */
function tagged({ plan: { effects }, has }: Done): WayOut[] {
  const alike = new Map<string, { ids: string[]; set: Record<string, string>; remove: string[] }>();
  for (const { physicalId = '', properties } of effects) {
    const undone = properties.filter(({ after }) => has(after === undefined ? 'DeleteTags' : 'CreateTags'));
    const keyed = undone.map(({ path, before }) => [path.replace(/^Tags\./, ''), before] as const);
    const set = Object.fromEntries(keyed.flatMap(([key, before]) => (before === undefined ? [] : [[key, before]])));
    const remove = keyed.flatMap(([key, before]) => (before === undefined ? [key] : []));
    const same = JSON.stringify([set, remove]);
    const known = alike.get(same) ?? { ids: [], set, remove };
    known.ids.push(physicalId);
    if (undone.length > 0) alike.set(same, known);
  }
  return [...alike.values()].map(({ ids, set, remove }) => ({
    tool: 'plan_tags',
    input: {
      resource_ids: ids,
      ...(Object.keys(set).length > 0 ? { set } : {}),
      ...(remove.length > 0 ? { remove } : {}),
    },
  }));
}

function rulesBack({ plan, has }: Done): WayOut[] {
  const changed = plan.calls.filter(({ operation }) => has(operation)).flatMap(rulesOfCall);
  const of = (verb: string) => changed.filter((one) => one.verb === verb).flatMap(({ rules }) => rules);
  const [revoke, authorize] = [of('authorize'), of('revoke')];
  if (revoke.length + authorize.length === 0) return [];
  return [
    {
      tool: 'plan_security_group_rules',
      input: {
        group_id: plan.target.name,
        ...(authorize.length > 0 ? { authorize } : {}),
        ...(revoke.length > 0 ? { revoke } : {}),
      },
    },
  ];
}
