/**
 * Sign-in names: the many ways in which one person is written, reduced to names that can be compared.
 *
 * Guarantees: two spellings that can mean one person share a form. Errs on the side of excluding too many people
 * from a seat: `bob@a.example` and `bob@b.example` share `bob`.
 * Limit: a nickname that shares nothing with the login is only known when `signs_in_as` lists it.
 */

/** `assumed-role/<role>/<session>`, `user/<path>/<name>`, `federated-user/<name>`: the last part names a person. */
const PERSON_ARN = /^arn:aws[a-z-]*:(?:sts::\d{12}:(?:assumed-role\/[^/]+|federated-user)|iam::\d{12}:user)\/(.+)$/;

/** All forms of one name, lower case: itself, the tail of an ARN, `name` of `name@domain` and of `DOMAIN\name`. */
export function formsOf(signIn: string): string[] {
  const forms = new Set<string>();
  let rest: string | undefined = signIn.trim().normalize('NFKC').toLowerCase();
  while (rest) {
    if (forms.has(rest)) break;
    forms.add(rest);
    rest = tailOf(rest);
  }
  return [...forms];
}

function tailOf(name: string): string | undefined {
  if (name.startsWith('arn:')) return PERSON_ARN.exec(name)?.[1]?.split('/').at(-1);
  if (name.includes('\\')) return name.split('\\').at(-1);
  return name.includes('@') ? name.slice(0, name.indexOf('@')) : undefined;
}

/**
 * Does somebody who acts as `actor` map to this person?
 *
 * @param actor an OS user's name, or the ARN that AWS told of the caller.
 */
export function mapsTo(person: { name: string; signsInAs: readonly string[] }, actor: string): boolean {
  const acting = formsOf(actor);
  return [person.name, ...person.signsInAs].some((known) => formsOf(known).some((form) => acting.includes(form)));
}

/** The one person that somebody who acts as these maps to; undefined: nobody, or several, of whom none is certain. */
export function signedIn<P extends { name: string; signsInAs: readonly string[] }>(
  people: readonly P[],
  actors: readonly string[],
): P | undefined {
  const found = people.filter((person) => actors.some((actor) => mapsTo(person, actor)));
  return found.length === 1 ? found[0] : undefined;
}
