/** The statements of the roles, as CloudFormation writes them, each with the sentence that stands above it. */
import { CHANGE_SET_PREFIX, classifyCall } from '../call-classes.ts';
import { GRANTED_OPERATIONS } from '../session/grants.ts';
import { PLANNER_CALLS } from './planner-calls.ts';

export interface Statement {
  Sid: string;
  Effect: 'Allow' | 'Deny';
  Principal?: unknown;
  Action: unknown;
  Resource?: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}
export interface Explained {
  why: string;
  statement: Statement;
}
export const sub = (text: string) => ({ 'Fn::Sub': text });
const STACKS = sub(`arn:\${AWS::Partition}:cloudformation:*:\${AWS::AccountId}:stack/*`);
const FOR_CLOUDFORMATION = { 'iam:PassedToService': 'cloudformation.amazonaws.com' };

const classOf = (call: string) => {
  const [service = '', operation = ''] = call.split(':');
  return classifyCall(service, operation, {});
};
export const READS = PLANNER_CALLS.filter((call) => classOf(call) === 'read');
/** Of the plan class; `DETECT` apart, since it needs no condition. */
const [PREPARES, CLEANS, DETECTS] = ['CreateChangeSet', 'DeleteChangeSet', 'DetectStackResourceDrift'].map((name) =>
  PLANNER_CALLS.filter((call) => call === `cloudformation:${name}`),
);

/** @param serviceRoles references to their ARNs. */
export const plannerStatements = (serviceRoles: readonly unknown[]): Explained[] => [
  {
    why: 'Describing and planning read stacks, templates, instances, volumes, snapshots and security groups. These actions cannot be limited to single resources.',
    statement: { Sid: 'Read', Effect: 'Allow', Action: READS, Resource: '*' },
  },
  {
    why: 'A plan for a stack is a change set. It can be prepared only under the prefix of Countersign, only with a service role of this template, and never to import resources.',
    statement: {
      Sid: 'PrepareChangeSets',
      Effect: 'Allow',
      Action: PREPARES,
      Resource: STACKS,
      Condition: {
        StringEquals: { 'cloudformation:RoleArn': serviceRoles },
        StringLikeIfExists: { 'cloudformation:ChangeSetName': `${CHANGE_SET_PREFIX}*` },
        Null: { 'cloudformation:ImportResourceTypes': 'true' },
      },
    },
  },
  {
    why: 'CloudFormation asks for the same action on a transform, such as AWS::Serverless, when a template names one.',
    statement: {
      Sid: 'UseTransforms',
      Effect: 'Allow',
      Action: PREPARES,
      Resource: sub(`arn:\${AWS::Partition}:cloudformation:*:aws:transform/*`),
    },
  },
  {
    why: 'Change sets that no plan needs are deleted. The name is no condition here, because AWS was seen to compare it differently from its documentation; Countersign deletes only its own.',
    statement: { Sid: 'DeleteChangeSets', Effect: 'Allow', Action: CLEANS, Resource: STACKS },
  },
  {
    why: 'Drift of the resources that a plan touches is detected before people sign. CloudFormation reads each resource with the rights of this role: see DriftReadPolicyArn.',
    statement: { Sid: 'DetectDrift', Effect: 'Allow', Action: DETECTS, Resource: STACKS },
  },
  {
    why: 'A change set names the service role that CloudFormation will work with; naming a role needs this right. The role can be passed to CloudFormation alone.',
    statement: {
      Sid: 'PassServiceRoles',
      Effect: 'Allow',
      Action: 'iam:PassRole',
      Resource: serviceRoles,
      Condition: { StringEquals: FOR_CLOUDFORMATION },
    },
  },
];

/** `ec2:CreateTags` is also what a tagged snapshot asks for. */
export const EXECUTOR_ACTIONS = [...new Set([...GRANTED_OPERATIONS, 'ec2:CreateTags'])].sort();

const DECRYPTION: Explained = {
  why: 'EC2 starts an instance with encrypted volumes only if the caller may give EC2 a grant for the key.',
  statement: {
    Sid: 'LetEc2Decrypt',
    Effect: 'Allow',
    Action: 'kms:CreateGrant',
    Resource: sub(`arn:\${AWS::Partition}:kms:*:\${AWS::AccountId}:key/*`),
    Condition: {
      Bool: { 'kms:GrantIsForAWSResource': 'true' },
      StringLike: { 'kms:ViaService': 'ec2.*.amazonaws.com' },
    },
  },
};

