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
  /** The token's issuer and subject: `https://login.example.com#00u1`. */
  subject: string;
  /** The id of the OAuth client. */
  client: string;
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
