/** For each operation that the sandbox has, one request that AWS would answer, in the world of `MODEL_WORLD`. */
import type { WorldDescription } from '../../src/sandbox/seed-file.ts';

export const INSTANCE = 'i-00000001';
export const GROUP = 'sg-00000001';
const template = (timeout: number, rest = '') =>
  `Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties: { VisibilityTimeout: ${timeout} }\n${rest}`;
const EXPORTING = `${template(30)}Outputs: { Url: { Value: !Ref Q, Export: { Name: url } } }\n`;
const IMPORTING = 'Resources: { T: { Type: AWS::SNS::Topic, Properties: { DisplayName: !ImportValue url } } }\n';
const POLICY = '{"Statement":[{"Effect":"Allow","Action":"Update:*","Principal":"*","Resource":"*"}]}';

export const MODEL_WORLD: WorldDescription = {
  region: 'eu-west-1',
  stacks: [
    { name: 'ours', template: EXPORTING, tags: { team: 'shop' } },
    { name: 'users', template: IMPORTING },
  ],
  security_groups: [{ id: GROUP, name: 'web', ingress: [{ peer: '10.0.0.0/8', ports: 443 }], tags: { Name: 'web' } }],
  instances: [
    {
      id: INSTANCE,
      name: 'batch',
      type: 't3.large',
      security_groups: ['web'],
      volumes: [{ id: 'vol-00000001', size_gib: 8, snapshots: [{ id: 'snap-00000001', age_hours: 1 }] }],
    },
  ],
};

type Input = Record<string, unknown>;
const byStack = { StackName: 'ours' };
const rule = (cidr: string) => ({
  GroupId: GROUP,
  IpPermissions: [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: cidr }] }],
});
const set = { ...byStack, ChangeSetName: 'wider' };
const update = { ...byStack, TemplateBody: EXPORTING.replace('30', '60') };

const failing = (how: string, timeout: number, more = '') =>
  `Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Metadata: { CountersignSandbox: { ${how}: told } }\n    Properties: { VisibilityTimeout: ${timeout} }\n${more}`;
const FAILS = '  Z: { Type: AWS::SNS::Topic, DependsOn: Q, Metadata: { CountersignSandbox: { fail: told } } }\n';

/** What has to be called before, in the same world. */
export const BEFORE: Record<string, [operation: string, input: Input][]> = {
  DescribeChangeSet: [['CreateChangeSet', { ...set, TemplateBody: template(60) }]],
  ListChangeSets: [['CreateChangeSet', { ...set, TemplateBody: template(60) }]],
  ExecuteChangeSet: [['CreateChangeSet', { ...set, TemplateBody: EXPORTING.replace('30', '60') }]],
  DeleteChangeSet: [['CreateChangeSet', { ...set, TemplateBody: template(60) }]],
  DescribeStackResourceDrifts: [['DetectStackDrift', byStack]],
  GetStackPolicy: [['SetStackPolicy', { ...byStack, StackPolicyBody: POLICY }]],
  CancelUpdateStack: [['UpdateStack', update]],
  ContinueUpdateRollback: [
    ['CreateStack', { StackName: 'stuck', TemplateBody: failing('fail_rollback', 30) }],
    ['UpdateStack', { StackName: 'stuck', TemplateBody: failing('fail_rollback', 60, FAILS) }],
  ],
  RollbackStack: [['CreateStack', { StackName: 'left', TemplateBody: failing('fail', 30), DisableRollback: true }]],
  DescribeStackDriftDetectionStatus: [['DetectStackDrift', byStack]],
};

export const CALLS: Record<string, Record<string, Input>> = {
  cloudformation: {
    CancelUpdateStack: byStack,
    ContinueUpdateRollback: { StackName: 'stuck' },
    CreateChangeSet: { ...set, TemplateBody: template(60) },
    CreateStack: { StackName: 'new', TemplateBody: template(30), Tags: [{ Key: 'a', Value: 'b' }] },
    DeleteChangeSet: set,
    DeleteStack: { StackName: 'users' },
    DescribeChangeSet: { ...set, IncludePropertyValues: true },
    /** The id is that of the answer before. */
    DescribeStackDriftDetectionStatus: { StackDriftDetectionId: 'of-the-answer' },
    DescribeEvents: byStack,
    DescribeStackEvents: byStack,
    DescribeStackResource: { ...byStack, LogicalResourceId: 'Q' },
    DescribeStackResourceDrifts: byStack,
    DescribeStackResources: byStack,
    DescribeStacks: {},
    DescribeType: { Type: 'RESOURCE', TypeName: 'AWS::SQS::Queue' },
    DetectStackDrift: byStack,
    DetectStackResourceDrift: { ...byStack, LogicalResourceId: 'Q' },
    ExecuteChangeSet: set,
    GetStackPolicy: byStack,
    GetTemplate: byStack,
    GetTemplateSummary: byStack,
    ListChangeSets: byStack,
    ListExports: {},
    ListImports: { ExportName: 'url' },
    ListStackResources: byStack,
    ListStacks: {},
    RollbackStack: { StackName: 'left' },
    SetStackPolicy: { ...byStack, StackPolicyBody: POLICY },
    UpdateStack: update,
    UpdateTerminationProtection: { ...byStack, EnableTerminationProtection: true },
    ValidateTemplate: { TemplateBody: template(30) },
  },
  ec2: {
    AuthorizeSecurityGroupEgress: rule('10.9.0.0/16'),
    AuthorizeSecurityGroupIngress: rule('10.9.0.0/16'),
    CreateSnapshot: { VolumeId: 'vol-00000001' },
    CreateTags: { Resources: [INSTANCE], Tags: [{ Key: 'a', Value: 'b' }] },
    DeleteSnapshot: { SnapshotId: 'snap-00000001' },
    DeleteTags: { Resources: [INSTANCE], Tags: [{ Key: 'a' }] },
    DescribeAvailabilityZones: {},
    DescribeInstanceAttribute: { InstanceId: INSTANCE, Attribute: 'instanceType' },
    DescribeInstanceStatus: {},
    DescribeInstanceTypes: {},
    DescribeInstances: {},
    DescribeManagedPrefixLists: {},
    DescribeNetworkInterfaces: {},
    DescribeSecurityGroupRules: {},
    DescribeSecurityGroups: {},
    DescribeSnapshots: {},
    DescribeSubnets: {},
    DescribeTags: {},
    DescribeVolumes: {},
    DescribeVpcs: {},
    ModifyInstanceAttribute: { InstanceId: INSTANCE, DisableApiTermination: { Value: true } },
    RebootInstances: { InstanceIds: [INSTANCE] },
    RevokeSecurityGroupEgress: {
      ...rule('0.0.0.0/0'),
      IpPermissions: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
    },
    RevokeSecurityGroupIngress: rule('10.0.0.0/8'),
    StartInstances: { InstanceIds: [INSTANCE] },
    StopInstances: { InstanceIds: [INSTANCE] },
    TerminateInstances: { InstanceIds: [INSTANCE] },
  },
  sts: {
    AssumeRole: { RoleArn: 'arn:aws:iam::123456789012:role/executor', RoleSessionName: 'who' },
    GetCallerIdentity: {},
  },
};
