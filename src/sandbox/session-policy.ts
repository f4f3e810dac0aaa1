/**
 * The inline policy of an assumed role, evaluated for each call: allow statements with exact conditions, as Countersign
 * writes them. What is written otherwise (Deny, another operator, NotAction) allows nothing. Roles have no policy here.
 */
import { matchesGlob } from '../core/glob.ts';
import { type Caller, SandboxFault } from './service.ts';
import { assumedRoles } from './sts.ts';
import type { World } from './world.ts';

type Values = Record<string, string | string[] | undefined>;
interface Asked {
  action: string;
  resource: string;
  keys: Values;
}
interface Statement {
  Effect?: string;
  Action?: string | string[];
  Resource?: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}
const list = <T>(value: T | T[] | undefined): T[] => (value === undefined ? [] : ([value].flat() as T[]));

/** @throws SandboxFault as the service denies, when the caller is a session whose policy does not allow the call. */
export function refuseBySession(
  world: World,
  { accessKeyId, arn, account, region }: Caller,
  service: string,
  operation: string,
  input: Record<string, unknown>,
): void {
  const policy = assumedRoles(world).find((session) => session.accessKeyId === accessKeyId)?.policy;
  if (policy === undefined || operation === 'GetCallerIdentity') return;
  const statements = list((JSON.parse(policy) as { Statement?: Statement | Statement[] }).Statement);
  const denied = askedBy(service, operation, input, { account, region }).find(
    (asked) => !statements.some((statement) => allows(statement, asked)),
  );
  if (!denied) return;
  const code = service === 'ec2' ? 'UnauthorizedOperation' : 'AccessDenied';
  throw new SandboxFault(
    code,
    `User: ${arn} is not authorized to perform: ${denied.action} on resource: ${denied.resource} because no session policy allows the ${denied.action} action`,
    403,
  );
}

function allows({ Effect, Action, Resource, Condition = {} }: Statement, { action, resource, keys }: Asked): boolean {
  return (
    Effect === 'Allow' &&
    list(Action).some((pattern) => matchesGlob(pattern.toLowerCase(), action.toLowerCase())) &&
    list(Resource).some((pattern) => matchesGlob(pattern, resource)) &&
    Object.entries(Condition).every(([operator, wanted]) =>
      Object.entries(wanted).every(([key, values]) => OPERATORS[operator]?.(list(values), keys[key]) ?? false),
    )
  );
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: how IAM writes a dollar.
const plain = (value: string) => value.replaceAll('${$}', () => '$');
const OPERATORS: Record<string, (wanted: string[], is: Values[string]) => boolean> = {
  StringEquals: (wanted, is) => typeof is === 'string' && wanted.map(plain).includes(is),
  'ForAllValues:StringEquals': (wanted, is) => list(is).every((one) => wanted.map(plain).includes(one)),
  Null: ([wanted], is) => (is === undefined) === (wanted === 'true'),
};

type Tag = { Key: string; Value?: string };
const tagKeys = (tags: Tag[]): Values => ({
  ...(tags.length > 0 ? { 'aws:TagKeys': tags.map(({ Key }) => Key) } : {}),
  ...Object.fromEntries(tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value])),
});
const TYPES: Record<string, string> = { i: 'instance', vol: 'volume', snap: 'snapshot', sg: 'security-group' };

/** What the service asks IAM for. */
function askedBy(
  service: string,
  operation: string,
  // biome-ignore lint/suspicious/noExplicitAny: inputs of every operation.
  input: any,
  { account, region }: { account: string; region: string },
): Asked[] {
  const action = `${service}:${operation}`;
  if (service === 'cloudformation') {
    const { StackName = '*', ChangeSetName, RoleARN } = input;
    const keys = { 'cloudformation:ChangeSetName': ChangeSetName, 'cloudformation:RoleArn': RoleARN };
    return [{ action, resource: StackName, keys }];
  }
  const on = (id: string, keys: Values = {}): Asked => {
    const type = TYPES[id.split('-')[0] ?? ''] ?? 'other';
    return { action, resource: `arn:aws:ec2:${region}:${type === 'snapshot' ? '' : account}:${type}/${id}`, keys };
  };
  const made = { ...on('snap-'), resource: `arn:aws:ec2:${region}::snapshot/*` };
  const specified = tagKeys((input.TagSpecifications ?? []).flatMap(({ Tags = [] }: { Tags?: Tag[] }) => Tags));
  if (operation === 'CreateSnapshot')
    return [
      on(input.VolumeId),
      { ...made, keys: specified },
      { ...made, action: 'ec2:CreateTags', keys: { ...specified, 'ec2:CreateAction': 'CreateSnapshot' } },
    ];
  const ids = [...list<string>(input.InstanceIds), ...list<string>(input.InstanceId), ...list<string>(input.GroupId)];
  const all = [...ids, ...list<string>(input.Resources)];
  const keys = { ...tagKeys(input.Tags ?? []), 'ec2:Attribute/InstanceType': input.InstanceType?.Value };
  return all.length === 0
    ? [{ action, resource: '*', keys }]
    : all.map((id) => on(id, { ...keys, 'ec2:InstanceID': id }));
}
