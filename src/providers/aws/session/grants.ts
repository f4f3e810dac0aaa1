/**
 * What IAM must allow for one call of a plan, and nothing beside: by operation, as statements of a session policy.
 *
 * The service authorization reference has the actions, resources and keys; `notLimited` names inputs of the call for
 * which it has no key. A test holds this table against `allowed-calls.ts` and judges it with an evaluator of IAM.
 */
import type { Call } from '../../../core/call.ts';
import { CountersignError } from '../../../core/errors.ts';

type Condition = Record<string, Record<string, string | string[]>>;
export interface Grant {
  action: string;
  resources: string[];
  condition?: Condition;
}
export interface Granted {
  grants: Grant[];
  /** Inputs that the call was given, and that another call under the same session could have otherwise. */
  notLimited: string[];
}
interface Place {
  partition: string;
  region: string;
  account: string;
}
type Input = Call['input'];
type Row = (input: Input, at: Place) => Grant[];

const text = (value: unknown): string => {
  if (typeof value === 'string' && value !== '') return value;
  throw notExpressible('an input that is known only when the call leaves');
};
const texts = (value: unknown): string[] => (Array.isArray(value) ? value : []).map(text);
export const notExpressible = (what: string) =>
  new CountersignError(
    'CONFIG_SESSION_NOT_POSSIBLE',
    `The session of the executor role cannot be limited to this change: ${what}.`,
    {
      agent: 'Tell the user that this change cannot be executed under the executor role of this account.',
      person: 'Plan it again in smaller parts, or remove executor_role from this account in the policy.',
    },
  );

