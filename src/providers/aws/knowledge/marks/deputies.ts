/**
 * Finds what will act on its own: a resource that runs code or calls APIs under a role.
 *
 * Guarantees: marked when it is created and when what it runs, its targets or its role change; bounded only by the
 * policies that its role has in this template (roles.ts); a target that is an AWS API call is `direct_api` however its
 * name is written (substitutions, escapes, partitions), unless the call only reads; a type that has no row is found by
 * its role property. Custom resources run at every change and removal.
 * Does not cover: what the code does within its rights; container images (pins.ts); a changed policy of a running
 * deputy's role is found as `expose` (policies.ts).
 */

import type { Json } from '../../../../core/digest.ts';
import { jsonInText } from '../../../../core/input-bounds.ts';
import type { Mark } from '../../../../core/mark.ts';
import { DEPUTIES, type DeputyRow, DIRECT, HARMLESS_DOCUMENTS, ROLE_PROPERTY, UNBOUNDED } from './deputies-table.ts';
import type { MarkContext, MarkFinder, ResourceView } from './finder.ts';
import { changedAt, isMembers, mayDiffer, same, shown, stringsIn, valueAt, valuesAt } from './read.ts';
import { whoseIs } from './refs.ts';
import { type Bound, boundOf } from './roles.ts';

type Value = Json | undefined;

function mark(path: string, bound: Mark['bound'] & string, principal: string | undefined, text: string): Mark {
  return { kind: 'deputy', path, text, bound, ...(principal === undefined ? {} : { principal }) };
}
const WORST = ['own_stack', 'named', 'unbounded'];
const worstOf = (bounds: Bound[]): Bound =>
  bounds.reduce((worst, bound) => (WORST.indexOf(bound.bound) > WORST.indexOf(worst.bound) ? bound : worst));

const READING =
  /aws-sdk:[^:]+:(get|list|describe|head|batchGet|query|scan)[^:]*$|:action\/(get|list|describe|query|scan)[^/]*$/i;
const CALLS_API =
  /^arn:[^:]*:(scheduler:::aws-sdk:|states:::aws-sdk:|ssm:[^:]*:[^:]*:automation-definition\/|events:[^:]*:[^:]*:target\/|automate:|swf:[^:]*:[^:]*:action\/)/i;
/** API Gateway's `action/` is any action of a service. What only hands a message or a key-value on is bounded by the role. */
const GATEWAY_API =
  /^arn:[^:]*:apigateway:[^:]*:(?!lambda)[a-z0-9.-]+:action\/(?!(Put|Send|Publish|StartExecution|StartSyncExecution|Update)(Item|Message|Record|Event|Execution|SyncExecution)?s?\b)/i;

const callsApi = (text: string) => (CALLS_API.test(text) || GATEWAY_API.test(text)) && !READING.test(text);

