/** What all Describe operations of EC2 share: ids, filters, pages. */
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
  /** The input's member that names things by their names. */
  names?: { input: string; noun: string; notFound: string; nameOf(item: T): string | undefined };
  /** Every filter that the sandbox knows; `tag:KEY` and `tag-key` come with `tags`. */
  filters: Record<string, (item: T, world: World, caller: Caller) => (string | undefined)[]>;
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
    const filters = readFilters<T>(of, input.Filters);
    const all = of.items(world, caller);
    for (const id of ids ?? []) {
      if (of.ids.prefix !== undefined) refuseMalformed(id, of.ids as Noun);
      if (!all.some((item) => of.idOf(item) === id))
        throw new SandboxFault(of.ids.notFound, `The ${of.ids.noun ?? 'ID'} '${id}' does not exist`);
    }
    const asked = namesAsked(of, input, all);
    const found = all.filter(
      (item) =>
        (!ids?.length || ids.includes(of.idOf(item))) &&
        (asked === undefined || asked.includes(of.names?.nameOf(item) ?? '')) &&
        filters.every((matches) => matches(item, world, caller)),
    );
    const { page, next } = pageOf(found, input.NextToken, input.MaxResults ?? PAGE, 'InvalidNextToken');
    return { [of.output]: page.map((item) => of.show(item, world, caller)), NextToken: next };
  };
}

const MAX_FILTER_VALUES = 200;

/**
 * Every filter must match one of its values. A filter that is not known is refused, whatever there is to filter: it
 * must not match everything.
 */
function readFilters<T>(
  of: Listing<T>,
  filters: Filter[] = [],
): ((item: T, world: World, caller: Caller) => boolean)[] {
  if (filters.reduce((sum, { Values = [] }) => sum + Values.length, 0) > MAX_FILTER_VALUES)
    throw new SandboxFault('FilterLimitExceeded', 'The request uses too many filter values.');
  return filters.map(({ Name = '', Values = [] }) => {
    if (Name === '') throw new SandboxFault('InvalidParameterValue', "The filter 'null' is invalid");
    const valuesOf = filterOf(of, Name);
    const wanted = Values.map(filterPattern);
    return (item, world, caller) => {
      const values = valuesOf(item, world, caller);
      return wanted.some((pattern) => values.some((value) => value !== undefined && pattern.test(value)));
    };
  });
}

/** EC2 user guide, "Filter your resources": `*` and `?` are wildcards, and `\\` makes the next character itself. */
export function filterPattern(text: string): RegExp {
  const parts = [...text.matchAll(/\\([\s\S])|([\s\S])/gu)].map(([, escaped, plain = '']) => {
    if (plain === '*') return '[^]*';
    if (plain === '?') return '[^]';
    return (escaped ?? plain).replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('')}$`, 'u');
}

/** @returns the names that are asked for; undefined: any. */
function namesAsked<T>({ names }: Listing<T>, input: Record<string, unknown>, all: T[]): string[] | undefined {
  const wanted = names === undefined ? undefined : (input[names.input] as string[] | undefined);
  if (!names || !wanted?.length) return undefined;
  const missing = wanted.find((name) => !all.some((item) => names.nameOf(item) === name));
  if (missing !== undefined) throw new SandboxFault(names.notFound, `The ${names.noun} '${missing}' does not exist`);
  return wanted;
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
