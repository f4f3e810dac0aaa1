/** What it means that this user reached something, in sentences: a table. */
import type { Finding } from './finding.ts';
import type { Reached } from './reach.ts';

interface Row {
  matches: RegExp;
  name: string;
  weight: Finding['weight'];
  why: string;
  fix(reached: Reached): string;
}

const L1 = 'let another user or host own it (docs/team.md)';
const ROWS: readonly Row[] = [
  {
    matches: /^key of /,
    name: 'signing-key-in-reach',
    weight: 'problem',
    why: 'An agent under this user can sign approvals with it.',
    fix: ({ what, at }) =>
      `Move the ${what} off this user (${at}), or replace it by a security key: ssh-keygen -t ed25519-sk.`,
  },
  {
    matches: /^login of the ledger$/,
    name: 'ledger-login-in-reach',
    weight: 'problem',
    why: 'An agent under this user can append events to the ledger without a server.',
    fix: ({ at }) => `Delete ${at} from the environment of this user, and reach the server over ssh or HTTP.`,
  },
  {
    matches: /^cloud credentials that cannot write$/,
    name: 'reading-credentials',
    weight: 'note',
    why: 'They were denied every write that was tried.',
    fix: () => 'Leave them, and keep them so.',
  },
  {
    matches: /^cloud credentials that can write$/,
    name: 'writing-credentials',
    weight: 'problem',
    why: 'An agent under this user can change the cloud without a plan.',
    fix: ({ at }) =>
      `Take write permissions from these credentials (${at}): countersign init aws --print-scp denies them to everyone but the executor.`,
  },
  {
    matches: /^cloud credentials$/,
    name: 'credentials-in-reach',
    weight: 'problem',
    why: 'An agent under this user can use them, and it was not found out what they can do.',
    fix: ({ at }) => `Delete them here (${at}), or sign in and run countersign doctor again to try them.`,
  },
  {
    matches: /^credentials of the machine$/,
    name: 'metadata-in-reach',
    weight: 'problem',
    why: 'Each process of this machine can take the machine’s role from there.',
    fix: () => 'Block the address for this user (a firewall rule by owner), or run agents on a machine without a role.',
  },
  {
    matches: /^the user /,
    name: 'user-in-reach',
    weight: 'problem',
    why: 'This user can become the user who owns policy, ledger and credentials, without a password.',
    fix: ({ what }) => `Remove the sudo rule that lets this user be ${what}.`,
  },
  {
    matches: /./,
    name: 'state-in-reach',
    weight: 'problem',
    why: 'An agent under this user can change what is signed, or what it is judged by.',
    fix: ({ what }) => `Make ${what} private (chmod go-rwx), and ${L1}.`,
  },
];

export const findingsOf = (reached: readonly Reached[]): Finding[] =>
  reached
    // A policy is no secret.
    .filter(({ what, how }) => !(how === 'read' && /policy/.test(what)))
    .map((one) => {
      const { name, weight, why, fix } = ROWS.find(({ matches }) => matches.test(one.what))!;
      return {
        name,
        weight,
        what: `This user can ${one.how} ${one.what} (${one.at}).`,
        why,
        fix: fix(one),
        at: one.at,
      };
    });
