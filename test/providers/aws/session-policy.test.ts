/**
 * The session of every kind of plan, over the identity policy and boundary of `init aws`: it allows each request of its
 * calls, and none of its neighbours. Not modelled by the evaluator: several resources in one call (each is asked for),
 * the packed size, `${$}` in StringEquals, the form in which AWS compares `cloudformation:ChangeSetName`.
 */
import { CreateStackCommand, ExecuteChangeSetCommand } from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Call } from '../../../src/core/call.ts';
import { ALLOWED_CALLS } from '../../../src/providers/aws/allowed-calls.ts';
import { TAGGABLE } from '../../../src/providers/aws/observe/ec2-resources.ts';
import { GRANTED_OPERATIONS } from '../../../src/providers/aws/session/grants.ts';
import { sessionPolicy } from '../../../src/providers/aws/session/session-policy.ts';
import { DEV_STACK, STACK } from '../../world.ts';
import { type Ec2World, openEc2World } from './ec2-world.ts';
import { ACCOUNT, type Asked, executorMay, REGION } from './iam-oracle.ts';

let world: Ec2World;
beforeEach(async () => {
  world = await openEc2World();
});
afterEach(() => world.close());

const ec2Arn = (type: string, id: string) =>
  `arn:aws:ec2:${REGION}:${type === 'snapshot' ? '' : ACCOUNT}:${type}/${id}`;
const KIND: Record<string, string> = { i: 'instance', vol: 'volume', sg: 'security-group', snap: 'snapshot' };
const tagged = (tags: { Key: string; Value?: string }[]) => ({
  'aws:TagKeys': tags.map(({ Key }) => Key),
  ...Object.fromEntries(
    tags.flatMap(({ Key, Value }) => (Value === undefined ? [] : [[`aws:RequestTag/${Key}`, Value]])),
  ),
});

/** What AWS asks IAM for a call, by the service authorization reference. */
// biome-ignore lint/suspicious/noExplicitAny: inputs are of many operations.
function asked({ service, operation, input }: { service: string; operation: string; input: any }): Asked[] {
  const action = `${service}:${operation}`;
  if (service === 'cloudformation')
    return [
      {
        action,
        resource: input.StackName,
        context: {
          ...(input.ChangeSetName ? { 'cloudformation:ChangeSetName': input.ChangeSetName } : {}),
          ...(input.RoleARN ? { 'cloudformation:RoleArn': input.RoleARN } : {}),
        },
      },
    ];
  if (input.InstanceIds)
    return input.InstanceIds.map((id: string) => ({
      action,
      resource: ec2Arn('instance', id),
      context: { 'ec2:InstanceID': id },
    }));
  if (operation === 'ModifyInstanceAttribute')
    return [
      {
        action,
        resource: ec2Arn('instance', input.InstanceId),
        context: { 'ec2:Attribute/InstanceType': input.InstanceType.Value, 'ec2:Attribute': 'InstanceType' },
      },
    ];
  if (operation === 'CreateSnapshot') {
    const tags = tagged(input.TagSpecifications[0].Tags);
    return [
      { action, resource: ec2Arn('volume', input.VolumeId) },
      { action, resource: ec2Arn('snapshot', '*'), context: tags },
      {
        action: 'ec2:CreateTags',
        resource: ec2Arn('snapshot', '*'),
        context: { ...tags, 'ec2:CreateAction': 'CreateSnapshot' },
      },
    ];
  }
  if (input.GroupId) return [{ action, resource: ec2Arn('security-group', input.GroupId) }];
  return input.Resources.map((id: string) => ({
    action,
    resource: ec2Arn(KIND[id.split('-')[0]!]!, id),
    context: tagged(input.Tags),
  }));
}

