/** The form both sources are brought into: properties with what an update does, and the shapes below them. */
export type Mark = 'never' | 'conditional' | 'always';

export interface Field {
  mark: Mark;
  /** What may stand below: nothing, anything (free-form JSON), or exactly the fields of a shape. */
  below: 'nothing' | 'anything' | Shape;
  /** Types of the resources that it may name. */
  refers?: string[];
  /** A plain string. */
  text?: boolean;
}

/** Field by name. The one name `*` stands for every key of a map. List indexes do not exist. May contain itself. */
export type Shape = Map<string, Field>;

export interface ResourceType {
  properties: Shape;
  attributes: string[];
  /** Properties that AWS says identify the resource; nested ones left out. */
  identifiers: string[];
}

const STRICTNESS: Mark[] = ['never', 'conditional', 'always'];
export const stricter = (a: Mark, b: Mark): Mark => (STRICTNESS.indexOf(a) >= STRICTNESS.indexOf(b) ? a : b);

/**
 * Marks one path, in a copy of the shapes on the way: another property may share them.
 * A path that the shapes do not have is added.
 */
export function markPath(shape: Shape, [name, ...rest]: string[], mark: Mark): void {
  if (name === undefined) return;
  // A source writes `*` for the index of a list, which does not exist here, and for the key of a map, which does.
  if (name === '*' && !shape.has('*')) {
    markPath(shape, rest, mark);
    return;
  }
  const field: Field = { ...(shape.get(name) ?? { mark: 'never', below: 'nothing' }) };
  shape.set(name, field);
  if (rest.every((part) => part === '*')) field.mark = stricter(field.mark, mark);
  else if (field.below === 'anything') field.mark = stricter(field.mark, 'conditional');
  else {
    field.below = new Map(field.below === 'nothing' ? [] : field.below);
    markPath(field.below, rest, mark);
  }
}

/** The strictest mark on the way to a path; `unknown` where the shapes do not have it. */
export function lookUp(shape: Shape | undefined, [name = '', ...rest]: string[]): Mark | 'unknown' {
  const field = shape?.get(name) ?? shape?.get('*');
  if (!field) return 'unknown';
  if (rest.length === 0 || field.below === 'anything' || field.mark === 'always') return field.mark;
  const below = lookUp(field.below === 'nothing' ? undefined : field.below, rest);
  return below === 'unknown' ? below : stricter(field.mark, below);
}

/** Adds to a shape what another source's shape has and it does not, at every depth. Its own marks and words stay. */
export function mergeShape(into: Shape, other: Shape, seen = new Set<Shape>()): void {
  if (seen.has(into)) return;
  seen.add(into);
  for (const [name, field] of other) {
    const known = into.get(name);
    if (!known) into.set(name, field);
    else if (typeof known.below !== 'string' && typeof field.below !== 'string')
      mergeShape(known.below, field.below, seen);
    else if (known.below === 'nothing' && field.below !== 'nothing') into.set(name, { ...known, below: field.below });
  }
}
