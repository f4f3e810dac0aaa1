/** What changes of one resource, property by property: CloudFormation's word and the tables', the stricter wins. */
import type { ResourceChange, ResourceChangeDetail } from '@aws-sdk/client-cloudformation';
import type { PropertyChange } from '../../../core/effect.ts';
import { makeVisible } from '../../../core/render-safe.ts';
import { documentedReplacement, type Knowledge } from '../knowledge/index.ts';
import { type LeafContext, maskText } from '../template/secrets.ts';

const RECREATION = { Never: 'never', Always: 'always', Conditionally: 'conditional' } as const;
const STRICTNESS = ['never', 'unknown', 'conditional', 'always'] as const;
/** What the templates make of secrets, on each side, for one resource. */
export interface Leaves {
  before: LeafContext;
  after: LeafContext;
}
export type Replaces = PropertyChange['replaces'];

const stricter = (a: Replaces, b: Replaces): Replaces => (STRICTNESS.indexOf(a) >= STRICTNESS.indexOf(b) ? a : b);

/** Details that cannot come true are left out by the caller (`isMoot`). */
export function propertyChanges(
  knowledge: Knowledge,
  change: ResourceChange,
  isMoot: (detail: ResourceChangeDetail) => boolean,
  leaves: Leaves,
): PropertyChange[] {
  const type = change.ResourceType ?? '';
  const byPath = new Map<string, PropertyChange>();
  for (const detail of change.Details ?? []) {
    const { Target } = detail;
    if (!Target || isMoot(detail)) continue;
    const isProperty = Target.Attribute === 'Properties' && Target.Name;
    const path = isProperty ? `Properties.${Target.Name}` : (Target.Attribute ?? 'unknown');
    const leaf = isProperty ? leafPath(Target.Path, path) : path;
    const known = byPath.get(path);
    byPath.set(path, {
      path,
      ...shown(leaf, 'before', Target.BeforeValue, leaves),
      ...shown(leaf, 'after', Target.AfterValue, leaves),
      replaces: stricter(
        isProperty || Target.Attribute === 'Tags'
          ? merged(Target.RequiresRecreation, tableVerdict(knowledge, type, Target))
          : 'never',
        known?.replaces ?? 'never',
      ),
    });
  }
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** `/Properties/Environment/Variables/X`: where the value that is told stands. */
const leafPath = (path: string | undefined, otherwise: string): string =>
  path ? path.replace(/^\//, '').replaceAll('/', '.') : otherwise;

/** CloudFormation's explicit word counts where the tables know nothing; silence and ignorance together are unknown. */
function merged(said: keyof typeof RECREATION | undefined, table: Replaces): Replaces {
  if (said === undefined) return table;
  return table === 'unknown' ? RECREATION[said] : stricter(RECREATION[said], table);
}

/** Names of the property that a resource's tags are, its own or what comes from the stack. */
const TAG_PROPERTIES = ['Tags', 'TagList', 'TagSet', 'FileSystemTags', 'HostedZoneTags', 'UserPoolTags'];

/** CloudFormation names the deepest path that it knows; the tables know nested properties too. */
function tableVerdict(
  knowledge: Knowledge,
  type: string,
  target: { Attribute?: string | undefined; Path?: string | undefined; Name?: string | undefined },
): Replaces {
  if (target.Attribute === 'Tags')
    return TAG_PROPERTIES.filter((name) => knowledge.hasProperty(type, name))
      .map((name) => knowledge.replacementOf(type, name))
      .reduce<Replaces>(stricter, 'never');
  const path = target.Path?.replace(/^\/Properties\//, '').replaceAll('/', '.') || target.Name;
  if (path === undefined) return 'unknown';
  return stricter(knowledge.replacementOf(type, path), documentedReplacement(type, path));
}

/** SECURITY: secrets never reach a plan, whatever CloudFormation shows of them. */
function shown(path: string, side: 'before' | 'after', value: string | undefined, leaves: Leaves) {
  if (value === undefined) return {};
  return { [side]: makeVisible(maskText(path, value, leaves[side]), Number.POSITIVE_INFINITY) };
}
