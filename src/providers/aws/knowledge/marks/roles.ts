/**
 * How far a role can go, read from the template: every policy that is attached to it, wherever it stands.
 *
 * Guarantees: `own_stack` only if every Allow changes nothing but resources of this stack, or nothing at all (reads
 * are bounded: they cannot destroy), and gives no rights away; a role that is handed on or assumed counts with what it
 * can do itself. What is not in the template, or is unknown, is unbounded. `named`: beyond the stack it only hands items
 * or messages to things of this account that it names whole, as a deployment does that imports another stack's table.
 * What a Deny or a boundary of this template surely takes away does not count.
 * Does not cover: what resource policies elsewhere give to the role; boundaries elsewhere (they would only narrow it).
 */

import type { Json } from '../../../../core/digest.ts';
import { escalates, handsOnRole, isHarmless, isRead } from './actions.ts';
import type { MarkContext, ResourceView } from './finder.ts';
import { isHarmlessPolicy, isReadingPolicy } from './managed-policies.ts';
import { identityStatementsOf, type Statement, UNKNOWN_PART, type Worst } from './policy-document.ts';
import { type Grant, newlyAllowed } from './policy-gains.ts';
import { isMembers, listOf, shown } from './read.ts';
import { whoseIs } from './refs.ts';

export interface Bound {
  bound: 'own_stack' | 'named' | 'unbounded';
  principal: string;
  /** Completes “its role …”. */
  because: string;
}

interface Attached {
  documents: Json[];
  managed: Json[];
}

const ATTACHING: Record<string, string> = {
  'AWS::IAM::Policy': 'Roles',
  'AWS::IAM::ManagedPolicy': 'Roles',
  'AWS::IAM::RolePolicy': 'RoleName',
};
const attachedByStack = new WeakMap<MarkContext['after'], Map<string, Attached>>();

/** Policies of each role of the stack, by the role's logical id. */
function attachedIn(resources: MarkContext['after'], context: MarkContext): Map<string, Attached> {
  const known = attachedByStack.get(resources);
  if (known) return known;
  const attached = new Map<string, Attached>();
  const of = (id: string) => {
    const entry = attached.get(id) ?? { documents: [], managed: [] };
    attached.set(id, entry);
    return entry;
  };
  for (const view of Object.values(resources)) {
    if (view.type === 'AWS::IAM::Role') {
      const inline = listOf(view.properties.Policies).map((policy) =>
        isMembers(policy) ? policy.PolicyDocument : policy,
      );
      of(view.logicalId).documents.push(...inline.map((document) => document ?? null));
      of(view.logicalId).managed.push(...listOf(view.properties.ManagedPolicyArns));
    }
    for (const role of listOf(view.properties[ATTACHING[view.type] ?? ''])) {
      const whose = whoseIs(role, context, 'AWS::IAM::Role');
      if (whose.kind === 'own') of(whose.resource.logicalId).documents.push(view.properties.PolicyDocument ?? null);
    }
  }
  attachedByStack.set(resources, attached);
  return attached;
}

/** Everything that the policies of a role allow and deny, and the managed policies that are not in the template. */
export function statementsOfRole(
  logicalId: string,
  resources: MarkContext['after'],
  context: MarkContext,
  worst: Worst,
): { statements: Statement[]; elsewhere: Json[] } {
  const { documents = [], managed = [] } = attachedIn(resources, context).get(logicalId) ?? {};
  const statements = documents.flatMap((document) => identityStatementsOf(document, context, worst));
  const elsewhere: Json[] = [];
  for (const arn of managed) {
    const whose = whoseIs(arn, context, 'AWS::IAM::ManagedPolicy');
    const own = whose.kind === 'own' ? resources[whose.resource.logicalId] : undefined;
    if (own) statements.push(...identityStatementsOf(own.properties.PolicyDocument, context, worst));
    else elsewhere.push(arn);
  }
  return { statements, elsewhere };
}

const thing = (resource: string, context: MarkContext) =>
  resource === '*'
    ? 'every resource'
    : resource === UNKNOWN_PART || context.isUnknown(resource)
      ? 'a resource that is unknown until execution'
      : shown(resource);

