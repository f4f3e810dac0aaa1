/**
 * How far the agent is kept apart from the power to sign or write: the levels, how each stands, and who is at the other
 * end of a server. Pure; `src/doctor/` finds it out, `src/policy/proven.ts` reads what it recorded.
 */
export const LEVELS = ['L1', 'L2', 'L3', 'L4'] as const;
export type Level = (typeof LEVELS)[number];
export type Assurance = 'L0' | Level;

/** What each level claims, in one sentence. */
export const CLAIMS: Readonly<Record<Level, string>> = {
  L1: 'another user or host owns credentials, policy and ledger',
  L2: 'approvals come from hardware-backed keys with user presence',
  L3: 'approvers decide on another device, under their own login',
  L4: 'the cloud itself denies mutation to everyone but the executor, its service roles and break-glass',
};

/**
 * `proven`: doctor tried it. `declared`: the owners signed a policy that says so. `refuted`: doctor tried, and it is not
 * so, whatever was declared. INVARIANT: only `proven` counts.
 */
export const STANDINGS = ['proven', 'declared', 'unknown', 'refuted'] as const;
export interface StandingOfLevel {
  level: Level;
  standing: (typeof STANDINGS)[number];
  why: string;
}

/** `unknown`: the operating system does not tell. */
export const CLIENT_KINDS = ['same_user', 'other_user', 'other_host', 'unknown'] as const;
/** Who is at the other end of a server, by what the operating system says of it. */
export interface Client {
  kind: (typeof CLIENT_KINDS)[number];
  /** `uid 1001` of another user, `host` of another host. */
  who: string;
  why: string;
}
const WORST_FIRST: readonly StandingOfLevel['standing'][] = ['refuted', 'unknown', 'declared', 'proven'];
export const isWorse = (one: StandingOfLevel, other: StandingOfLevel): boolean =>
  WORST_FIRST.indexOf(one.standing) < WORST_FIRST.indexOf(other.standing);

export const isApart = ({ kind }: Pick<Client, 'kind'>): boolean => kind === 'other_user' || kind === 'other_host';

/** The highest level that is proven together with all below it. */
export function assuranceOf(levels: readonly StandingOfLevel[]): Assurance {
  let proven: Assurance = 'L0';
  for (const level of LEVELS) {
    if (levels.find((one) => one.level === level)?.standing !== 'proven') return proven;
    proven = level;
  }
  return proven;
}

/**
 * How its sponsor is known. Below L1 whoever starts a server chooses its sponsor; over HTTP the identity provider says
 * who it is, whatever the level.
 */
export function sponsorIs({
  assurance,
  signedInAs,
}: {
  assurance: string;
  signedInAs?: string | undefined;
}): 'signed in' | 'claimed' | 'proven' {
  if (signedInAs !== undefined) return 'signed in';
  return assurance === 'L0' ? 'claimed' : 'proven';
}

export const PROVEN_FOR_HOURS = 24;
export const ASKED_FOR_MINUTES = 10;