const set = (value: number) => ({
  stack: STACK,
  set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value }],
});
const QUEUE = 'Resources:\n  Q:\n    Type: AWS::SQS::Queue\n';
const stuck = (seconds: number, fault = '') => `Resources:
  Inbox:
    Type: AWS::SQS::Queue
    Metadata: { CountersignSandbox: { fail_rollback: stuck } }
    Properties: { VisibilityTimeout: ${seconds} }
  Outbox:
    Type: AWS::SQS::Queue
    DependsOn: Inbox
    Metadata: { CountersignSandbox: { ${fault} } }
    Properties: { VisibilityTimeout: ${seconds} }
`;
/** Every kind of plan. */
const PLANS: Record<string, () => Promise<{ plan: { calls: Call[] } }>> = {
  'an update of a stack': () => world.plan('plan_stack_update', set(1024)),
  'a creation of a stack': async () => {
    const app = await world.another({
      policy: world.policyText.replace(
        '"*-dev"], environment: development',
        '"*-dev"], create: true, environment: development',
      ),
    });
    return world.plan('plan_stack_create', { stack: 'queue-dev', template: QUEUE }, app);
  },
  'a deletion of a stack': () => world.plan('plan_stack_delete', { stack: DEV_STACK }),
  'a rollback of a stack': async () => {
    await world.cloudFormation.send(new CreateStackCommand({ StackName: 'stuck-dev', TemplateBody: stuck(30) }));
    const { plan } = await world.plan('plan_stack_update', { stack: 'stuck-dev', template: stuck(60, 'fail: broken') });
    const { ChangeSetName } = plan.calls[0]!.input as { ChangeSetName: string };
    await world.cloudFormation.send(new ExecuteChangeSetCommand({ ChangeSetName }));
    await world.call('describe_stack', { stack: 'stuck-dev' });
    return world.plan('plan_stack_rollback', { stack: 'stuck-dev' });
  },
  ...Object.fromEntries(
    ['stop', 'reboot', 'terminate'].map((action) => [
      `a plan to ${action} an instance`,
      () => world.plan('plan_instance_action', { instance_ids: [world.instance('batch').id], action }),
    ]),
  ),
  'a plan for another instance type': () =>
    world.plan('plan_instance_type', { instance_id: world.instance('batch').id, instance_type: 'm5.large' }),
  'a plan for rules': () =>
    world.plan('plan_security_group_rules', {
      group_id: world.group('').id,
      authorize: ['ingress tcp 8443 10.0.0.0/8', 'egress tcp 8443 10.0.0.0/8'],
    }),
  'a snapshot': () => world.plan('plan_snapshot', { volume_id: world.instance('batch').volumes[0]!.id }),
  'a plan for tags': () =>
    world.plan('plan_tags', { resource_ids: [world.instance('batch').id], set: { team: 'a $ * é 漢' }, remove: [] }),
};

