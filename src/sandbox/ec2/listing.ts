/** What all Describe operations of EC2 share: ids, filters, pages. */
import { matchesGlob } from '../../core/glob.ts';
import { type Caller, type Operation, pageOf, SandboxFault } from '../service.ts';
import type { World } from '../world.ts';
import { type Noun, refuseMalformed, type Tag } from './model.ts';

type Filter = { Name?: string; Values?: string[] };

export interface Listing<T> {
  /** Of the caller's region; the world is the caller's account already. */
  items(world: World, caller: Caller): T[];
  idOf(item: T): string;
  /** The input's member that names ids, and how EC2 refuses those that are malformed or not there. */
  ids: { input: string; notFound: string } & Partial<Noun>;
  /** Every filter that the sandbox knows; `tag:KEY` and `tag-key` come with `tags`. */
  filters: Record<string, (item: T, world: World) => (string | undefined)[]>;
  tags?(item: T): Tag[];
  output: string;
  show(item: T, world: World, caller: Caller): unknown;
  /** EC2 refuses a page size beside ids for these. */
  idsExcludePages?: boolean;
}

const PAGE = 1000;

export function listing<T>(of: Listing<T>): Operation {
  return (world, input, caller) => {
    const ids = input[of.ids.input] as string[] | undefined;
    if (of.idsExcludePages && ids?.length && input.MaxResults !== undefined)
      throw new SandboxFault(
        'InvalidParameterCombination',
        `The parameter ${of.ids.input} cannot be used with the parameter MaxResults`,
      );
    const all = of.items(world, caller);
    for (const id of ids ?? []) {
      if (of.ids.prefix !== undefined) refuseMalformed(id, of.ids as Noun);
      if (!all.some((item) => of.idOf(item) === id))
        throw new SandboxFault(of.ids.notFound, `The ${of.ids.noun ?? 'ID'} '${id}' does not exist`);
    }
    const found = all.filter(
      (item) => (!ids?.length || ids.includes(of.idOf(item))) && matches(of, input.Filters, item, world),
    );
    const { page, next } = pageOf(found, input.NextToken, input.MaxResults ?? PAGE, 'InvalidNextToken');
    return { [of.output]: page.map((item) => of.show(item, world, caller)), NextToken: next };
  };
}

/** Every filter must match one of its values. A filter that is not known is refused: it must not match everything. */
function matches<T>(of: Listing<T>, filters: Filter[] | undefined, item: T, world: World): boolean {
  return (filters ?? []).every(({ Name = '', Values = [] }) => {
    const valuesOf = filterOf(of, Name);
    const values = valuesOf(item, world);
    return Values.some((wanted) => values.some((value) => value !== undefined && matchesGlob(wanted, value)));
  });
}

function filterOf<T>(of: Listing<T>, name: string): Listing<T>['filters'][string] {
  const known = Object.hasOwn(of.filters, name) ? of.filters[name] : undefined;
  if (known) return known;
  if (of.tags && name === 'tag-key') return (item) => of.tags!(item).map(({ Key }) => Key);
  if (of.tags && name.startsWith('tag:'))
    return (item) => of.tags!(item).flatMap(({ Key, Value }) => (Key === name.slice(4) ? [Value] : []));
  throw new SandboxFault('InvalidParameterValue', `The sandbox does not know the filter '${name}'`);
}

export const inRegion = <T extends { region: string }>(world: World, kind: string, region: string): T[] =>
  world.list<T>(kind).filter((item) => item.region === region);
