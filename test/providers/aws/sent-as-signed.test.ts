/**
 * The SDK leaves out what its model does not name, without a word (findings/aws-sdk-drops-unknown-members.sh): a
 * misspelt member would be signed and not sent. Here each member of a planned call is found again in the request.
 */
import { EC2Client } from '@aws-sdk/client-ec2';
import { NormalizedSchema } from '@smithy/core/schema';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Call } from '../../../src/core/call.ts';
import { ALLOWED_CALLS } from '../../../src/providers/aws/allowed-calls.ts';
import { wireFor } from '../../../src/providers/aws/wire.ts';
import { makeSecurityGroup } from '../../../src/sandbox/ec2/security-groups.ts';
import { type Ec2World, openEc2World } from './ec2-world.ts';

let world: Ec2World;
beforeEach(async () => {
  world = await openEc2World();
});
afterEach(() => world.close());

const sdks: Record<string, () => Promise<Record<string, unknown>>> = {
  ec2: () => import('@aws-sdk/client-ec2'),
  cloudformation: () => import('@aws-sdk/client-cloudformation'),
};

/** The input as an endpoint reads it from the request that the SDK makes of a call. */
async function sentOf({ operation, input }: Call): Promise<Record<string, unknown>> {
  let body = '';
  const handle = async (request: { body: string }) => {
    body = request.body;
    throw new Error('not sent');
  };
  const settings = { region: 'eu-west-1', credentials: { accessKeyId: 'x', secretAccessKey: 'x' }, maxAttempts: 1 };
  const client = new EC2Client({ ...settings, requestHandler: { handle } as never });
  const Command = (await sdks.ec2!())[`${operation}Command`] as new (given: unknown) => never;
  await expect(client.send(new Command(input))).rejects.toThrow('not sent');
  return (await wireFor('ec2')).decode(body).input;
}

it('every input that the table allows is a member of the call in the SDK', async () => {
  for (const { service, operation, inputs } of ALLOWED_CALLS) {
    const [, , , , input] = (await sdks[service]!())[`${operation}$`] as unknown[];
    const members = [...NormalizedSchema.of(input as never).structIterator()].map(([name]) => name);
    expect(members, operation).toEqual(expect.arrayContaining(Object.keys(inputs)));
  }
});

it('every member of a planned call of EC2 is sent', async () => {
  const batch = world.instance('batch').id;
  const group_id = world.store.transact((inside) =>
    makeSecurityGroup(inside, { region: 'eu-west-1', name: 'app', description: 'd', tags: [] }),
  ).id;
  const authorize = [
    'ingress tcp 443 10.0.0.0/8 # web',
    'ingress tcp 1-9 2001:db8::/32',
    `ingress udp 53 ${group_id} # dns`,
  ];
  const seen = new Set<string>();
  for (const [tool, input] of [
    ['plan_security_group_rules', { group_id, authorize, revoke: ['egress all 0.0.0.0/0'] }],
    ['plan_instance_action', { instance_ids: [batch], action: 'terminate' }],
    ['plan_instance_action', { instance_ids: [batch], action: 'reboot' }],
    ['plan_instance_type', { instance_id: batch, instance_type: 'm5.large' }],
    ['plan_tags', { resource_ids: [batch], set: { team: 'a' }, remove: ['Name'] }],
  ] as const)
    for (const call of (await world.plan(tool, input)).plan.calls) {
      seen.add(call.operation);
      expect(await sentOf(call), call.operation).toEqual(call.input);
    }
  expect([...seen].sort()).toEqual(
    ALLOWED_CALLS.filter(({ service }) => service === 'ec2')
      .map(({ operation }) => operation)
      .filter((operation) => operation !== 'AuthorizeSecurityGroupEgress' && operation !== 'RevokeSecurityGroupIngress')
      .sort(),
  );
});
