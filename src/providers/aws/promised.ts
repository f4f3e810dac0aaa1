/**
 * After a plan was carried out: is the live state what was signed?
 *
 * Guarantees: one look, with as few reads as the plan's effects need; each difference is one sentence.
 * Does not cover: values that are masked, or that only the execution could know.
 */
import type { CloudFormationClient, StackResourceSummary } from '@aws-sdk/client-cloudformation';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { Effect, EffectKind } from '../../core/effect.ts';
import type { Plan } from '../../core/plan.ts';
import { makeVisibleLine } from '../../core/render-safe.ts';
import { tagsOf } from './observe/ownership.ts';
import { itemsOf } from './paging.ts';
import { type CalledRules, formatPermissions, rulesOfCall } from './security-rules.ts';
import { MASK } from './template/secrets.ts';

interface Clients {
  cloudFormation: CloudFormationClient;
  ec2: EC2Client;
}
type Check = (clients: Clients, plan: Plan) => Promise<string[]>;

/** By an operation of the plan. What is in no row was settled when its call had ended. */
const CHECKS: Record<string, Check> = {
  ExecuteChangeSet: stackAsSigned,
  DeleteStack: async ({ cloudFormation }, plan) => gone(await resourcesOf(cloudFormation, plan.target.ids[0]!), plan),
  StartInstances: instancesAsSigned,
  StopInstances: instancesAsSigned,
  RebootInstances: instancesAsSigned,
  TerminateInstances: instancesAsSigned,
  ModifyInstanceAttribute: instancesAsSigned,
  CreateTags: tagsAsSigned,
  DeleteTags: tagsAsSigned,
  AuthorizeSecurityGroupIngress: rulesAsSigned,
  AuthorizeSecurityGroupEgress: rulesAsSigned,
  RevokeSecurityGroupIngress: rulesAsSigned,
  RevokeSecurityGroupEgress: rulesAsSigned,
};

/** A read just after a write may be answered from before it: what differs is looked at again. */
const LOOKS_AGAIN_AFTER_MILLISECONDS = [1_000, 4_000];

/** @returns what differs; empty: nothing does. */
export async function differencesNow(
  clients: Clients,
  plan: Plan,
  pauses: readonly number[] = LOOKS_AGAIN_AFTER_MILLISECONDS,
): Promise<string[]> {
  const checks = new Set(plan.calls.flatMap(({ operation }) => CHECKS[operation] ?? []));
  const found: string[] = [];
  for (const check of checks) found.push(...(await check(clients, plan)));
  const [pause, ...later] = pauses;
  if (found.length === 0 || pause === undefined) return found.map((text) => makeVisibleLine(text));
  await new Promise((resolve) => setTimeout(resolve, pause));
  return differencesNow(clients, plan, later);
}

/** `X is a; b was signed`. */
const differs = (what: string, is: string | undefined, signed: string): string[] =>
  is === signed ? [] : [`${what} is ${is ?? 'not there'}; ${signed} was signed`];

const STATE_AFTER: Partial<Record<EffectKind, string>> = {
  start: 'running',
  stop: 'stopped',
  reboot: 'running',
  delete: 'terminated',
};
const TYPE = 'Properties.InstanceType';

async function instancesAsSigned({ ec2 }: Clients, { effects }: Plan): Promise<string[]> {
  const { paginateDescribeInstances } = await import('@aws-sdk/client-ec2');
  const Filters = [{ Name: 'instance-id', Values: effects.flatMap(({ physicalId }) => physicalId ?? []) }];
  const pages = paginateDescribeInstances({ client: ec2 }, { Filters });
  const found = await itemsOf(pages, ({ Reservations = [] }) =>
    Reservations.flatMap(({ Instances = [] }) => Instances),
  );
  const live = new Map(found.map((instance) => [instance.InstanceId, instance]));
  return effects.flatMap(({ physicalId: id = '', kind, interrupts, properties }) => {
    const instance = live.get(id);
    const type = properties.find(({ path }) => path === TYPE)?.after;
    const state = STATE_AFTER[kind] ?? (type !== undefined && interrupts === 'yes' ? 'running' : undefined);
    // EC2 lists an instance for about an hour after its end.
    const now = instance?.State?.Name ?? (kind === 'delete' ? 'terminated' : undefined);
    return [
      ...(state === undefined ? [] : differs(id, now, state)),
      ...(type === undefined ? [] : differs(`The type of ${id}`, instance?.InstanceType, type)),
    ];
  });
}

async function tagsAsSigned({ ec2 }: Clients, { effects }: Plan): Promise<string[]> {
  const { paginateDescribeTags } = await import('@aws-sdk/client-ec2');
  const ids = effects.flatMap(({ physicalId }) => physicalId ?? []);
  const Filters = [{ Name: 'resource-id', Values: ids }];
  const tags = await itemsOf(paginateDescribeTags({ client: ec2 }, { Filters }), ({ Tags }) => Tags);
  return effects.flatMap(({ physicalId: id = '', properties }) => {
    const now = new Map(
      tags.filter(({ ResourceId }) => ResourceId === id).map(({ Key = '', Value = '' }) => [shown(Key), shown(Value)]),
    );
    return properties.flatMap(({ path, after }) => tagDiffers(id, path, now, after));
  });
}
const shown = (text: string) => makeVisibleLine(text, Number.POSITIVE_INFINITY);

function tagDiffers(of: string, path: string, now: ReadonlyMap<string, string>, after: string | undefined): string[] {
  const key = path.replace(/^Tags\./, '');
  const is = now.get(key);
  if (after === undefined) return is === undefined ? [] : [`${of} still has the tag ${key}; its removal was signed`];
  return differs(`The tag ${key} of ${of}`, is, after);
}

