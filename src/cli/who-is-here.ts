/** Which person of the policy runs a command. */
import type { StateFolder } from '../folder.ts';
import type { Person } from '../people/person.ts';
import { signedIn } from '../people/sign-in.ts';

/**
 * Without a name: the person that is signed in here, else, over ssh, the one whom the forced command of their key sets.
 * It decides only for whom a statement is made: the signature has to be by a key of theirs.
 */
export const personHere = (people: readonly Person[], { actsAs, overSsh }: StateFolder['config']): string | undefined =>
  (signedIn(people, actsAs) ?? people.find(({ name }) => name === overSsh))?.name;

/** Of the adopted policy; none before there is one. */
export async function peopleNow({ ledger }: Pick<StateFolder, 'ledger'>): Promise<readonly Person[]> {
  const { directoryNow } = await import('../policy/directory.ts');
  return (await directoryNow(ledger))?.people ?? [];
}
