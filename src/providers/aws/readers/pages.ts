/** Pages of our own size over pages of AWS's, filtered, with a cursor that fits both. */
import { CountersignError } from '../../../core/errors.ts';
import type { Page } from '../../../core/ports.ts';

export interface AwsPage<T> {
  items: T[];
  next?: string | undefined;
}
/** A filter that matches little must not walk a whole account in one call. */
const MOST_AWS_PAGES = 20;

/** The cursor is AWS's token of the page to begin with, and how many of its (filtered) items were told already. */
export async function pageThrough<T>(
  fetch: (token: string | undefined) => Promise<AwsPage<T>>,
  keep: (item: T) => boolean,
  { cursor, limit }: { cursor?: string; limit: number },
): Promise<Page<T>> {
  const items: T[] = [];
  let { token, skip } = cursor === undefined ? { token: undefined, skip: 0 } : readCursor(cursor);
  for (let pages = 0; pages < MOST_AWS_PAGES; pages += 1) {
    const { items: all, next } = await fetch(token);
    const kept = all.filter(keep).slice(skip);
    const room = limit - items.length;
    items.push(...kept.slice(0, room));
    if (kept.length > room) return { items, cursor: writeCursor(token, skip + room) };
    if (next === undefined) return { items };
    token = next;
    skip = 0;
    if (items.length === limit) break;
  }
  return { items, cursor: writeCursor(token, skip) };
}

function writeCursor(token: string | undefined, skip: number): string {
  return Buffer.from(JSON.stringify([token ?? null, skip])).toString('base64url');
}

function readCursor(cursor: string): { token: string | undefined; skip: number } {
  try {
    const [token, skip] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if ((token === null || typeof token === 'string') && Number.isSafeInteger(skip) && skip >= 0)
      return { token: token ?? undefined, skip };
  } catch {
    // told below
  }
  throw new CountersignError('INPUT_INVALID', 'cursor does not come from a list.', 'Start without a cursor.');
}
