/** The little STS needed: who is calling, and assuming a role, which is remembered. Its session policy is evaluated elsewhere. */
import { type Caller, type Operation, SandboxFault, type Service } from './service.ts';
import { refuseTags } from './tag-lists.ts';
import type { World } from './world.ts';

/** Credentials that AssumeRole gave out, with everything that it was asked for. */
export interface AssumedRole {
  accessKeyId: string;
  /** Of the session. */
  arn: string;
  roleArn: string;
  account: string;
  /** Epoch milliseconds by the sandbox's clock; later calls answer as AWS does for expired credentials. */
  expiresAt: number;
  assumedBy: string;
  policy?: string;
  policyArns: string[];
  sourceIdentity?: string;
  tags: { Key: string; Value: string }[];
  transitiveTagKeys: string[];
}

const SESSION = 'assumed_role';
/** One such document anywhere: only the roles that are listed can be assumed. */
const ROLE = 'iam_role';

export const assumedRoles = (world: World): AssumedRole[] => world.shared.list<AssumedRole>(SESSION);
export const seedRole = (world: World, arn: string): void => world.shared.put(ROLE, arn, { arn });

/** An access key of twelve digits is that account's user; every other unknown key is the sandbox's own. */
export function callerOf(world: World, accessKeyId: string, region: string): Caller & { expired: boolean } {
  const session = world.shared.get<AssumedRole>(SESSION, accessKeyId);
  const account = session?.account ?? (/^\d{12}$/.test(accessKeyId) ? accessKeyId : world.account);
  return {
    account,
    region,
    accessKeyId,
    arn: session?.arn ?? `arn:aws:iam::${account}:user/sandbox`,
    expired: session !== undefined && session.expiresAt <= world.now(),
  };
}

const POLICY_ARN = /^arn:aws[a-z-]*:iam::(?:\d{12}|aws):policy\/.+$/;

const AssumeRole: Operation = (world, input, caller) => {
  const [, account, path] = /^arn:aws[a-z-]*:iam::(\d{12}):role\/(.+)$/.exec(input.RoleArn ?? '') ?? [];
  if (account === undefined || path === undefined)
    throw new SandboxFault('ValidationError', `${input.RoleArn} is invalid`);
  const sessionName: string = input.RoleSessionName ?? '';
  const durationSeconds: number = input.DurationSeconds ?? 3600;
  // User guide, "Passing session tags": keys that differ in case alone are one.
  refuseTags('ValidationError', input.Tags ?? [], (key) => key.toLowerCase());
  for (const { arn = '' } of (input.PolicyArns ?? []) as { arn?: string }[])
    if (!POLICY_ARN.test(arn)) throw new SandboxFault('ValidationError', `ARN ${arn} is not valid.`);
  if (String(input.Policy ?? '').length > 2_048)
    throw new SandboxFault('PackedPolicyTooLarge', 'The policy is longer than 2048 characters.');
  if (input.Policy !== undefined && !isJson(input.Policy))
    throw new SandboxFault('MalformedPolicyDocument', 'This policy contains invalid Json');
  if (world.shared.list(ROLE).length > 0 && !world.shared.get(ROLE, input.RoleArn))
    throw new SandboxFault(
      'AccessDenied',
      `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${input.RoleArn}`,
      403,
    );
  const session: AssumedRole = {
    accessKeyId: world.newId('ASIA').toUpperCase().slice(0, 20),
    // The role's path is not part of the session's ARN.
    arn: `arn:aws:sts::${account}:assumed-role/${path.split('/').at(-1)}/${sessionName}`,
    roleArn: input.RoleArn,
    account,
    expiresAt: world.now() + durationSeconds * 1000,
    assumedBy: caller.arn,
    ...(input.Policy === undefined ? {} : { policy: input.Policy }),
    policyArns: (input.PolicyArns ?? []).map(({ arn }: { arn?: string }) => arn ?? ''),
    ...(input.SourceIdentity === undefined ? {} : { sourceIdentity: input.SourceIdentity }),
    tags: input.Tags ?? [],
    transitiveTagKeys: input.TransitiveTagKeys ?? [],
  };
  world.shared.put(SESSION, session.accessKeyId, session);
  return {
    Credentials: {
      AccessKeyId: session.accessKeyId,
      SecretAccessKey: 'sandbox',
      SessionToken: 'sandbox',
      Expiration: new Date(session.expiresAt),
    },
    AssumedRoleUser: { Arn: session.arn, AssumedRoleId: `${session.accessKeyId}:${sessionName}` },
    ...(session.sourceIdentity === undefined ? {} : { SourceIdentity: session.sourceIdentity }),
  };
};

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

export const sts: Service = {
  operations: {
    GetCallerIdentity: (_world, _input, { account, arn, accessKeyId }) => ({
      Account: account,
      Arn: arn,
      UserId: arn.includes(':assumed-role/') ? `${accessKeyId}:${arn.split('/').at(-1)}` : accessKeyId,
    }),
    AssumeRole,
  },
};