/** Texts in a target, JSON within text unfolded, `${…}` of a state machine filled in. */
function* targetTexts(view: ResourceView, path: string, context: MarkContext): Generator<string> {
  const substitutions = isMembers(view.properties.DefinitionSubstitutions)
    ? view.properties.DefinitionSubstitutions
    : {};
  for (const [, value] of valuesAt(view, path, context)) {
    let parsed: Json = value;
    if (typeof value === 'string' && /^\s*[{[]/.test(value)) {
      const json = jsonInText(
        value.replaceAll(/\$\{(\w+)\}/g, (all, name: string) =>
          Object.hasOwn(substitutions, name) ? asText(substitutions[name]) : all,
        ),
      );
      // Else it is not JSON after all: its text is searched as it stands.
      if (typeof json === 'object') parsed = json.value as Json;
    }
    for (const [, text] of stringsIn(parsed, ''))
      yield text.replaceAll(/\$\{(\w+)\}/g, (all, name: string) =>
        Object.hasOwn(substitutions, name) ? asText(substitutions[name]) : all,
      );
  }
}
const asText = (value: Value) => JSON.stringify(String(value)).slice(1, -1);

/** The actions of an alarm that call EC2 are about the instance that its metric names; its others tell somebody. */
const mayCallApi = ({ type, properties }: ResourceView) =>
  type !== 'AWS::CloudWatch::Alarm' ||
  /InstanceId|[\u{fffd}\u{27e6}]/u.test(JSON.stringify(properties.Dimensions ?? ''));

/** An API call among the targets: what it calls. */
function directCall(view: ResourceView, row: DeputyRow, context: MarkContext): string | undefined {
  for (const path of row.targets)
    for (const text of targetTexts(view, path, context)) {
      const embedded = text.match(/arn:[^"'\s]*aws-sdk:[^"'\s]+/g) ?? [];
      const found = [text, ...embedded].find(callsApi);
      if (found !== undefined) return shown(found);
      if ((context.isUnknown(text) && mayCallApi(view)) || /^arn:[^:]*:(states|scheduler):::.*\$\{/.test(text))
        return 'a target that is unknown until execution';
    }
  return undefined;
}

/** A target that is somebody else's acts under rights that are not in this template. */
function foreignTarget(view: ResourceView, row: DeputyRow, context: MarkContext): string | undefined {
  for (const path of row.targets.filter((name) => name.endsWith('Arn') || name === 'Target'))
    for (const [, value] of valuesAt(view, path, context)) {
      if (typeof value !== 'string' || /^arn:[^:]*:(scheduler|states|aws)?:::/.test(value)) continue;
      const whose = whoseIs(value, context);
      if (
        whose.kind === 'foreign' &&
        !/:(event-bus|log-group|sns|sqs)[:/]|:(sns|sqs|logs|kinesis|firehose):/.test(value)
      )
        return whose.id;
    }
  return undefined;
}

function rolesAt(view: ResourceView, row: DeputyRow | undefined, context: MarkContext): [path: string, role: Json][] {
  if (row && row.roles.length > 0) return row.roles.flatMap((path) => [...valuesAt(view, path, context)]);
  return [...stringsIn(view.properties, 'Properties')].filter(([path]) =>
    ROLE_PROPERTY.test(path.split('.').at(-1) ?? ''),
  );
}

function byTable(before: ResourceView | null, after: ResourceView, row: DeputyRow, context: MarkContext): Mark[] {
  const path = before
    ? row.runs.find((name) => changedAt(before, after, name, context))
    : row.runs.find((name) => valueAt(after, name.split('.')[0]!, context) !== undefined);
  if (path === undefined) return [];
  const at = `Properties.${path}`;
  const call = directCall(after, row, context);
  const roles = rolesAt(after, row, context).map(([, role]) => boundOf(role, context));
  const role = roles.length > 0 ? worstOf(roles) : undefined;
  if (call !== undefined) return [mark(at, 'direct_api', role?.principal, `Calls AWS directly: ${call}.`)];
  const foreign = foreignTarget(after, row, context);
  if (foreign !== undefined)
    return [mark(at, 'unbounded', role?.principal, `Starts ${foreign}, which is not in this template.`)];
  if (!role) return [];
  return [mark(at, role.bound, role.principal, `Runs under ${role.principal}, which ${role.because}.`)];
}

/** No row: a role that the service takes on is a deputy all the same. */
function byRole(before: ResourceView | null, after: ResourceView, context: MarkContext): Mark[] {
  if (after.type.startsWith('AWS::IAM::') || after.type === 'AWS::Lambda::Permission') return [];
  const was = new Map(before ? rolesAt(before, undefined, context) : []);
  return rolesAt(after, undefined, context)
    .filter(([path, role]) => !before || mayDiffer(was.get(path), role, context))
    .map(([path, role]) => {
      const { bound, principal, because } = boundOf(role, context);
      return mark(path, bound, principal, `The service acts under ${principal}, which ${because}.`);
    });
}

const isCustom = (type: string) => type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource';

/** Runs its function at every change. A call of the SDK written into its properties (as CDK does) is that call. */
function customResource(view: ResourceView, context: MarkContext): Mark[] {
  const path = 'Properties.ServiceToken';
  for (const [, text] of stringsIn(view.properties, '')) {
    const [, action] = /"action"\s*:\s*"([^"]+)"/.exec(text) ?? [];
    const service = /"service"\s*:\s*"([^"]+)"/.exec(text)?.[1];
    if (action && service && !/^(get|list|describe|head|batchGet)/i.test(action))
      return [mark(path, 'direct_api', undefined, `Calls AWS directly: ${shown(`${service}.${action}`)}.`)];
  }
  const token = whoseIs(view.properties.ServiceToken, context, 'AWS::Lambda::Function');
  if (token.kind !== 'own' || token.resource.type !== 'AWS::Lambda::Function')
    return [
      mark(path, 'unbounded', undefined, 'Runs code outside this template, with permissions outside this template.'),
    ];
  const role = boundOf(token.resource.properties.Role, context);
  return [
    mark(
      path,
      role.bound,
      role.principal,
      `Runs ${token.resource.logicalId} under ${role.principal}, which ${role.because}.`,
    ),
  ];
}

/** Associations, documents and window tasks of Systems Manager. */
function systemsManager(before: ResourceView | null, after: ResourceView, context: MarkContext): Mark[] {
  const { type, properties } = after;
  const runs = {
    'AWS::SSM::Association': [
      'Name',
      'Parameters',
      'DocumentVersion',
      'Targets',
      'InstanceId',
      'AutomationTargetParameterName',
    ],
    'AWS::SSM::Document': ['Content', 'Attachments'],
    'AWS::SSM::MaintenanceWindowTask': ['TaskArn', 'TaskType', 'TaskInvocationParameters', 'Targets'],
  }[type];
  const path = runs?.find((name) => (before ? changedAt(before, after, name, context) : name in properties));
  if (path === undefined) return [];
  const name = properties.Name ?? properties.TaskArn;
  const document = whoseIs(name, context, 'AWS::SSM::Document');
  const content = type === 'AWS::SSM::Document' ? after : document.kind === 'own' ? document.resource : undefined;
  if (typeof name === 'string' && HARMLESS_DOCUMENTS.has(name)) return [];
  const automation = content
    ? same(content.properties.DocumentType, 'Automation') ||
      /aws:executeAwsApi|aws:changeInstanceState/.test(JSON.stringify(content.properties.Content ?? ''))
    : properties.AutomationTargetParameterName !== undefined ||
      same(properties.TaskType, 'AUTOMATION') ||
      /^AWS-\w*(Instance|Stack|Snapshot|Image|Bucket|Role|Policy)\w*$/.test(String(name));
  const what = typeof name === 'string' ? shown(name) : after.logicalId;
  return [
    automation
      ? mark(`Properties.${path}`, 'direct_api', undefined, `Runs the automation ${what}, which calls AWS directly.`)
      : mark(
          `Properties.${path}`,
          'unbounded',
          undefined,
          `Runs ${what} on instances, with all permissions of those instances.`,
        ),
  ];
}

/** Types that no row fits. */
function special(before: ResourceView | null, after: ResourceView, context: MarkContext): Mark[] | undefined {
  const { type, properties } = after;
  const changed = !before || changedAt(before, after, '*', context);
  const always = DIRECT.get(type) ?? UNBOUNDED.get(type);
  if (always !== undefined)
    return changed
      ? [mark('Properties', DIRECT.has(type) ? 'direct_api' : 'unbounded', undefined, `On its own it ${always}.`)]
      : [];
  if (type.startsWith('AWS::SSM::')) return systemsManager(before, after, context);
  if (
    type === 'AWS::AppSync::DataSource' &&
    changed &&
    valueAt(after, 'HttpConfig.AuthorizationConfig.AwsIamConfig', context) !== undefined
  )
    return [
      mark(
        'Properties.HttpConfig',
        'direct_api',
        undefined,
        `Signs requests to ${shown(valueAt(after, 'HttpConfig.Endpoint', context))}, which may be any AWS API.`,
      ),
    ];
  if (type === 'AWS::ECS::Service') {
    if (before && !changedAt(before, after, 'TaskDefinition', context)) return [];
    const whose = whoseIs(properties.TaskDefinition, context, 'AWS::ECS::TaskDefinition');
    return whose.kind === 'own'
      ? []
      : [
          mark(
            'Properties.TaskDefinition',
            'unbounded',
            undefined,
            'Runs a task definition that is not in this template.',
          ),
        ];
  }
  if (type === 'AWS::AutoScaling::ScheduledAction') {
    if (!changed) return [];
    const whose = whoseIs(properties.AutoScalingGroupName, context, 'AWS::AutoScaling::AutoScalingGroup');
    return [
      mark(
        'Properties.AutoScalingGroupName',
        whose.kind === 'own' ? 'own_stack' : 'unbounded',
        undefined,
        `Changes the size of ${whose.kind === 'own' ? whose.resource.logicalId : 'a group that is not in this template'} on a schedule.`,
      ),
    ];
  }
  return undefined;
}

export const findDeputies: MarkFinder = (before, after, context) => {
  const view = after ?? before;
  if (view && isCustom(view.type)) return customResource(view, context);
  if (!after) return [];
  const row = DEPUTIES.get(after.type);
  return (
    special(before, after, context) ?? (row ? byTable(before, after, row, context) : byRole(before, after, context))
  );
};
