/** Who the planner is in each account: a profile, a role that the policy names, or the ambient credentials. */
import type { AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import { CountersignError } from '../../core/errors.ts';
import type { Identity, Place } from '../../core/ports.ts';
import { type CloudSettings, stsClient } from './clients.ts';
import { askingAws } from './errors.ts';
import { actorOf } from './subject.ts';

/** An account of the policy. Roles are names or ARNs. */
export interface AccountEntry {
  alias: string;
  id: string;
  profile?: string;
  plannerRole?: string;
  executorRole?: string;
  /** Buckets of the account in which templates may lie. */
  templateBuckets?: readonly string[];
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
    'The policy has no account with that alias.',
    `Its accounts are: ${accounts.map(({ alias }) => alias).join(', ')}.`,
  );
}

export interface Session {
  /** Of the session. */
  arn: string;
  credentials: NonNullable<CloudSettings['credentials']>;
  expiresAt: number;
}
const RENEW_BEFORE_MILLISECONDS = 5 * 60_000;

/**
 * `planner`: to read and plan; the account's planner role where the policy names one, its sessions kept until shortly
 * before they end. `own`: the caller's own credentials, for the executor.
 */
export function createSettings(
  base: (region?: string) => CloudSettings,
  accounts: readonly AccountEntry[],
  now: () => Date,
) {
  const sessions = new Map<string, Promise<Session>>();

  const own = (place: Place): CloudSettings => {
    const settings = base(place.region);
    const profile = accountEntry(accounts, place)?.profile;
    return profile === undefined ? settings : { ...settings, profile };
  };

  async function planner(place: Place): Promise<CloudSettings> {
    const entry = accountEntry(accounts, place);
    if (entry?.plannerRole === undefined) return own(place);
    const { credentials } = await sessionOf(roleArn(entry.id, entry.plannerRole), own(place));
    return { ...own(place), credentials };
  }

  async function sessionOf(role: string, settings: CloudSettings): Promise<Session> {
    const known = await sessions.get(role);
    if (known && known.expiresAt - RENEW_BEFORE_MILLISECONDS > now().getTime()) return known;
    const begun = assumeRole(settings, { RoleArn: role, RoleSessionName: 'countersign-planner' });
    sessions.set(role, begun);
    begun.catch(() => sessions.delete(role));
    return begun;
  }
  return { planner, own };
}

/** @param request for a role that the policy names. */
export async function assumeRole(
  settings: CloudSettings,
  request: AssumeRoleCommandInput & { RoleArn: string },
): Promise<Session> {
  const { AssumeRoleCommand } = await import('@aws-sdk/client-sts');
  const role = request.RoleArn;
  const client = await stsClient(settings, { account: '', sessionRoles: [role] });
  const { Credentials, AssumedRoleUser } = await client.send(new AssumeRoleCommand(request));
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {};
  if (!AccessKeyId || !SecretAccessKey || !SessionToken)
    throw new CountersignError('AWS_FAILED', `AWS gave no credentials for ${role}.`, {
      agent: 'Tell the user that a role of this account cannot be assumed.',
      person: 'Check the trust policy of the role and your sign-in.',
    });
  return {
    arn: AssumedRoleUser?.Arn ?? '',
    credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
    expiresAt: Expiration?.getTime() ?? Date.now(),
  };
}

/**
 * Who one is at a place, asked once.
 *
 * @throws GUARD_IDENTITY when the place names an account and the credentials are another's.
 */
export function createIdentity(
  settingsFor: (place: Place) => Promise<CloudSettings>,
  accounts: readonly AccountEntry[],
) {
  const known = new Map<string, Promise<Identity>>();
  return (place: Place): Promise<Identity> => {
    const key = `${accountEntry(accounts, place)?.alias ?? ''}/${place.region ?? ''}`;
    const identity = known.get(key) ?? askingAws(() => askWho(place));
    known.set(key, identity);
    identity.catch(() => known.delete(key));
    return identity;
  };

  async function askWho(place: Place): Promise<Identity> {
    const { GetCallerIdentityCommand } = await import('@aws-sdk/client-sts');
    const settings = await settingsFor(place);
    const client = await stsClient(settings, { account: '' });
    const { Account: account = '', Arn: arn = '' } = await client.send(new GetCallerIdentityCommand({}));
    const expected = place.account === undefined ? undefined : accountEntry(accounts, place);
    if (expected && expected.id !== account)
      throw new CountersignError(
        'GUARD_IDENTITY',
        `Expected account ${expected.id} (${expected.alias}), got ${account} (${arn}).`,
        {
          agent: 'Tell the user that the credentials in use belong to another account.',
          person: 'Sign in to the account that the policy names, or set AWS_PROFILE.',
        },
      );
    return { ...actorOf({ identity: { account, arn } }), region: settings.region };
  }
}
