/** Reading follows the policy's scopes: what is in none is left out of lists, and refused where it was named. */
import { CountersignError } from '../../../core/errors.ts';
import type { Identity, Page, PolicyPort } from '../../../core/ports.ts';
import type { Tags } from '../observe/ownership.ts';

export type MayRead = PolicyPort['mayRead'];

/** A resource of a stack is where its stack is; stacks hand their tags on. */
export function mayReadResource(mayRead: MayRead, { account, region }: Identity, id: string, tags: Tags): boolean {
  const stack = tags['aws:cloudformation:stack-name'];
  return stack === undefined
    ? mayRead({ kind: 'resource', account, region, name: id, tags })
    : mayRead({ kind: 'stack', account, region, name: stack, tags });
}

export function refuseReading(name: string): never {
  throw new CountersignError(
    'GUARD_SCOPE',
    `${name} is not in any scope of the policy, so it cannot be read.`,
    'Use a resource in scope (describe_policy lists the scopes), or tell the user that a policy owner must add it.',
  );
}

/** `named`: by their ids, so that one that is out of scope refuses them all. */
export function inScope<T>(
  items: readonly T[],
  named: boolean,
  subject: (item: T) => { id: string; readable: boolean },
): Pick<Page<T>, 'outOfScope'> & { items: T[] } {
  const readable = items.filter((item) => subject(item).readable);
  const outside = items.find((item) => !subject(item).readable);
  if (named && outside !== undefined) refuseReading(subject(outside).id);
  const outOfScope = items.length - readable.length;
  return { items: readable, ...(outOfScope > 0 ? { outOfScope } : {}) };
}