async function rulesAsSigned({ ec2 }: Clients, { calls, target }: Plan): Promise<string[]> {
  const { DescribeSecurityGroupsCommand } = await import('@aws-sdk/client-ec2');
  const { SecurityGroups: [group] = [] } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: target.ids }));
  if (!group) return [`${target.name} is not there`];
  const live = new Set(formatPermissions(group));
  return calls
    .flatMap(rulesOfCall)
    .flatMap(({ verb, rules }: CalledRules) =>
      rules
        .filter((rule) => live.has(rule) !== (verb === 'authorize'))
        .map((rule) =>
          verb === 'authorize' ? `The rule “${rule}” is not there` : `The rule “${rule}” is still there`,
        ),
    );
}

async function resourcesOf(client: CloudFormationClient, StackName: string): Promise<StackResourceSummary[]> {
  const { paginateListStackResources } = await import('@aws-sdk/client-cloudformation');
  const pages = paginateListStackResources({ client }, { StackName });
  return itemsOf(pages, ({ StackResourceSummaries }) => StackResourceSummaries);
}

const OVER = /^DELETE_(?:COMPLETE|SKIPPED)$/;
const FINE = /^(?:CREATE|UPDATE|IMPORT|UPDATE_ROLLBACK)_COMPLETE$/;

/** What was to stay with its policy is skipped; everything else is gone. */
function gone(resources: readonly StackResourceSummary[], { effects }: Plan): string[] {
  const kept = new Set(
    effects.filter(({ retention }) => retention?.effective === 'Retain').map((one) => one.logicalId),
  );
  return resources.flatMap(({ LogicalResourceId: id = '', ResourceStatus: is }) => {
    if (is === 'DELETE_SKIPPED') return kept.has(id) ? [] : [`${id} was kept; its deletion was signed`];
    if (kept.has(id)) return [`${id} is ${is}; it was signed that it is kept`];
    return is === 'DELETE_COMPLETE' ? [] : [`${id} is ${is}; its deletion was signed`];
  });
}

/** A nested stack's resources are read where the plan does something to one of them. */
async function stackAsSigned({ cloudFormation }: Clients, { effects, target, subject }: Plan): Promise<string[]> {
  const inside = Map.groupBy(
    effects.filter(({ logicalId }) => logicalId !== undefined),
    ({ logicalId = '' }) => logicalId.slice(0, logicalId.lastIndexOf('/') + 1),
  );
  const itself = effects.filter(({ type, logicalId }) => type === subject.itself?.type && logicalId === undefined);
  const found: string[] = itself.some(isChecked) ? await itselfAsSigned(cloudFormation, target.ids[0]!, itself) : [];
  const stacks = new Map([['', target.ids[0]!]]);
  for (const path of [...inside.keys()].sort((a, b) => a.length - b.length)) {
    const stackId = stacks.get(path);
    if (stackId === undefined) continue;
    const live = await resourcesOf(cloudFormation, stackId);
    for (const { LogicalResourceId, PhysicalResourceId, ResourceType } of live)
      if (ResourceType === subject.itself?.type && PhysicalResourceId)
        stacks.set(`${path}${LogicalResourceId}/`, PhysicalResourceId);
    const byId = new Map(live.map((one) => [`${path}${one.LogicalResourceId}`, one]));
    found.push(...inside.get(path)!.flatMap((effect) => resourceDiffers(effect, byId.get(effect.logicalId!))));
  }
  return found;
}

function resourceDiffers(effect: Effect, live: StackResourceSummary | undefined): string[] {
  const { logicalId: id = '', kind, physicalId, revision } = effect;
  const is = live?.ResourceStatus;
  if (kind === 'delete')
    return is === undefined || OVER.test(is) ? [] : [`${id} is ${is}; its removal from the stack was signed`];
  if (is === undefined) return [`${id} is not in the stack; ${kind} was signed`];
  if (!FINE.test(is)) return [`${id} is ${is}; ${kind} was signed`];
  const mayBeAnother = kind === 'create' || kind === 'replace' || kind === 'unknown' || revision;
  const now = live?.PhysicalResourceId;
  if (mayBeAnother || physicalId === undefined || now === undefined || now === physicalId) return [];
  return [`${id} was replaced (${physicalId} is now ${now}); ${kind} in place was signed`];
}

const isChecked = ({ properties }: Effect) => properties.some(({ path }) => /^(?:Outputs|Tags)\./.test(path));
/** A value that its text does not tell whole: masked, known at execution only, or with an export's name. */
const isPlain = (text = '') => !text.startsWith('{') && ![MASK, '${', ' (export '].some((part) => text.includes(part));

async function itselfAsSigned(client: CloudFormationClient, StackName: string, effects: readonly Effect[]) {
  const { DescribeStacksCommand } = await import('@aws-sdk/client-cloudformation');
  const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName }));
  const outputs = new Map(stack?.Outputs?.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
  const tags = new Map(Object.entries(tagsOf(stack?.Tags)).map(([key, value]) => [shown(key), shown(value)]));
  return effects
    .flatMap(({ properties }) => properties)
    .flatMap(({ path, after }) => {
      if (path.startsWith('Tags.')) return tagDiffers('the stack', path, tags, after);
      const name = /^Outputs\.(.+)$/.exec(path)?.[1];
      if (name === undefined || !isPlain(after)) return [];
      const is = outputs.get(name);
      if (after === undefined) return is === undefined ? [] : [`The output ${name} is still there`];
      return differs(`The output ${name}`, is === undefined ? is : shown(is), after);
    });
}
