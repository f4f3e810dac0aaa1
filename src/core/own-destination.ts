/** Whether what a change sends away stays with the team. */
import { matchesGlob } from './glob.ts';
import type { Mark } from './mark.ts';

/**
 * INVARIANT: what is not known, or has no name, is not the team's.
 *
 * @param destinations globs of the policy, for any data.
 * @param accounts of the policy: for logs and findings alone.
 */
export function goesToOwn(
  { names, logs }: NonNullable<Mark['receives']>,
  destinations: readonly string[],
  accounts: readonly string[],
): boolean {
  const isNamed = (name: string) => destinations.some((own) => matchesGlob(own.toLowerCase(), name.toLowerCase()));
  return (
    names.length > 0 && names.every((name) => /\S/.test(name) && (isNamed(name) || (logs && accounts.includes(name))))
  );
}