const listed = (names: readonly string[]) => shown(names.join(', ') || 'none');

/** The statements of the boundary of a role, user or other resource, where this template has them. */
export function boundaryOf(
  view: ResourceView | null,
  resources: MarkContext['after'],
  context: MarkContext,
  worst: Worst,
): Statement[] | undefined {
  const arn = view?.properties.PermissionsBoundary;
  if (arn === undefined) return undefined;
  const whose = whoseIs(arn, context, 'AWS::IAM::ManagedPolicy');
  const policy = whose.kind === 'own' ? resources[whose.resource.logicalId] : undefined;
  return policy && identityStatementsOf(policy.properties.PolicyDocument, context, worst);
}

/** Items and messages: what such a call can lose is one of them. */
const HANDING =
  /^(?:dynamodb:(?:PutItem|UpdateItem|DeleteItem|BatchWriteItem)|sqs:(?:(?:Send|Receive|Delete)Message(?:Batch)?|ChangeMessageVisibility(?:Batch)?)|sns:Publish(?:Batch)?|kinesis:PutRecords?|firehose:PutRecord(?:Batch)?|events:PutEvents)$/i;

function handsOver({ action, resource }: Grant, { account }: MarkContext): boolean {
  if (typeof action !== 'string' || typeof resource !== 'string' || !HANDING.test(action)) return false;
  const [, owner] = /^arn:aws[a-z-]*:[a-z]+:[a-z0-9-]+:(\d{12}):[^*?\u{fffd}\u{27e6}]+$/u.exec(resource) ?? [];
  return owner !== undefined && owner === account;
}

/** An own role that a grant hands on: as good as what that role can do. */
interface HandedOn {
  role: string;
}

function beyondItself(grant: Grant, context: MarkContext): string | HandedOn | undefined {
  const { action, resource } = grant;
  if (typeof action !== 'string') return `may call every action except ${listed(action)}`;
  if (action === UNKNOWN_PART) return 'may call actions that are unknown until execution';
  if (isHarmless(action) || isRead(action)) return undefined;
  if (typeof resource !== 'string') return `may call ${action} on every resource except ${listed(resource)}`;
  const whose = whoseIs(resource, context);
  if (whose.kind !== 'own') return `may call ${action} on ${thing(resource, context)}`;
  if (escalates(action, whose.resource.type))
    return `may call ${action}, which can grant more permissions than the role has`;
  if (handsOnRole(action) && whose.resource.type === 'AWS::IAM::Role') return { role: whose.resource.logicalId };
  return undefined;
}

/** Completes “its role …”; a long chain is not told link by link. */
const handingOn = (role: string, because: string): string =>
  `may pass ${role}, which ${because.length > LONGEST_REASON ? 'reaches beyond this stack through other roles' : because}`;
const LONGEST_REASON = 200;

/** The worst that a grant lets its bearer do beyond the stack; undefined: nothing. */
export function beyondStack(grant: Grant, context: MarkContext): string | undefined {
  const beyond = beyondItself(grant, context);
  if (typeof beyond !== 'object') return beyond;
  const { bound, because } = boundsOf(context).get(beyond.role)!;
  return bound === 'own_stack' ? undefined : handingOn(beyond.role, because);
}

/** @param role as a property names it: an ARN or name, an instance profile, or absent (no role: no rights). */
export function boundOf(role: Json | undefined, context: MarkContext): Bound {
  if (role === undefined) return { bound: 'own_stack', principal: 'no role', because: 'is absent' };
  if (isServiceLinked(role, context))
    return { bound: 'own_stack', principal: shown(role), because: 'its service uses in any case' };
  const whose = whoseIs(role, context, 'AWS::IAM::Role');
  if (whose.kind !== 'own')
    return {
      bound: 'unbounded',
      principal: whose.kind === 'foreign' ? whose.id : 'a role that is unknown until execution',
      because: 'is not in this template',
    };
  const { logicalId, type } = whose.resource;
  const view = context.after[logicalId] ?? whose.resource;
  if (type === 'AWS::IAM::InstanceProfile') return boundOfProfile(view, context);
  if (type !== 'AWS::IAM::Role')
    return { bound: 'unbounded', principal: logicalId, because: `is provided by a ${type}` };
  return boundsOf(context).get(logicalId)!;
}

