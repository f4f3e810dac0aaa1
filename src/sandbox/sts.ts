/** The little STS needed: who is calling, and assuming a role, which is remembered. */
import { type Caller, SandboxFault, type Service } from './service.ts';
import type { World } from './world.ts';

export interface AssumedRole {
  accessKeyId: string;
  arn: string;
  roleArn: string;
  policy?: string;
  sourceIdentity?: string;
  tags: { Key: string; Value: string }[];
}

export function callerOf(world: World, accessKeyId: string, region: string): Caller {
  const role = world.get<AssumedRole>('assumed_role', accessKeyId);
  return {
    account: world.account,
    region,
    accessKeyId,
    arn: role?.arn ?? `arn:aws:iam::${world.account}:user/sandbox`,
  };
}

export const sts: Service = {
  operations: {
    GetCallerIdentity: (_world, _input, caller) => ({
      Account: caller.account,
      Arn: caller.arn,
      UserId: caller.accessKeyId,
    }),
    AssumeRole(world, input) {
      const match = /^arn:aws[a-z-]*:iam::(\d{12}):role\/(.+)$/.exec(input.RoleArn ?? '');
      if (!match) throw new SandboxFault('ValidationError', `${input.RoleArn} is invalid`);
      if (!/^[\w+=,.@-]{2,64}$/.test(input.RoleSessionName ?? ''))
        throw new SandboxFault('ValidationError', 'RoleSessionName is invalid');
      const accessKeyId = world.newId('ASIA').toUpperCase();
      const arn = `arn:aws:sts::${match[1]}:assumed-role/${match[2]}/${input.RoleSessionName}`;
      const remembered: AssumedRole = {
        accessKeyId,
        arn,
        roleArn: input.RoleArn,
        policy: input.Policy,
        sourceIdentity: input.SourceIdentity,
        tags: input.Tags ?? [],
      };
      world.put('assumed_role', accessKeyId, remembered);
      return {
        Credentials: {
          AccessKeyId: accessKeyId,
          SecretAccessKey: 'sandbox',
          SessionToken: 'sandbox',
          Expiration: new Date(world.now() + (input.DurationSeconds ?? 3600) * 1000),
        },
        AssumedRoleUser: { Arn: arn, AssumedRoleId: `${accessKeyId}:${input.RoleSessionName}` },
      };
    },
  },
};
