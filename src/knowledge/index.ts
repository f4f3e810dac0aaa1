/** What is known about resource types. The big index is generated (`npm run tables`) and read at first use. */
export { holdsOf, snapshotSupported } from './holds.ts';
export { interruptsOf } from './interruptions.ts';
export { recoveryOf } from './recovery.ts';
export { isRevisionType } from './revisions.ts';

export type Replacement = 'never' | 'always' | 'conditional' | 'unknown';

export interface Knowledge {
  isKnownType(type: string): boolean;
  /** Property path below Properties, list indexes left out. Unknown type or property: `unknown`. */
  replacementOf(type: string, propertyPath: string): Replacement;
  /** Names for Fn::GetAtt. */
  attributesOf(type: string): string[];
  hasProperty(type: string, property: string): boolean;
  /** The property that sets the physical name (TableName, BucketName …). */
  nameProperty(type: string): string | undefined;
}

interface Row {
  p: string;
  a?: string;
  c?: string;
  g?: string;
}

let loading: Promise<Knowledge> | undefined;

/** Sources: see the data file's own `source`. */
export function loadKnowledge(): Promise<Knowledge> {
  loading ??= import('./data/resource-types.json', { with: { type: 'json' } }).then(({ default: data }) =>
    createKnowledge(data.types as Record<string, Row>),
  );
  return loading;
}

const list = (text: string | undefined): string[] => (text ? text.split(',') : []);

function createKnowledge(types: Record<string, Row>): Knowledge {
  const row = (type: string): Row | undefined => (Object.hasOwn(types, type) ? types[type] : undefined);
  return {
    isKnownType: (type) => row(type) !== undefined,
    replacementOf(type, propertyPath) {
      const known = row(type);
      const path = propertyPath.replaceAll(/\.\d+(?=\.|$)|\[\d+\]/g, '');
      const top = path.split('.')[0] ?? '';
      if (!known || !list(known.p).includes(top)) return 'unknown';
      const prefixes = path.split('.').map((_, index, parts) => parts.slice(0, index + 1).join('.'));
      const always = list(known.a);
      const conditional = list(known.c);
      // A whole property may differ in a part that replaces: the strictest of what lies above and below counts.
      const below = (paths: string[]) => paths.some((candidate) => prefixes.includes(candidate));
      if (below(always)) return 'always';
      if (below(conditional) || [...always, ...conditional].some((candidate) => candidate.startsWith(`${path}.`)))
        return 'conditional';
      return 'never';
    },
    attributesOf: (type) => list(row(type)?.g),
    hasProperty: (type, property) => list(row(type)?.p).includes(property),
    nameProperty(type) {
      const short = type.split('::')[2] ?? '';
      const properties = list(row(type)?.p);
      return [`${short}Name`, 'Name', `${short.replace(/^DB/, 'DB')}Identifier`, 'TableName', 'LogGroupName'].find(
        (name) => properties.includes(name),
      );
    },
  };
}
