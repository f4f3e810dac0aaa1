/**
 * src/providers/aws/knowledge/data/resource-types.json: both sources in one, the stricter wins, in the form that
 * src/providers/aws/knowledge/rows.ts reads. Shapes are shared by content, so that the file stays small.
 */
import type { CfnLint } from './cfn-lint.ts';
import { nameProperty } from './name-property.ts';
import { type Field, markPath, mergeShape, type ResourceType, type Shape } from './shapes.ts';

export interface IndexFile {
  sources: string[];
  /** Each as `field,field`; see src/providers/aws/knowledge/rows.ts. */
  shapes: string[];
  /** Type: `fields|attributes|name property`. */
  types: Record<string, string>;
}

/** Adds to `types` what cfn-lint's schemas have besides, and marks what they mark: in any region. */
export function merge(types: Map<string, ResourceType>, cfnLint: CfnLint): void {
  for (const [type, marks] of cfnLint.marks) {
    const own = types.get(type);
    const known = own ?? { properties: new Map(), attributes: cfnLint.readOnly.get(type) ?? [], identifiers: [] };
    // What identifies a resource and the specification does not have is given by AWS, whatever the schema says of it.
    const identifiers = own
      ? cfnLint.schemas.get(type)!.flatMap(({ primaryIdentifier = [] }) => primaryIdentifier)
      : [];
    const given = identifiers.map((pointer) => pointer.split('/').at(-1)!);
    const readOnly = new Set([...(cfnLint.readOnly.get(type) ?? []), ...known.attributes, ...given]);
    const settable = [...cfnLint.shapes.get(type)!].filter(([name]) => !readOnly.has(name));
    mergeShape(known.properties, new Map(settable));
    // AWS::CDK::Metadata has a schema without properties, and templates give it some.
    if (!own && known.properties.size === 0) known.properties.set('*', { mark: 'never', below: 'anything' });
    types.set(type, known);
    for (const { path, mark } of marks) markPath(known.properties, path, mark);
  }
}

export function indexFile(
  types: Map<string, ResourceType>,
  cfnLint: CfnLint | undefined,
  sources: string[],
): IndexFile {
  const shapes: string[] = [];
  const numbers = new Map<string, number>();
  const numbered = new Map<Shape, number>();

  /** The number of a shape. One that contains itself gets its number before its text is known. */
  function number(shape: Shape): number {
    const known = numbered.get(shape);
    if (known !== undefined) return known;
    if (contains(shape, shape)) {
      numbered.set(shape, shapes.push('') - 1);
      shapes[numbered.get(shape)!] = text(shape);
    } else {
      const content = text(shape);
      if (!numbers.has(content)) numbers.set(content, shapes.push(content) - 1);
      numbered.set(shape, numbers.get(content)!);
    }
    return numbered.get(shape)!;
  }

  const text = (shape: Shape): string =>
    [...shape]
      .sort(byName)
      .map(([name, field]) => name + suffix(field))
      .join(',');

  function suffix({ mark, below }: Field): string {
    if (mark === 'always') return '!';
    const deeper = below === 'nothing' ? '' : below === 'anything' ? '*' : `:${number(below)}`;
    if (mark === 'conditional') return `?${deeper}`;
    return (typeof below !== 'string' && replaces(below) ? '~' : '') + deeper;
  }

  const rows = [...types].sort(byName).map(([type, row]) => {
    const name = nameProperty(type, row, new Set(cfnLint?.readOnly.get(type)));
    return [type, [text(row.properties), row.attributes.sort().join(','), name ?? ''].join('|').replace(/\|+$/, '')];
  });
  return { sources, shapes, types: Object.fromEntries(rows) as Record<string, string> };
}

/** One shape or type a line, so that a change of the sources reads well in a diff. */
export const indexText = (index: IndexFile): string => `${JSON.stringify(index).replaceAll('","', '",\n"')}\n`;

const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);

const inner = (shape: Shape): Shape[] =>
  [...shape.values()].flatMap(({ mark, below }) => (typeof below === 'string' || mark === 'always' ? [] : [below]));

function reachable(from: Shape): Set<Shape> {
  const seen = new Set<Shape>();
  const visit = (shape: Shape): void => {
    for (const next of inner(shape)) {
      if (seen.has(next)) continue;
      seen.add(next);
      visit(next);
    }
  };
  visit(from);
  return seen;
}

const contains = (shape: Shape, wanted: Shape): boolean => reachable(shape).has(wanted);

/** Whether anything in it, at any depth, may replace. */
const replaces = (shape: Shape): boolean =>
  [shape, ...reachable(shape)].some((each) => [...each.values()].some(({ mark }) => mark !== 'never'));
