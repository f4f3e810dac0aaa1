/** From what the cloud says would happen to effects: how bad, and why. */
import type { ResourceChange } from '@aws-sdk/client-cloudformation';
import type { Effect, PropertyChange } from '../core/effect.ts';
import { makeVisibleLine } from '../core/render-safe.ts';
import { holdsOf, interruptsOf, isRevisionType, type Knowledge, snapshotSupported } from '../knowledge/index.ts';

const RECREATION = { Never: 'never', Always: 'always', Conditionally: 'conditional' } as const;
const STRICTNESS = ['never', 'unknown', 'conditional', 'always'] as const;
type Replaces = PropertyChange['replaces'];

/** The stricter of what CloudFormation says and what the tables say; unknown in both stays unknown. */
function stricter(a: Replaces, b: Replaces): Replaces {
  return STRICTNESS.indexOf(a) >= STRICTNESS.indexOf(b) ? a : b;
}

export function propertyChanges(knowledge: Knowledge, change: ResourceChange): PropertyChange[] {
  const type = change.ResourceType ?? '';
  const merged = new Map<string, PropertyChange>();
  for (const { Target } of change.Details ?? []) {
    const isProperty = Target?.Attribute === 'Properties' && Target.Name;
    const path = isProperty ? `Properties.${Target.Name}` : (Target?.Attribute ?? 'unknown');
    const said = RECREATION[Target?.RequiresRecreation ?? 'Never'];
    const table = isProperty
      ? knowledge.replacementOf(type, Target.Path?.replace(/^\/Properties\//, '').replaceAll('/', '.') || Target.Name!)
      : 'never';
    const known = merged.get(path);
    merged.set(path, {
      path,
      ...(Target?.BeforeValue === undefined ? {} : { before: makeVisibleLine(Target.BeforeValue, 200) }),
      ...(Target?.AfterValue === undefined ? {} : { after: makeVisibleLine(Target.AfterValue, 200) }),
      replaces: stricter(stricter(said, table), known?.replaces ?? 'never'),
    });
  }
  return [...merged.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** One change of a change set. `stackName` owns it. */
export function effectOfChange(knowledge: Knowledge, change: ResourceChange, stackName: string): Effect {
  const type = change.ResourceType ?? 'unknown';
  const properties = change.Action === 'Modify' ? propertyChanges(knowledge, change) : [];
  const base = {
    type,
    ...(change.LogicalResourceId ? { logicalId: change.LogicalResourceId } : {}),
    ...(change.PhysicalResourceId ? { physicalId: change.PhysicalResourceId } : {}),
    owner: { kind: 'stack' as const, name: stackName },
    holds: holdsOf(type),
    revision: isRevisionType(type),
    properties,
    marks: [],
  };
  switch (change.Action) {
    case 'Add':
      return {
        ...base,
        kind: 'create',
        interrupts: 'no',
        reversibility: 'reversible',
        why: 'A new resource; it can be removed again.',
      };
    case 'Modify':
      return modification(base, change, properties);
    case 'Remove':
      return loss(
        { ...base, kind: 'delete' },
        change.PolicyAction === 'Retain' ? 'Retain' : change.PolicyAction === 'Snapshot' ? 'Snapshot' : 'Delete',
        'DeletionPolicy',
      );
    default:
      return {
        ...base,
        kind: 'unknown',
        interrupts: 'unknown',
        reversibility: 'unknown',
        why: `CloudFormation calls this ${change.Action ?? 'nothing'}; what it does is not known.`,
      };
  }
}

type Base = Omit<Effect, 'kind' | 'interrupts' | 'reversibility' | 'why'>;

function modification(base: Base, change: ResourceChange, properties: PropertyChange[]): Effect {
  const said = change.Replacement;
  const by = properties
    .filter(({ replaces }) => replaces !== 'never')
    .map(({ path }) => path.replace(/^Properties\./, ''));
  const certain = said === 'True' || properties.some(({ replaces }) => replaces === 'always');
  const possible = certain || said === 'Conditional' || properties.some(({ replaces }) => replaces !== 'never');
  if (certain || (possible && base.holds !== 'nothing')) {
    const policy = /Retain$/.test(change.PolicyAction ?? '')
      ? 'Retain'
      : /Snapshot$/.test(change.PolicyAction ?? '')
        ? 'Snapshot'
        : 'Delete';
    const effect = loss({ ...base, kind: 'replace' }, policy, 'UpdateReplacePolicy');
    return {
      ...effect,
      why: `${certain ? 'Replaced' : 'May be replaced, and is judged so,'} because of ${by.join(', ') || 'its type'}. ${effect.why}`,
    };
  }
  if (possible)
    return {
      ...base,
      kind: 'unknown',
      interrupts: 'unknown',
      reversibility: 'unknown',
      why: `Whether ${by.join(', ')} replaces it could not be decided.`,
    };
  const answers = properties.map(({ path }) => interruptsOf(base.type, path.replace(/^Properties\./, ''), base.holds));
  const interrupts = answers.includes('yes') ? 'yes' : answers.includes('unknown') ? 'unknown' : 'no';
  const lowered = properties.find(
    ({ path, after }) =>
      /(?:DeletionProtection|DisableApiTermination|DisableApiStop|TerminationProtection)/.test(path) &&
      after !== 'true',
  );
  if (lowered)
    return {
      ...base,
      kind: 'unprotect',
      interrupts,
      reversibility: 'reversible',
      why: `${lowered.path} protects it now.`,
    };
  return { ...base, kind: 'update', interrupts, reversibility: 'reversible', why: 'Updated in place.' };
}

/** A deletion or replacement under a policy: how much of it comes back. */
export function loss(
  base: Base & { kind: 'delete' | 'replace' },
  policy: 'Delete' | 'Retain' | 'Snapshot',
  attribute: 'DeletionPolicy' | 'UpdateReplacePolicy',
): Effect {
  const effective = policy === 'Snapshot' && !snapshotSupported(base.type) ? 'Delete' : policy;
  const retention = { attribute, effective } as const;
  if (base.revision)
    return {
      ...base,
      retention,
      interrupts: 'no',
      reversibility: 'reversible',
      why: 'A revision: replaced by design.',
    };
  if (effective !== 'Delete')
    return {
      ...base,
      retention,
      interrupts: 'yes',
      reversibility: 'recoverable',
      why: effective === 'Retain' ? 'The resource stays, outside the stack.' : 'A final snapshot is taken.',
    };
  if (base.holds === 'nothing')
    return {
      ...base,
      retention,
      interrupts: 'yes',
      reversibility: 'recoverable',
      why: 'It holds nothing and can be made again from the template.',
    };
  return {
    ...base,
    retention,
    interrupts: 'yes',
    reversibility: base.holds === 'unknown' ? 'unknown' : 'irreversible',
    why:
      base.holds === 'unknown'
        ? 'Nobody has judged yet what this type holds.'
        : `It holds ${base.holds}, and the policy in force is Delete.`,
  };
}