/** A profile holds one role, never another profile. */
function boundOfProfile({ logicalId, properties }: ResourceView, context: MarkContext): Bound {
  const [role] = listOf(properties.Roles);
  const whose = whoseIs(role, context, 'AWS::IAM::Role');
  return whose.kind === 'own' && whose.resource.type === 'AWS::IAM::InstanceProfile'
    ? { bound: 'unbounded', principal: logicalId, because: 'is provided by another instance profile' }
    : boundOf(role, context);
}

/**
 * AWS makes it, nobody can change or assume it, and its service takes it where no role is named: to name it gives
 * nothing. Source: "Service-linked roles", IAM User Guide, from memory.
 */
function isServiceLinked(role: Json, { account }: MarkContext): boolean {
  const [, of] =
    /^arn:[^:]*:iam::(\d{12}):role\/aws-service-role\/[\w.-]+\/AWSServiceRoleFor\w+$/.exec(String(role)) ?? [];
  return of !== undefined && of === account;
}

const boundsByContext = new WeakMap<MarkContext, ReadonlyMap<string, Bound>>();

/**
 * Every own role's bound, worked out once and at once: what goes beyond the stack by itself, then whoever hands such a
 * role on, from each role to those that name it. Each role and each naming is looked at once, whatever circles there are.
 */
function boundsOf(context: MarkContext): ReadonlyMap<string, Bound> {
  const known = boundsByContext.get(context);
  if (known) return known;
  const bounds = new Map<string, Bound>();
  const handers = new Map<string, Set<string>>();
  const reached: string[] = [];
  const settle = (logicalId: string, because: string, bound: Bound['bound'] = 'unbounded') => {
    bounds.set(logicalId, { bound, principal: logicalId, because });
    reached.push(logicalId);
  };
  for (const { logicalId, type } of Object.values({ ...context.before, ...context.after })) {
    if (type !== 'AWS::IAM::Role') continue;
    const { beyond, handsOn, within, isNamed } = boundByItself(logicalId, context);
    if (beyond !== undefined) settle(logicalId, beyond, isNamed ? 'named' : 'unbounded');
    else bounds.set(logicalId, { bound: 'own_stack', principal: logicalId, because: within });
    for (const role of handsOn) handers.set(role, (handers.get(role) ?? new Set()).add(logicalId));
  }
  for (let at = 0; at < reached.length; at += 1)
    for (const hander of handers.get(reached[at]!) ?? [])
      if (bounds.get(hander)!.bound !== 'unbounded')
        settle(hander, handingOn(reached[at]!, bounds.get(reached[at]!)!.because));
  boundsByContext.set(context, bounds);
  return bounds;
}

/** What its policies reach, leaving open what the roles that it hands on do. */
function boundByItself(logicalId: string, context: MarkContext) {
  const { statements, elsewhere } = statementsOfRole(logicalId, context.after, context, 'everything');
  const managed = elsewhere.find((arn) => typeof arn !== 'string' || !(isHarmlessPolicy(arn) || isReadingPolicy(arn)));
  const boundary = boundaryOf(context.after[logicalId] ?? null, context.after, context, 'everything');
  const grants = newlyAllowed({ statements: [] }, { statements, boundary });
  const reaches = grants.map((grant) => beyondItself(grant, context));
  const reads = grants.some(
    ({ action, resource }) =>
      typeof action === 'string' &&
      isRead(action) &&
      (typeof resource !== 'string' || whoseIs(resource, context).kind !== 'own'),
  );
  return {
    beyond:
      managed === undefined
        ? reaches.find((text) => typeof text === 'string')
        : `has the policy ${context.isUnknown(managed) ? 'that is unknown until execution' : shown(managed)}`,
    isNamed:
      managed === undefined &&
      grants.every((grant, at) => typeof reaches[at] !== 'string' || handsOver(grant, context)),
    handsOn: new Set(reaches.flatMap((reach) => (typeof reach === 'object' ? [reach.role] : []))),
    within: reads
      ? 'can change only resources of this stack and can only read others'
      : 'can reach only resources of this stack',
  };
}