/** What the role has at most; each session has the calls of one signed change. */
export const executorStatements: readonly Explained[] = [
  {
    why: 'These are all calls that a signed plan can make. Each session is limited further, to the calls of one change.',
    statement: {
      Sid: 'CarryOutSignedCalls',
      Effect: 'Allow',
      Action: EXECUTOR_ACTIONS,
      Resource: [
        STACKS,
        sub(`arn:\${AWS::Partition}:ec2:*:\${AWS::AccountId}:*`),
        sub(`arn:\${AWS::Partition}:ec2:*::snapshot/*`),
      ],
    },
  },
  DECRYPTION,
];

/** It also holds when somebody attaches another policy to the role later. */
export const boundaryStatements: readonly Explained[] = [
  {
    why: 'The executor role never has more than these actions, and only in a session that names its sponsor and its change.',
    statement: {
      Sid: 'OnlySignedCalls',
      Effect: 'Allow',
      Action: [...EXECUTOR_ACTIONS, 'kms:CreateGrant'],
      Resource: '*',
      Condition: {
        StringLike: { 'aws:SourceIdentity': 'sponsor=*', 'aws:PrincipalTag/countersign-change': 'chg_*' },
      },
    },
  },
  {
    why: 'The stack of these roles is changed by people, never by what the roles limit.',
    statement: { Sid: 'NotTheseRoles', Effect: 'Deny', Action: '*', Resource: { Ref: 'AWS::StackId' } },
  },
];

const TRUSTED = { AWS: { Ref: 'ExecutorPrincipalArn' } };
/** Apart: a condition that two of the actions do not know would deny all of them. */
export const executorTrust: readonly Explained[] = [
  {
    why: 'Only the principal that runs the executor can assume this role.',
    statement: { Sid: 'Assume', Effect: 'Allow', Principal: TRUSTED, Action: 'sts:AssumeRole' },
  },
  {
    why: 'Each session names the sponsor of its change; CloudTrail has this name in every entry of the session.',
    statement: {
      Sid: 'NameTheSponsor',
      Effect: 'Allow',
      Principal: TRUSTED,
      Action: 'sts:SetSourceIdentity',
      Condition: { StringLike: { 'sts:SourceIdentity': 'sponsor=*' } },
    },
  },
  {
    why: 'Each session is tagged with sponsor, change and digest, and with nothing else.',
    statement: {
      Sid: 'TagTheSession',
      Effect: 'Allow',
      Principal: TRUSTED,
      Action: 'sts:TagSession',
      Condition: {
        'ForAllValues:StringEquals': {
          'aws:TagKeys': ['countersign-sponsor', 'countersign-change', 'countersign-digest'],
        },
        StringLike: { 'aws:RequestTag/countersign-change': 'chg_*' },
      },
    },
  },
];

export const plannerTrust: readonly Explained[] = [
  {
    why: 'Only the principal that runs the server can assume this role.',
    statement: {
      Sid: 'Assume',
      Effect: 'Allow',
      Principal: { AWS: { Ref: 'PlannerPrincipalArn' } },
      Action: 'sts:AssumeRole',
    },
  },
];

export const serviceTrust: readonly Explained[] = [
  {
    why: 'CloudFormation works with this role; only the planner role can name it for a stack.',
    statement: {
      Sid: 'Assume',
      Effect: 'Allow',
      Principal: { Service: 'cloudformation.amazonaws.com' },
      Action: 'sts:AssumeRole',
    },
  },
];

/** @param prefix of the names of all roles and policies of this template. */
export const serviceDenials = (prefix: string): Explained[] => [
  {
    why: 'A stack cannot change the roles and the boundary that limit Countersign.',
    statement: {
      Sid: 'NotTheseRoles',
      Effect: 'Deny',
      Action: 'iam:*',
      Resource: [
        sub(`arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/${prefix}-*`),
        sub(`arn:\${AWS::Partition}:iam::\${AWS::AccountId}:policy/${prefix}-*`),
      ],
    },
  },
];
