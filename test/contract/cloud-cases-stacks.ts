/** Stacks and sessions: what both clouds must answer. Change sets are not here: moto's are not like AWS's. */
import {
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  ListExportsCommand,
  ListStackResourcesCommand,
  UpdateStackCommand,
  ValidateTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { Backend } from './cloud-backends.ts';
import { type Case, refusal } from './cloud-cases-instances.ts';

const TEMPLATE = `Description: a queue
Parameters:
  Seconds: { Type: Number, Default: 30 }
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties: { VisibilityTimeout: !Ref Seconds }
  Topic:
    Type: AWS::SNS::Topic
Outputs:
  Seconds:
    Value: !Ref Seconds
    Export: { Name: !Sub '\${AWS::StackName}-seconds' }
`;

const create = async (cloud: Backend, StackName: string) => {
  const { StackId = '' } = await cloud.cloudFormation.send(
    new CreateStackCommand({ StackName, TemplateBody: TEMPLATE, Tags: [{ Key: 'environment', Value: 'production' }] }),
  );
  await cloud.settle();
  return StackId;
};
const describe = async ({ cloudFormation }: Backend, StackName: string) => {
  const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName }));
  return Stacks[0]!;
};
const update = (cloud: Backend, StackName: string, seconds: string) =>
  cloud.cloudFormation.send(
    new UpdateStackCommand({
      StackName,
      UsePreviousTemplate: true,
      Parameters: [{ ParameterKey: 'Seconds', ParameterValue: seconds }],
    }),
  );

export const STACK_CASES: Record<string, Case> = {
  'lists what a deleted stack had, by its id': {
    async run(cloud) {
      const StackName = await create(cloud, 'gone-with-all');
      await cloud.cloudFormation.send(new DeleteStackCommand({ StackName }));
      await cloud.settle();
      const { StackResourceSummaries = [] } = await cloud.cloudFormation.send(
        new ListStackResourcesCommand({ StackName }),
      );
      return StackResourceSummaries.map((one) => [one.LogicalResourceId, one.ResourceStatus]).sort();
    },
    answer: [
      ['Queue', 'DELETE_COMPLETE'],
      ['Topic', 'DELETE_COMPLETE'],
    ],
    moto: [
      ['Queue', 'CREATE_COMPLETE'],
      ['Topic', 'CREATE_COMPLETE'],
    ],
  },
  'creates a stack, with its parameters, tags and outputs': {
    async run(cloud) {
      await create(cloud, 'created');
      const { StackStatus, Description, Parameters, Tags, Outputs = [] } = await describe(cloud, 'created');
      return [
        StackStatus,
        Description,
        Parameters?.map(({ ParameterKey, ParameterValue }) => [ParameterKey, ParameterValue]),
        Tags,
        Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]),
      ];
    },
    answer: [
      'CREATE_COMPLETE',
      'a queue',
      [['Seconds', '30']],
      [{ Key: 'environment', Value: 'production' }],
      [['Seconds', '30']],
    ],
  },
  'lists the resources of a stack, and gives its template back': {
    async run(cloud) {
      await create(cloud, 'listed');
      const { StackResources = [] } = await cloud.cloudFormation.send(
        new DescribeStackResourcesCommand({ StackName: 'listed' }),
      );
      const { TemplateBody } = await cloud.cloudFormation.send(new GetTemplateCommand({ StackName: 'listed' }));
      return [
        StackResources.map((resource) =>
          [resource.LogicalResourceId, resource.ResourceType, resource.ResourceStatus].join(' '),
        ).sort(),
        TemplateBody === TEMPLATE,
      ];
    },
    answer: [['Queue AWS::SQS::Queue CREATE_COMPLETE', 'Topic AWS::SNS::Topic CREATE_COMPLETE'], true],
  },
  'refuses a second stack of the same name': {
    async run(cloud) {
      await create(cloud, 'twice');
      return refusal(create(cloud, 'twice'));
    },
    answer: 'AlreadyExistsException',
  },
  'updates a parameter, and its output with it': {
    async run(cloud) {
      await create(cloud, 'updated');
      await update(cloud, 'updated', '60');
      await cloud.settle();
      const { StackStatus, Outputs } = await describe(cloud, 'updated');
      return [StackStatus, Outputs?.[0]?.OutputValue];
    },
    answer: ['UPDATE_COMPLETE', '60'],
  },
  'exports what the outputs say': {
    async run(cloud) {
      await create(cloud, 'exporter');
      const { Exports = [] } = await cloud.cloudFormation.send(new ListExportsCommand({}));
      return Exports.filter(({ Name }) => Name === 'exporter-seconds').map(({ Value }) => Value);
    },
    answer: ['30'],
  },
  'deletes a stack: gone by name, there by id': {
    async run(cloud) {
      const id = await create(cloud, 'deleted');
      await cloud.cloudFormation.send(new DeleteStackCommand({ StackName: 'deleted' }));
      await cloud.settle();
      return [await refusal(describe(cloud, 'deleted')), (await describe(cloud, id)).StackStatus];
    },
    answer: ['ValidationError', 'DELETE_COMPLETE'],
  },
  'does not know a stack that is not there': {
    run: async (cloud) => [await refusal(describe(cloud, 'nowhere')), await refusal(update(cloud, 'nowhere', '1'))],
    answer: ['ValidationError', 'ValidationError'],
  },
  'imports what another stack exports': {
    async run(cloud) {
      await create(cloud, 'shared');
      const TemplateBody = `Resources:
  Queue:
    Type: AWS::SQS::Queue
Outputs:
  Imported: { Value: !ImportValue shared-seconds }
`;
      await cloud.cloudFormation.send(new CreateStackCommand({ StackName: 'importer', TemplateBody }));
      await cloud.settle();
      return (await describe(cloud, 'importer')).Outputs?.[0]?.OutputValue;
    },
    answer: '30',
  },
  'validates a template': {
    async run({ cloudFormation }) {
      const { Description, Parameters = [] } = await cloudFormation.send(
        new ValidateTemplateCommand({ TemplateBody: TEMPLATE }),
      );
      return [Description, Parameters.map(({ ParameterKey, DefaultValue }) => [ParameterKey, DefaultValue])];
    },
    answer: ['a queue', [['Seconds', '30']]],
    moto: ['a queue', []],
  },
  'says who calls, and assumes a role': {
    async run({ sts }) {
      const { Account } = await sts.send(new GetCallerIdentityCommand({}));
      const { AssumedRoleUser } = await sts.send(
        new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::210987654321:role/executor', RoleSessionName: 'chg-1' }),
      );
      return [Account, AssumedRoleUser?.Arn];
    },
    answer: ['123456789012', 'arn:aws:sts::210987654321:assumed-role/executor/chg-1'],
  },
};
