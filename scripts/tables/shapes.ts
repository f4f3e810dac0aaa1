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
 * A path that the shapes do not have is added. Returns whether it was there.
 */
export function markPath(shape: Shape, [name, ...rest]: string[], mark: Mark): boolean {
  // A source writes `*` for the index of a list, which does not exist here, and for the key of a map, which does.
  if (name === '*' && !shape.has('*')) return rest.length === 0 || markPath(shape, rest, mark);
  if (name === undefined) return true;
  const known = shape.get(name);
  const field: Field = known ? { ...known } : { mark: 'never', below: 'nothing' };
  shape.set(name, field);
  if (rest.length === 0 || (rest.length === 1 && rest[0] === '*')) {
    field.mark = stricter(field.mark, mark);
    return known !== undefined;
  }
  if (field.below === 'anything') {
    field.mark = stricter(field.mark, 'conditional');
    return true;
  }
  field.below = new Map(field.below === 'nothing' ? [] : field.below);
  return markPath(field.below, rest, mark) && known !== undefined;
}