const OTHER = 'other-prod/5f2a5b7c-0000-11f0-9d2f-0a1b2c3d4e5f';
/** Requests beside those of the plan, by what is another. */
function neighboursOf(requests: Asked[]): Record<string, Asked[]> {
  const with_ = (change: (one: Asked) => Asked | undefined) => requests.flatMap((one) => change(one) ?? []);
  const stack = (one: Asked) => /^(.*:stack\/)([^/]+)\/(.+)$/.exec(one.resource);
  const anyStack = `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/${OTHER}`;
  const elsewhere = (action: string, resource: string, context = {}): Asked => ({ action, resource, context });
  const own = requests.map(({ resource }) => resource).find((resource) => resource.includes(':stack/')) ?? anyStack;
  return {
    'another stack': with_((one) => (stack(one) ? { ...one, resource: stack(one)![1] + OTHER } : undefined)),
    'the same name and another id': with_((one) =>
      stack(one)
        ? { ...one, resource: `${stack(one)![1]}${stack(one)![2]}/5f2a5b7c-0000-11f0-9d2f-0a1b2c3d4e5f` }
        : undefined,
    ),
    'another change set': with_((one) =>
      one.context?.['cloudformation:ChangeSetName']
        ? { ...one, context: { 'cloudformation:ChangeSetName': 'countersign-0000000000000000' } }
        : undefined,
    ),
    'no change set': with_((one) =>
      one.context?.['cloudformation:ChangeSetName'] ? { ...one, context: {} } : undefined,
    ),
    'another role': with_((one) =>
      /DeleteStack|RollbackStack|Rollback$/.test(one.action)
        ? { ...one, context: { 'cloudformation:RoleArn': `arn:aws:iam::${ACCOUNT}:role/admin` } }
        : undefined,
    ),
    'another instance or resource': with_((one) =>
      one.resource.includes(':ec2:') && !one.resource.endsWith('*')
        ? {
            ...one,
            resource: one.resource.replace(/-[0-9a-f]{8,17}$/, '-0123456789abcdef0'),
            context: {
              ...one.context,
              ...(one.context?.['ec2:InstanceID'] ? { 'ec2:InstanceID': 'i-0123456789abcdef0' } : {}),
            },
          }
        : undefined,
    ),
    'another region': with_((one) => ({
      ...one,
      resource: one.resource.replace(`:${REGION}:`, ':us-east-1:'),
      context: { ...one.context, 'aws:RequestedRegion': 'us-east-1' },
    })),
    'another account': with_((one) =>
      one.resource.includes(ACCOUNT) ? { ...one, resource: one.resource.replace(ACCOUNT, '210987654321') } : undefined,
    ),
    'another instance type': with_((one) =>
      one.action === 'ec2:ModifyInstanceAttribute'
        ? { ...one, context: { 'ec2:Attribute/InstanceType': 'p5.48xlarge', 'ec2:Attribute': 'InstanceType' } }
        : undefined,
    ),
    'another attribute': with_((one) =>
      one.action === 'ec2:ModifyInstanceAttribute'
        ? {
            ...one,
            context: { 'ec2:Attribute/DisableApiTermination': 'false', 'ec2:Attribute': 'DisableApiTermination' },
          }
        : undefined,
    ),
    'another tag': with_((one) =>
      one.context?.['aws:TagKeys']
        ? { ...one, context: { ...one.context, ...tagged([{ Key: 'owner', Value: 'x' }]) } }
        : undefined,
    ),
    'another value of a tag': with_((one) => {
      const [key] = Object.keys(one.context ?? {}).filter((name) => name.startsWith('aws:RequestTag/'));
      return key && !one.context?.['ec2:CreateAction']
        ? { ...one, context: { ...one.context, [key]: 'x' } }
        : undefined;
    }),
    UpdateStack: [elsewhere('cloudformation:UpdateStack', own)],
    'CreateStack, CreateChangeSet': ['CreateStack', 'CreateChangeSet'].map((name) =>
      elsewhere(`cloudformation:${name}`, own),
    ),
    'DeleteStack of another': [elsewhere('cloudformation:DeleteStack', anyStack)],
    'termination of another': [
      elsewhere('ec2:TerminateInstances', ec2Arn('instance', 'i-0123456789abcdef0'), {
        'ec2:InstanceID': 'i-0123456789abcdef0',
      }),
    ],
    'tags outside of a snapshot': [
      elsewhere('ec2:CreateTags', ec2Arn('snapshot', 'snap-0123456789abcdef0'), tagged([{ Key: 'a', Value: 'b' }])),
    ],
    'IAM and STS': [
      elsewhere('iam:PassRole', `arn:aws:iam::${ACCOUNT}:role/admin`, {
        'iam:PassedToService': 'cloudformation.amazonaws.com',
      }),
      elsewhere('iam:AttachRolePolicy', `arn:aws:iam::${ACCOUNT}:role/countersign-executor`),
      elsewhere('sts:AssumeRole', `arn:aws:iam::${ACCOUNT}:role/admin`),
    ],
  };
}

