/**
 * Ways around `labels`: deciding tags changed where they are not looked for. Of the pages that some name, those on
 * resource tags and DeletionPolicy were read in excerpts; the rest is from memory of them.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { STACK } from '../world.ts';
import { type AttackedWorld, expectRefused, openAttackedWorld } from './attempts.ts';

const LABELLED = `Parameters:
  Env: { Type: String, Default: production }
  Secret: { Type: String, NoEcho: true, Default: production }
  Key: { Type: String, Default: team }
  Which: { Type: String, Default: 'yes' }
Conditions:
  Tagged: !Equals [!Ref Which, 'yes']
Mappings:
  Env: { production: { name: production }, other: { name: development } }
Resources:
  ByParameter:
    Type: AWS::SQS::Queue
    Properties: { Tags: [{ Key: environment, Value: !Ref Env }] }
  BySecret:
    Type: AWS::SNS::Topic
    Properties: { Tags: [{ Key: environment, Value: !Ref Secret }] }
  KeyByParameter:
    Type: AWS::SQS::Queue
    Properties: { Tags: [{ Key: !Ref Key, Value: production }] }
  ByCondition:
    Type: AWS::SQS::Queue
    Properties: { Tags: [!If [Tagged, { Key: backup, Value: daily }, !Ref AWS::NoValue]] }
  Map:
    Type: AWS::SSM::Parameter
    Properties: { Type: String, Value: a, Tags: { environment: production } }
  Plain:
    Type: AWS::SQS::Queue
    Properties: { VisibilityTimeout: 30, Tags: [{ Key: team, Value: costs }] }
  Template:
    Type: AWS::EC2::LaunchTemplate
    Properties:
      LaunchTemplateData:
        InstanceType: t3.micro
        TagSpecifications: [{ ResourceType: instance, Tags: [{ Key: environment, Value: production }] }]
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties:
      MinSize: '1'
      MaxSize: '2'
      AvailabilityZones: [eu-west-1a]
      LaunchTemplate: { LaunchTemplateId: !Ref Template, Version: '1' }
      Tags: [{ Key: environment, Value: production, PropagateAtLaunch: true }]
  Table:
    Type: AWS::DynamoDB::GlobalTable
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      Replicas: [{ Region: eu-west-1, Tags: [{ Key: backup, Value: daily }] }]
  Role:
    Type: AWS::IAM::Role
    Properties: { AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [] } }
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Code: { ZipFile: 'exports.handler = 1' }
      Environment: { Variables: { Tags: a, MODE: a } }
  Service:
    Type: AWS::ECS::Service
    Properties: { TaskDefinition: 'web:1', EnableECSManagedTags: false }
`;

let world: AttackedWorld;
beforeEach(async () => {
  world = await openAttackedWorld({
    stacks: [{ name: 'labelled-prod', template: LABELLED, tags: { environment: 'production', Team: 'costs' } }],
    instances: [{ name: 'alone', tags: { environment: 'production', Backup: 'daily' } }],
  });
});
afterEach(() => world.close());
const set = (path: string, value: unknown) => ({ stack: 'labelled-prod', set: [{ path: `Resources.${path}`, value }] });
const idOf = async (name: string) => {
  const { instances } = (await world.call('describe_instances', { tag: `Name=${name}` })) as never as {
    instances: { instance_id: string }[];
  };
  return instances[0]!.instance_id;
};

describe('a deciding tag is not changed', () => {
  const attempts: [string, object][] = [
    ['by the tags of the stack', { stack: 'labelled-prod', tags: { environment: 'disposable' } }],
    [
      'by the tags of the stack, spelled in other letters',
      { stack: 'labelled-prod', tags: { Environment: 'disposable' } },
    ],
    ['by the Tags of a resource', set('Plain.Properties.Tags', [{ Key: 'environment', Value: 'disposable' }])],
    ['by one entry of the Tags of a resource', set('ByParameter.Properties.Tags.0.Value', 'disposable')],
    ['by removing the Tags of a resource', set('ByParameter.Properties.Tags', [])],
    ['by Tags that are a map', set('Map.Properties.Tags', { environment: 'disposable' })],
    ['by a parameter that a tag refers to', { stack: 'labelled-prod', parameters: { Env: 'disposable' } }],
    [
      'by a secret parameter, whose values nobody sees',
      { stack: 'labelled-prod', parameters: { Secret: 'disposable' } },
    ],
    ['by a parameter that is the key', { stack: 'labelled-prod', parameters: { Key: 'environment' } }],
    ['by a condition that drops it', { stack: 'labelled-prod', parameters: { Which: 'no' } }],
    ['by a mapping', set('ByParameter.Properties.Tags.0.Value', { 'Fn::FindInMap': ['Env', 'other', 'name'] })],
    [
      'by the TagSpecifications of a launch template',
      set('Template.Properties.LaunchTemplateData.TagSpecifications.0.Tags.0.Value', 'disposable'),
    ],
    // aws-properties-resource-tags: a group's tags reach its instances only with PropagateAtLaunch.
    ['by no longer propagating it to new instances', set('Group.Properties.Tags.0.PropagateAtLaunch', false)],
    // aws-resource-dynamodb-globaltable: a global table has its tags per replica.
    ['by the tags of a replica', set('Table.Properties.Replicas.0.Tags', [])],
    [
      'by the same key twice',
      set('ByParameter.Properties.Tags', [
        { Key: 'environment', Value: 'disposable' },
        { Key: 'environment', Value: 'production' },
      ]),
    ],
    [
      'together with a harmless tag of the stack and a key that cannot be read',
      {
        ...set('Plain.Properties.Tags', [{ Key: { 'Fn::ImportValue': 'cost-explorer-prod-table' }, Value: 'x' }]),
        tags: { Team: 'web' },
      },
    ],
  ];
  it.each(attempts)('%s', (_how, input) => expectRefused(world, 'labels', 'plan_stack_update', input));

  it('by plan_tags, in any letters, set or removed', async () => {
    const resource_ids = [await idOf('alone')];
    for (const change of [
      { set: { Environment: 'x' } },
      { set: { 'environment ': 'x' } },
      { remove: ['Backup'] },
      { remove: ['environment'] },
    ])
      await expectRefused(world, 'labels', 'plan_tags', { resource_ids, ...change });
  });

  it('by plan_tags on keys that every object has', async () => {
    const resource_ids = [await idOf('alone')];
    for (const key of ['constructor', 'toString'])
      expect(await world.call('plan_tags', { resource_ids, remove: [key] })).toMatchObject({ decision: 'no_change' });
    expect(await world.call('plan_tags', { resource_ids, set: { constructor: 'x' } })).toMatchObject({
      decision: 'needs_approval',
    });
  });

  it('by a change set of another tool that leaves the tags of the stack out', async () => {
    const template = LABELLED.replace('VisibilityTimeout: 30', 'VisibilityTimeout: 31');
    const change_set = await world.prepare({
      stack: 'labelled-prod',
      template,
      Tags: [{ Key: 'Team', Value: 'costs' }],
    });
    await expectRefused(world, 'labels', 'plan_stack_update', { stack: 'labelled-prod', change_set });
  });

  it('into a milder environment by labelling a new stack', async () => {
    const scopes = `  - { account: main, tags: { stage: pr }, environment: disposable, create: true, execute: by_command }
  - { account: main, stacks: ["*-prod"], environment: production, create: true, execute: by_command }
`;
    const app = world.another({ policy: world.policyText.replace('scopes:\n', `scopes:\n${scopes}`) });
    const template = 'Resources:\n  A:\n    Type: AWS::SNS::Topic\n';
    const plan = async (stack: string) => {
      const answer = await app.pipeline('plan_stack_create', { stack, template, tags: { stage: 'pr' } });
      return answer.ok ? answer.content : answer.error;
    };
    expect(await plan('fresh-prod')).toMatchObject({ decision: 'needs_approval', seats: { needed: 1 } });
    expect(await plan('pr-7')).toMatchObject({ decision: 'pass' });
    expect(world.writes()).toEqual([]);
  });

  it('by a harmless tag of the stack together with a secret parameter', () =>
    expectRefused(world, 'labels', 'plan_stack_update', {
      stack: 'labelled-prod',
      tags: { Team: 'web' },
      parameters: { Secret: 'disposable' },
    }));
});

describe('what decides nothing stays easy', () => {
  const fine: [string, object][] = [
    ['another tag of the stack', { stack: STACK, tags: { Team: 'web' } }],
    ['another tag of a resource', set('Plain.Properties.Tags.0.Value', 'web')],
    ['another property of a resource with deciding tags', set('ByParameter.Properties.VisibilityTimeout', 45)],
    [
      'another property of a launch template with tags',
      set('Template.Properties.LaunchTemplateData.InstanceType', 't3.small'),
    ],
    ['an environment variable that is called Tags', set('Worker.Properties.Environment.Variables.MODE', 'b')],
    ['managed tags of a service', set('Service.Properties.EnableECSManagedTags', true)],
  ];
  it.each(fine)('%s', async (_what, input) => {
    expect(await world.verdict('labels', 'plan_stack_update', input)).toMatchObject({ outcome: 'pass' });
  });

  it('a tag of an instance', async () => {
    const resource_ids = [await idOf('alone')];
    expect(await world.verdict('labels', 'plan_tags', { resource_ids, set: { Team: 'web' } })).toMatchObject({
      outcome: 'pass',
    });
    expect(await world.call('describe_stack', { stack: STACK })).toMatchObject({ tags: { environment: 'production' } });
  });
});
