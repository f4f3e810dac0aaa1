/** Leaves as rows: lines of one text stand together, long values tell first what differs. */
import type { LeafChange } from '../core/leaves.ts';
import { makeVisibleLine } from '../core/render-safe.ts';
import type { Leaf, Row } from './layout.ts';
import { differenceOf, quoted } from './values.ts';

/** Values that a row folds: told whole further down. */
export interface Whole {
  name: string;
  before: string;
  after: string;
}

/** INVARIANT: two paths never look the same: properties stand bare, all else says what it is. */
export function pathText(path: string): string {
  const below = path.replace(/^\./, '');
  const told = below.startsWith('Properties.')
    ? below.slice('Properties.'.length)
    : below.startsWith('Tags.')
      ? `tag ${below.slice('Tags.'.length)}`
      : `attribute ${below}`;
  return makeVisibleLine(told, Number.POSITIVE_INFINITY);
}

const leafOf = (path: string, before: string | undefined, after: string | undefined): Leaf => ({
  path: pathText(path),
  ...(before === undefined ? {} : { before: quoted(before) }),
  ...(after === undefined ? {} : { after: quoted(after) }),
});

const LINE = /^(.*):(\d+)$/s;

function* runsOfLines(leaves: readonly LeafChange[]): Generator<LeafChange[]> {
  let run: LeafChange[] = [];
  const baseOf = (leaf: LeafChange | undefined) => (leaf ? LINE.exec(leaf.path)?.[1] : undefined);
  for (const leaf of leaves) {
    if (run.length > 0 && (baseOf(leaf) === undefined || baseOf(leaf) !== baseOf(run[0]))) {
      yield run;
      run = [];
    }
    run.push(leaf);
  }
  if (run.length > 0) yield run;
}

/** Every leaf that changes, before → after. @param whole takes what is folded. */
export function changedRows(leaves: readonly LeafChange[], indent: number, name: string, whole: Whole[]): Row[] {
  return [...runsOfLines(leaves)].flatMap((run): Row[] => {
    const base = LINE.exec(run[0]!.path)?.[1];
    if (base !== undefined) return linesRows(base, run, indent);
    return run.map(({ path, before, after }) => {
      const { text, isFolded } = differenceOf(before, after);
      if (isFolded) whole.push({ name: `${name} ${pathText(path)}`, before: before!, after: after! });
      return { indent, text: `${pathText(path)}: ${text}`, leaf: leafOf(path, before, after) };
    });
  });
}

function linesRows(base: string, run: readonly LeafChange[], indent: number): Row[] {
  const numbers = run.map(({ path }) => Number(LINE.exec(path)![2]));
  const [first, last] = [Math.min(...numbers), Math.max(...numbers)];
  return [
    { indent, text: `${pathText(base)}, ${first === last ? `line ${first}` : `lines ${first} to ${last}`}:` },
    ...run.flatMap(({ before, after }): Row[] => [
      ...(before === undefined ? [] : [{ indent, mark: '  - ', text: before, tone: 'quiet' as const }]),
      ...(after === undefined ? [] : [{ indent, mark: '  + ', text: after }]),
    ]),
  ];
}

/** Every leaf of something that is made, or that goes. */
export function valueRows(leaves: readonly (readonly [path: string, text: string])[], indent: number): Row[] {
  const asChanges = leaves.map(([path, text]): LeafChange => ({ path, after: text }));
  return [...runsOfLines(asChanges)].flatMap((run): Row[] => {
    const base = LINE.exec(run[0]!.path)?.[1];
    if (base !== undefined && run.length > 1)
      return [
        { indent, text: `${pathText(base)}, ${run.length} lines:` },
        ...run.map(({ after = '' }): Row => ({ indent, mark: '  \u2502 ', text: after })),
      ];
    return run.map(({ path, after = '' }) => ({
      indent,
      text: `${pathText(path)}: ${quoted(after)}`,
      leaf: leafOf(path, undefined, after),
    }));
  });
}
