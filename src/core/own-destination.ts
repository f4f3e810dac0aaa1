/** Whether what a change sends away stays with the team. */
import { matchesGlob } from './glob.ts';
import type { Mark } from './mark.ts';

/**
 * INVARIANT: what is not known, or has no name, is not the team's.
 *
 * `destinations`: globs of the policy, for any data. `ownAccounts`: those that it names, for logs and findings alone.
 */
export function goesToOwn(
  { receives: { names, logs } = { names: [], logs: false } }: Pick<Mark, 'receives'>,
  { destinations }: { destinations: readonly string[] },
  { ownAccounts }: { ownAccounts: readonly string[] },
): boolean {
  const isNamed = (name: string) => destinations.some((own) => matchesGlob(own.toLowerCase(), name.toLowerCase()));
  return (
    names.length > 0 &&
    names.every((name) => /\S/.test(name) && (isNamed(name) || (logs && ownAccounts.includes(name))))
  );
}
