/** The one way to read a list whole: the SDK's own paginators, and an end to lists that have none. */
import { CountersignError } from '../../core/errors.ts';

/** Some 50,000 events, or half a million resources. */
const MAX_PAGES = 500;

/**
 * Passes pages on.
 *
 * @throws AWS_ANSWER_INVALID for a page that was told before, or more pages than any account has: half a list, or one
 *   without an end, is never taken for a list.
 */
export async function* allPages<Page extends object>(pages: AsyncIterable<Page>): AsyncGenerator<Page> {
  const tokens = new Set<string>();
  for await (const page of pages) {
    yield page;
    const { NextToken: next } = page as { NextToken?: string };
    if (next === undefined) continue;
    if (tokens.has(next)) throw endless('returns to an earlier page');
    tokens.add(next);
    if (tokens.size >= MAX_PAGES) throw endless(`has more than ${MAX_PAGES} pages`);
  }
}

/** All items of all pages. */
export async function itemsOf<Page extends object, Item>(
  pages: AsyncIterable<Page>,
  items: (page: Page) => readonly Item[] | undefined,
): Promise<Item[]> {
  const all: Item[] = [];
  for await (const page of allPages(pages)) for (const item of items(page) ?? []) all.push(item);
  return all;
}

/** A few at a time, in order. */
export async function inChunks<T, R>(
  items: readonly T[],
  size: number,
  run: (chunk: T[]) => Promise<R[]>,
): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += size) results.push(...(await run(items.slice(at, at + size))));
  return results;
}

function endless(what: string): CountersignError {
  return new CountersignError(
    'AWS_ANSWER_INVALID',
    `A list from AWS ${what}.`,
    'Tell the user that this endpoint is not AWS, or that the account is too large to list completely.',
  );
}