describe('the session of a change', () => {
  it.each(Object.keys(PLANS))('of %s allows each of its calls, and no neighbour', async (name) => {
    const { plan } = await PLANS[name]!();
    expect(plan.calls).not.toEqual([]);
    const { text } = sessionPolicy(plan, 'aws');
    expect(text).toMatch(/^[\u0020-\u00ff]+$/);
    expect(text.length).toBeLessThanOrEqual(2_048);
    const policy = JSON.parse(text);
    const requests = plan.calls.flatMap(asked);
    for (const request of requests)
      expect(await executorMay(policy, request), JSON.stringify([request, policy])).toBe(true);
    const neighbours = Object.entries(neighboursOf(requests)).filter(([, all]) => all.length > 0);
    expect(neighbours.length).toBeGreaterThanOrEqual(7);
    for (const [what, all] of neighbours)
      for (const request of all)
        expect(await executorMay(policy, request), `${what}: ${JSON.stringify([request, policy])}`).toBe(false);
  });

  const callOf = (service: string, operation: string, input: object): Call => ({
    ...{ step: 's', provider: 'aws', service, operation, account: ACCOUNT, region: REGION },
    input: input as Call['input'],
  });
  const policyOf = (...calls: Call[]) => sessionPolicy({ calls }, 'aws').text;
  const refused = expect.objectContaining({ code: 'CONFIG_SESSION_NOT_POSSIBLE' });

  it('takes a dollar in a tag for a dollar, not for a variable of IAM', () => {
    const tag = { Resources: ['i-0123456789abcdef0'], Tags: [{ Key: 'a', Value: '${aws:username}' }] };
    expect(policyOf(callOf('ec2', 'CreateTags', tag))).toContain('"${$}{aws:username}"');
  });

  it('is refused for what IAM cannot name: a stack by name, a wildcard, a value of an earlier step, an unknown call', () => {
    const impossible = [
      callOf('cloudformation', 'DeleteStack', { StackName: STACK }),
      callOf('cloudformation', 'DeleteStack', { StackName: `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/*/x` }),
      callOf('ec2', 'TerminateInstances', { InstanceIds: ['i-*'] }),
      callOf('ec2', 'CreateSnapshot', { VolumeId: 'vol-0123456789abcdef0' }),
      callOf('ec2', 'CreateTags', { Resources: [{ step: 'snapshot1.SnapshotId' }], Tags: [{ Key: 'a', Value: 'b' }] }),
      callOf('ec2', 'RunInstances', {}),
    ];
    for (const call of impossible) expect(() => policyOf(call), JSON.stringify(call)).toThrow(refused);
  });

  it('of many instances is written by their ids, and is refused where it is too long for AWS', async () => {
    const ids = (count: number) => Array.from({ length: count }, (_, index) => `i-${String(index).padStart(17, '0')}`);
    const [thirty, hundred] = [30, 100].map((count) =>
      callOf('ec2', 'TerminateInstances', { InstanceIds: ids(count) }),
    );
    const policy = JSON.parse(policyOf(thirty!));
    for (const request of asked(thirty!)) expect(await executorMay(policy, request)).toBe(true);
    const other = asked(callOf('ec2', 'TerminateInstances', { InstanceIds: ids(31).slice(30) }));
    expect(await executorMay(policy, other[0]!)).toBe(false);
    expect(() => policyOf(hundred!)).toThrow(refused);
  });

  it('without the change set’s name still holds the stack', async () => {
    const { plan } = await PLANS['an update of a stack']!();
    const { text, notLimited } = sessionPolicy(plan, 'aws', true);
    expect(notLimited).toContain('ExecuteChangeSet: ChangeSetName');
    const [request] = asked(plan.calls[0]!);
    expect(await executorMay(JSON.parse(text), { ...request!, context: {} })).toBe(true);
    const other = request!.resource.replace(STACK, 'other-prod');
    expect(await executorMay(JSON.parse(text), { ...request!, resource: other })).toBe(false);
  });

  it('knows every call that a plan may make, and every kind of resource that plans tag', () => {
    const calls = ALLOWED_CALLS.map(({ service, operation }) => `${service}:${operation}`);
    expect([...GRANTED_OPERATIONS].sort()).toEqual(calls.sort());
    expect(
      Object.keys(KIND)
        .map((prefix) => `${prefix}-`)
        .sort(),
    ).toEqual(Object.keys(TAGGABLE).sort());
  });
});
