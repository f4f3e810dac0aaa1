/**
 * For whom a call is made. The one place where that is decided, whatever way a call came: a process that the client
 * started, the forced command of an ssh key, or a request with a token.
 */
export interface Caller {
  /** The person whom the agent works for, as it was told: no person of the policy may be called so. null: nobody. */
  sponsor: string | null;
  /** Names under which this process and whoever asks act: a person who maps to one of them fills no seat. */
  actsAs: readonly string[];
  /** By a token of the identity provider. Absent: what started this process named the sponsor. */
  signedIn?: SignedIn;
}
export interface SignedIn {
  /** As `signs_in_as` names it: `https://login.example.com#00u1`. null: the token is a client's own. */
  as: string | null;
  /** The id of the OAuth client. */
  client: string | null;
}

/** What a token says that was checked. */
export interface TokenIdentity {
  issuer: string;
  /** null: it names none. */
  subject: string | null;
  client: string | null;
  /** It is the client's own: no person signed in. */
  isClientAlone: boolean;
  /** Its claims that are text; an e-mail address only where the issuer verified it. */
  claims: Readonly<Record<string, string>>;
}

/** Names, as whoever started a process gave them. */
interface Named {
  sponsor: string | undefined;
  actsAs: readonly string[];
}

/** A process that a client started: its environment names the sponsor, and proves nothing. */
export const callerOfProcess = ({ sponsor, actsAs }: Named): Caller => ({ sponsor: sponsor ?? null, actsAs });

/** Over ssh: the forced command of the key names the person, who can fill no seat of what this process does. */
export const overKeyOf = <N extends Named & { actsAs: string[] }>(person: string, named: N): N => ({
  ...named,
  sponsor: person,
  actsAs: [...named.actsAs, person],
});

/** Who may be meant by a token, as the policy in use lists them. */
export interface SignsIn {
  people: Readonly<Record<string, { signs_in_as: readonly string[] }>>;
  /** The only issuer whose tokens name people; absent: the server's. */
  issuer?: string | undefined;
  /** The claim that names a person besides issuer and subject. Absent: none does. */
  claim?: string | undefined;
}
/** Claims under which somebody may be known elsewhere. */
const OTHER_NAMES = ['email', 'preferred_username', 'upn'];

/** A claim that people choose themselves could spell the subject of somebody else. */
const NAMES_SUBJECT = /^https?:\/\/[^#]*#/;

/**
 * A request with a token. SECURITY: a person is meant only where `signs_in_as` lists the issuer and subject, or the claim
 * that the policy names, letter by letter; in the other direction, whoever may be meant fills no seat.
 *
 * @param process names under which the server acts.
 */
export function callerOfToken(
  token: TokenIdentity,
  { people, issuer: only, claim }: SignsIn,
  process: readonly string[],
): Caller {
  const { issuer, subject, client, isClientAlone, claims } = token;
  const as = isClientAlone || subject === null ? null : `${issuer}#${subject}`;
  const isOfOurs = only === undefined || only === issuer;
  if (as === null) return { sponsor: null, actsAs: process, signedIn: { as, client } };
  const named = claim === undefined ? undefined : claims[claim];
  const meant = Object.entries(people).filter(([, { signs_in_as: known }]) =>
    known.some((one) => one === as || (one === named && !NAMES_SUBJECT.test(one))),
  );
  const others = [...OTHER_NAMES.map((name) => claims[name]), subject ?? undefined, named];
  return {
    sponsor: isOfOurs && meant.length === 1 ? meant[0]![0] : null,
    actsAs: [...process, as, ...others.filter((name) => name !== undefined)],
    signedIn: { as, client },
  };
}
