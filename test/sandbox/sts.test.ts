import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterEach, describe, expect, it } from 'vitest';
import { assumedRoles } from '../../src/sandbox/sts.ts';
import { type Endpoint, openEndpoint } from './endpoint.ts';

const OTHER = '210987654321';
const ROLE = `arn:aws:iam::${OTHER}:role/path/countersign-executor`;

let at: Endpoint;
afterEach(() => at.close());

const assume = async (input: Partial<ConstructorParameters<typeof AssumeRoleCommand>[0]> = {}) => {
  const { Credentials } = await at
    .sts()
    .send(new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'chg-1', ...input }));
  return {
    accessKeyId: Credentials!.AccessKeyId!,
    secretAccessKey: Credentials!.SecretAccessKey!,
    sessionToken: Credentials!.SessionToken!,
    expires: Credentials!.Expiration!,
  };
};

describe('the sandbox STS', () => {
  it('says who calls: a user, and after AssumeRole the session in the account of the role', async () => {
    at = openEndpoint({});
    expect(await at.sts().send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: '123456789012',
      Arn: 'arn:aws:iam::123456789012:user/sandbox',
    });
    const { expires: _when, ...credentials } = await assume();
    expect(await at.sts({ credentials }).send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: OTHER,
      Arn: `arn:aws:sts::${OTHER}:assumed-role/countersign-executor/chg-1`,
    });
  });
  it('remembers the session policy, source identity and tags that a role was assumed with', async () => {
    at = openEndpoint({});
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [] });
    await assume({ Policy, SourceIdentity: 'alice', Tags: [{ Key: 'change', Value: 'chg-1' }], DurationSeconds: 900 });
    expect(at.store.transact(assumedRoles)).toMatchObject([
      {
        roleArn: ROLE,
        account: OTHER,
        policy: Policy,
        sourceIdentity: 'alice',
        tags: [{ Key: 'change', Value: 'chg-1' }],
        assumedBy: 'arn:aws:iam::123456789012:user/sandbox',
      },
    ]);
  });
  it('shows each account and each region its own instances only', async () => {
    at = openEndpoint({
      instances: [
        { id: 'i-00000001', name: 'mine' },
        { id: 'i-00000002', name: 'elsewhere', region: 'us-east-1' },
        { id: 'i-00000003', name: 'theirs', account: OTHER },
      ],
    });
    const seen = async (from: Parameters<Endpoint['ec2']>[0]) => {
      const { Reservations = [] } = await at.ec2(from).send(new DescribeInstancesCommand({}));
      return Reservations.map(({ OwnerId, Instances }) => [OwnerId, Instances?.[0]?.InstanceId]);
    };
    const { expires: _when, ...credentials } = await assume();
    expect(await seen({})).toEqual([['123456789012', 'i-00000001']]);
    expect(await seen({ region: 'us-east-1' })).toEqual([['123456789012', 'i-00000002']]);
    expect(await seen({ credentials })).toEqual([[OTHER, 'i-00000003']]);
    await expect(
      at.ec2({ credentials }).send(new DescribeInstancesCommand({ InstanceIds: ['i-00000001'] })),
    ).rejects.toMatchObject({ name: 'InvalidInstanceID.NotFound' });
  });
  it('refuses a role that is not in the list, once there is a list', async () => {
    at = openEndpoint({ iam_roles: [ROLE] });
    await expect(assume()).resolves.toBeDefined();
    await expect(assume({ RoleArn: `arn:aws:iam::${OTHER}:role/other` })).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('sts:AssumeRole'),
    });
  });
  it('lets credentials end at their time, by the clock of the sandbox', async () => {
    at = openEndpoint({});
    const { expires, ...credentials } = await assume({ DurationSeconds: 900 });
    const who = () => at.sts({ credentials }).send(new GetCallerIdentityCommand({}));
    await expect(who()).resolves.toMatchObject({ Account: OTHER });
    at.store.advanceClock(901_000);
    await expect(who()).rejects.toMatchObject({ name: 'ExpiredToken' });
    expect(expires.getTime()).toBeLessThan(at.store.transact((world) => world.now()));
  });
  it.each([{ RoleArn: 'arn:aws:iam::1:role/x' }, { RoleSessionName: 'no spaces' }, { DurationSeconds: 60 }])(
    'refuses %o',
    async (input) => {
      at = openEndpoint({});
      await expect(assume(input)).rejects.toMatchObject({ name: 'ValidationError' });
    },
  );
});
