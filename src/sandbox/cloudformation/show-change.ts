/** One change in the shape of the API, with values or without; `NoEcho` values are masked. */
import type { Replacement } from '../../providers/aws/knowledge/replacement.ts';
import type { Value } from '../../providers/aws/template/parse.ts';
import { UNRESOLVED } from '../../providers/aws/template/resolve.ts';
import { type Cause, leavesThatDiffer, type PropertyDiff, type ResourceDiff } from './diff.ts';
import { NESTED } from './model.ts';

const RECREATION: Record<Replacement, 'Never' | 'Conditionally' | 'Always'> = {
  never: 'Never',
  always: 'Always',
  conditional: 'Conditionally',
  unknown: 'Conditionally',
};
const MASK = '****';
const KNOWN_LATER = '{{changeSet:KNOWN_AFTER_APPLY}}';

type Properties = Record<string, Value>;

export function showChange(diff: ResourceDiff, noEcho: Set<string>, withValues: boolean): Record<string, unknown> {
  const references = { ...diff.before?.propertyReferences, ...diff.after?.propertyReferences };
  const before = diff.before?.propertyReferences ?? {};
  const isSecret = (name: string) =>
    [...(references[name] ?? []), ...(before[name] ?? [])].some((named) => noEcho.has(named));
  const context = (properties: Properties | undefined, metadata: Properties | undefined) =>
    properties &&
    JSON.stringify({
      Properties: Object.fromEntries(
        Object.entries(properties).map(([name, value]) => [name, isSecret(name) ? MASK : later(value)]),
      ),
      // What Metadata is made of is not tracked: with any secret parameter it is masked whole.
      ...(metadata && Object.keys(metadata).length > 0 ? { Metadata: noEcho.size > 0 ? MASK : later(metadata) } : {}),
    });
  return {
    Type: 'Resource',
    ResourceChange: {
      Action: diff.action,
      LogicalResourceId: diff.logicalId,
      ResourceType: diff.type,
      Scope: diff.scope,
      ...(diff.before ? { PhysicalResourceId: diff.before.physicalId } : {}),
      ...(diff.action === 'Modify' ? { Replacement: diff.replacement } : {}),
      ...(diff.policyAction ? { PolicyAction: diff.policyAction } : {}),
      ...(withValues
        ? {
            BeforeContext: context(diff.before?.properties, diff.before?.metadata),
            AfterContext: context(diff.after?.properties, diff.after?.metadata),
          }
        : {}),
      Details: [
        ...diff.properties.flatMap((property) =>
          property.causes.flatMap((cause) =>
            withValues
              ? leaves(property).map((leaf) => detailOf(property, cause, leaf, isSecret(property.name)))
              : [detailOf(property, cause)],
          ),
        ),
        ...attributes(diff).map((Attribute) => ({
          ChangeSource: 'DirectModification',
          Evaluation: 'Static',
          Target: { Attribute, RequiresRecreation: 'Never' },
        })),
        ...(diff.action === 'Modify' && diff.type === NESTED
          ? [
              {
                ChangeSource: 'Automatic',
                Evaluation: 'Dynamic',
                Target: { Attribute: 'Properties', RequiresRecreation: 'Never' },
              },
            ]
          : []),
      ],
    },
  };
}

const attributes = ({ scope, properties }: ResourceDiff) =>
  scope.filter(
    (attribute) =>
      attribute !== 'Properties' && !(attribute === 'Tags' && properties.some(({ name }) => name === 'Tags')),
  );

/** A property that only follows a replaced resource has no leaf that differs yet: it is one itself. */
function leaves(property: PropertyDiff) {
  const found = leavesThatDiffer(property.name, property.before, property.after);
  return found.length > 0 ? found : [{ path: property.name, before: property.before, after: property.after }];
}

function detailOf(property: PropertyDiff, cause: Cause, leaf?: ReturnType<typeof leaves>[number], secret = false) {
  const isTags = property.name === 'Tags';
  const shown = (value: Value | undefined) =>
    value === undefined ? undefined : secret ? MASK : text(later(value) as Value);
  return {
    ChangeSource: cause.source,
    ...(cause.entity ? { CausingEntity: cause.entity } : {}),
    Evaluation: cause.evaluation,
    Target: {
      Attribute: isTags ? 'Tags' : 'Properties',
      ...(isTags ? {} : { Name: property.name }),
      RequiresRecreation: RECREATION[property.recreation],
      ...(leaf
        ? {
            Path: `/Properties/${leaf.path.replaceAll('.', '/')}`,
            BeforeValue: shown(leaf.before),
            AfterValue: shown(leaf.after),
            AttributeChangeType: leaf.before === undefined ? 'Add' : leaf.after === undefined ? 'Remove' : 'Modify',
          }
        : {}),
    },
  };
}

const text = (value: Value) => (typeof value === 'string' ? value : JSON.stringify(value));

/** What only the execution will tell, in CloudFormation's word for it. */
function later(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll(UNRESOLVED, KNOWN_LATER);
  if (Array.isArray(value)) return value.map(later);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, later(inner)]));
}