/** An ARN names one stack, and no later one of the same name. */
function stackOf({ StackName }: Input): string {
  const stack = text(StackName);
  if (/^arn:[\w-]+:cloudformation:[\w-]+:\d{12}:stack\/[A-Za-z][\w-]*\/[\w-]+$/.test(stack)) return stack;
  throw notExpressible('its call names a stack without its id');
}
const changeSetNames = (arn: string): string[] => [/:changeSet\/([^/]+)\//.exec(arn)?.[1] ?? arn, arn];

const underRole =
  (action: string): Row =>
  (input) => [
    {
      action,
      resources: [stackOf(input)],
      condition:
        input.RoleARN === undefined
          ? { Null: { 'cloudformation:RoleArn': 'true' } }
          : { StringEquals: { 'cloudformation:RoleArn': text(input.RoleARN) } },
    },
  ];

/** IDs of more instances than this are shorter as values of `ec2:InstanceID` than as ARNs. */
const ARNS_OF_INSTANCES = 4;
const instances =
  (action: string, more: (at: Place) => Grant[] = () => []): Row =>
  ({ InstanceIds }, at) => {
    const ids = texts(InstanceIds);
    const arn = (id: string) => ec2Arn(at, 'instance', id);
    const grant =
      ids.length <= ARNS_OF_INSTANCES
        ? { action, resources: ids.map(arn) }
        : { action, resources: [arn('*')], condition: { StringEquals: { 'ec2:InstanceID': ids } } };
    return [grant, ...more(at)];
  };
function ec2Arn({ partition, region, account }: Place, type: string, id: string): string {
  if (id !== '*' && !/^[a-z]+-[0-9a-f]{8,17}$/.test(id)) throw notExpressible('its call names a resource by no id');
  return `arn:${partition}:ec2:${region}:${type === 'snapshot' ? '' : account}:${type}/${id}`;
}

/** EC2 user guide, Amazon EBS encryption: a start creates the grant with which EC2 decrypts a volume. */
const decryption = ({ partition, region, account }: Place): Grant[] => [
  {
    action: 'kms:CreateGrant',
    resources: [`arn:${partition}:kms:${region}:${account}:key/*`],
    condition: {
      Bool: { 'kms:GrantIsForAWSResource': 'true' },
      StringEquals: { 'kms:ViaService': `ec2.${region}.amazonaws.com` },
    },
  },
];

const rules =
  (action: string): Row =>
  ({ GroupId }, at) => [{ action, resources: [ec2Arn(at, 'security-group', text(GroupId))] }];

/** By prefix of an id: the type as EC2's ARNs have it. */
const TYPES: Record<string, string> = {
  i: 'instance',
  vol: 'volume',
  snap: 'snapshot',
  sg: 'security-group',
};
function taggedArn(at: Place, id: string): string {
  const type = TYPES[id.split('-')[0] ?? ''];
  if (type === undefined) throw notExpressible(`the type of ${id} has no known ARN`);
  return ec2Arn(at, type, id);
}
/** SECURITY: IAM reads a variable where a value has `${`. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: how IAM writes a dollar.
const literal = (value: string) => value.replaceAll('${', () => '${$}{');
type Tags = { Key: string; Value?: string }[];
function tagConditions(tags: Tags): Condition {
  const valued = tags.filter(({ Value }) => Value !== undefined);
  return {
    'ForAllValues:StringEquals': { 'aws:TagKeys': tags.map(({ Key }) => literal(text(Key))) },
    // For all of none is true: DeleteTags without keys would remove all.
    Null: { 'aws:TagKeys': 'false' },
    ...(valued.length === 0
      ? {}
      : {
          StringEquals: Object.fromEntries(valued.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, literal(Value!)])),
        }),
  };
}
const tagging =
  (action: string): Row =>
  ({ Resources, Tags }, at) => [
    {
      action,
      resources: texts(Resources).map((id) => taggedArn(at, id)),
      condition: tagConditions((Tags ?? []) as Tags),
    },
  ];

function snapshot({ VolumeId, TagSpecifications }: Input, at: Place): Grant[] {
  const made = ec2Arn(at, 'snapshot', '*');
  const tags = ((TagSpecifications ?? []) as { Tags: Tags }[]).flatMap(({ Tags }) => Tags);
  if (tags.length === 0) throw notExpressible('a snapshot without a tag could not be told from another');
  const tagged = tagConditions(tags);
  return [
    { action: 'ec2:CreateSnapshot', resources: [ec2Arn(at, 'volume', text(VolumeId))] },
    { action: 'ec2:CreateSnapshot', resources: [made], condition: tagged },
    {
      action: 'ec2:CreateTags',
      resources: [made],
      condition: {
        ...tagged,
        StringEquals: { ...tagged.StringEquals, 'ec2:CreateAction': 'CreateSnapshot' },
      },
    },
  ];
}

/** `notLimited`: inputs without a condition key. */
const ROWS: Record<string, { grants: Row; notLimited: readonly string[] }> = {
  'cloudformation:ExecuteChangeSet': {
    grants: (input) => [
      {
        action: 'cloudformation:ExecuteChangeSet',
        resources: [stackOf(input)],
        condition: { StringEquals: { 'cloudformation:ChangeSetName': changeSetNames(text(input.ChangeSetName)) } },
      },
    ],
    notLimited: ['DisableRollback', 'RetainExceptOnCreate'],
  },
  'cloudformation:DeleteStack': {
    grants: underRole('cloudformation:DeleteStack'),
    notLimited: ['RetainResources', 'DeletionMode'],
  },
  'cloudformation:ContinueUpdateRollback': {
    grants: underRole('cloudformation:ContinueUpdateRollback'),
    notLimited: ['ResourcesToSkip'],
  },
  'cloudformation:RollbackStack': {
    grants: underRole('cloudformation:RollbackStack'),
    notLimited: ['RetainExceptOnCreate'],
  },
  'cloudformation:CancelUpdateStack': {
    grants: (input) => [{ action: 'cloudformation:CancelUpdateStack', resources: [stackOf(input)] }],
    notLimited: [],
  },
  'ec2:StartInstances': { grants: instances('ec2:StartInstances', decryption), notLimited: [] },
  'ec2:StopInstances': { grants: instances('ec2:StopInstances'), notLimited: ['Force', 'Hibernate'] },
  'ec2:RebootInstances': { grants: instances('ec2:RebootInstances'), notLimited: [] },
  'ec2:TerminateInstances': { grants: instances('ec2:TerminateInstances'), notLimited: ['Force', 'SkipOsShutdown'] },
  'ec2:ModifyInstanceAttribute': {
    grants: ({ InstanceId, InstanceType }, at) => [
      {
        action: 'ec2:ModifyInstanceAttribute',
        resources: [ec2Arn(at, 'instance', text(InstanceId))],
        condition: {
          StringEquals: {
            'ec2:Attribute/InstanceType': text((InstanceType as { Value?: unknown } | undefined)?.Value),
          },
        },
      },
    ],
    notLimited: [],
  },
  'ec2:CreateSnapshot': { grants: snapshot, notLimited: ['Description'] },
  'ec2:AuthorizeSecurityGroupIngress': {
    grants: rules('ec2:AuthorizeSecurityGroupIngress'),
    notLimited: ['IpPermissions'],
  },
  'ec2:AuthorizeSecurityGroupEgress': {
    grants: rules('ec2:AuthorizeSecurityGroupEgress'),
    notLimited: ['IpPermissions'],
  },
  'ec2:RevokeSecurityGroupIngress': { grants: rules('ec2:RevokeSecurityGroupIngress'), notLimited: ['IpPermissions'] },
  'ec2:RevokeSecurityGroupEgress': { grants: rules('ec2:RevokeSecurityGroupEgress'), notLimited: ['IpPermissions'] },
  'ec2:CreateTags': { grants: tagging('ec2:CreateTags'), notLimited: [] },
  'ec2:DeleteTags': { grants: tagging('ec2:DeleteTags'), notLimited: [] },
};
export const GRANTED_OPERATIONS: readonly string[] = Object.keys(ROWS);

/** @throws CONFIG_SESSION_NOT_POSSIBLE for a call that no statement can name. */
export function grantsFor({ service, operation, input, account, region }: Call, partition: string): Granted {
  const row = ROWS[`${service}:${operation}`];
  if (!row) throw notExpressible(`${service}:${operation} has no row`);
  return {
    grants: row.grants(input, { partition, region, account }),
    notLimited: row.notLimited.map((name) => `${operation}: ${name}`),
  };
}
