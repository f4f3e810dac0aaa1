/** Who the planner is in each account: a profile, a role that the policy names, or the ambient credentials. */
import { CountersignError } from '../core/errors.ts';
import type { Place } from '../core/ports.ts';
import { type CloudSettings, stsClient } from './clients.ts';

/** An account of the policy. Roles are names or ARNs. */
export interface AccountEntry {
  alias: string;
  id: string;
  profile?: string;
  plannerRole?: string;
  serviceRole?: string;
}

export function roleArn(accountId: string, role: string): string {
  return role.startsWith('arn:') ? role : `arn:aws:iam::${accountId}:role/${role}`;
}

/** @throws INPUT_ACCOUNT_UNKNOWN. Without a policy (no accounts) every place is the ambient credentials' own. */
export function accountEntry(accounts: readonly AccountEntry[], { account }: Place): AccountEntry | undefined {
  if (account === undefined) return accounts.length === 1 ? accounts[0] : undefined;
  const entry = accounts.find(({ alias, id }) => alias === account || id === account);
  if (entry || accounts.length === 0) return entry;
  throw new CountersignError(
    'INPUT_ACCOUNT_UNKNOWN',
    'The policy has no account of that alias.',
    `Its accounts are: ${accounts.map(({ alias }) => alias).join(', ')}.`,
  );
}

interface Session {
  credentials: NonNullable<CloudSettings['credentials']>;
  expiresAt: number;
}
const RENEW_BEFORE_MILLISECONDS = 5 * 60_000;

/** Settings per place; sessions of planner roles are kept until shortly before they end. */
export function createSettings(base: (region?: string) => CloudSettings, accounts: readonly AccountEntry[]) {
  const sessions = new Map<string, Promise<Session>>();

  async function settingsFor(place: Place): Promise<CloudSettings> {
    const entry = accountEntry(accounts, place);
    const settings = base(place.region);
    const profiled = entry?.profile === undefined ? settings : { ...settings, profile: entry.profile };
    if (entry?.plannerRole === undefined) return profiled;
    return { ...profiled, credentials: (await sessionOf(roleArn(entry.id, entry.plannerRole), profiled)).credentials };
  }

  async function sessionOf(role: string, settings: CloudSettings): Promise<Session> {
    const known = await sessions.get(role);
    if (known && known.expiresAt - RENEW_BEFORE_MILLISECONDS > Date.now()) return known;
    const begun = assume(role, settings);
    sessions.set(role, begun);
    begun.catch(() => sessions.delete(role));
    return begun;
  }
  return settingsFor;
}

async function assume(role: string, settings: CloudSettings): Promise<Session> {
  const { AssumeRoleCommand } = await import('@aws-sdk/client-sts');
  const client = await stsClient(settings, { account: '', sessionRoles: [role] });
  const { Credentials } = await client.send(
    new AssumeRoleCommand({ RoleArn: role, RoleSessionName: 'countersign-planner' }),
  );
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {};
  if (!AccessKeyId || !SecretAccessKey || !SessionToken)
    throw new CountersignError(
      'AWS_FAILED',
      `AWS gave no credentials for ${role}.`,
      'Tell the user: the planner role of this account cannot be assumed.',
    );
  return {
    credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
    expiresAt: Expiration?.getTime() ?? Date.now(),
  };
}
