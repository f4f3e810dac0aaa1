/**
 * How far a role can go, read from the template: every policy that is attached to it, wherever it stands.
 *
 * Guarantees: `own_stack` only if every Allow changes nothing but resources of this stack, or nothing at all (reads
 * are bounded: they cannot destroy), and gives no rights away; a role that is handed on or assumed counts with what it
 * can do itself. What is not in the template, or is unknown, is unbounded.
 * Does not cover: what resource policies elsewhere give to the role; boundaries (they would only narrow it).
 */

import type { Json } from '../../../../core/digest.ts';
import { escalates, handsOnRole, isHarmless, isHarmlessPolicy, isRead, isReadingPolicy } from './actions.ts';
import type { MarkContext, ResourceView } from './finder.ts';
import { type Grant, grantsGained, type Statement, statementsOf } from './policy-document.ts';
import { isMembers, listOf, shown } from './read.ts';
import { whoseIs } from './refs.ts';

export interface Bound {
  bound: 'own_stack' | 'unbounded';
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
  worst: 'everything' | 'nothing',
): { statements: Statement[]; elsewhere: Json[] } {
  const { documents = [], managed = [] } = attachedIn(resources, context).get(logicalId) ?? {};
  const statements = documents.flatMap((document) => statementsOf(document, context, worst));
  const elsewhere: Json[] = [];
  for (const arn of managed) {
    const whose = whoseIs(arn, context, 'AWS::IAM::ManagedPolicy');
    const own = whose.kind === 'own' ? resources[whose.resource.logicalId] : undefined;
    if (own) statements.push(...statementsOf(own.properties.PolicyDocument, context, worst));
    else elsewhere.push(arn);
  }
  return { statements, elsewhere };
}

/** The worst that a grant lets its bearer do beyond the stack; undefined: nothing. */
export function beyondStack(
  grant: Grant,
  context: MarkContext,
  seen: ReadonlySet<string> = new Set(),
): string | undefined {
  const { action, resource, inverted } = grant;
  if (inverted.length > 0) return `may do all but what ${inverted.join(' and ')} names`;
  if (isHarmless(action) || isRead(action)) return undefined;
  const whose = whoseIs(resource, context);
  if (whose.kind !== 'own') return `may call ${action} on ${resource === '*' ? 'everything' : shown(resource)}`;
  if (escalates(action, whose.resource.type)) return `may call ${action}, which gives more rights than it has`;
  if (handsOnRole(action) && whose.resource.type === 'AWS::IAM::Role') {
    const handed = boundOf(resource, context, seen);
    return handed.bound === 'own_stack' ? undefined : `may hand on ${handed.principal}, which ${handed.because}`;
  }
  return undefined;
}

/** @param role as a property names it: an ARN or name, an instance profile, or absent (no role: no rights). */
export function boundOf(role: Json | undefined, context: MarkContext, seen: ReadonlySet<string> = new Set()): Bound {
  if (role === undefined) return { bound: 'own_stack', principal: 'no role', because: 'is absent' };
  if (isServiceLinked(role, context))
    return { bound: 'own_stack', principal: shown(role), because: 'its service uses with or without being told' };
  const whose = whoseIs(role, context, 'AWS::IAM::Role');
  if (whose.kind !== 'own')
    return {
      bound: 'unbounded',
      principal: whose.kind === 'foreign' ? whose.id : 'a role that is not known yet',
      because: 'is not in this template',
    };
  const { logicalId, type } = whose.resource;
  const view = context.after[logicalId] ?? whose.resource;
  if (type === 'AWS::IAM::InstanceProfile') return boundOf(listOf(view.properties.Roles)[0], context, seen);
  if (type !== 'AWS::IAM::Role') return { bound: 'unbounded', principal: logicalId, because: `is given by a ${type}` };
  return seen.has(logicalId)
    ? { bound: 'own_stack', principal: logicalId, because: 'is judged already' }
    : boundOfOwn(view, context, new Set([...seen, logicalId]));
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

const boundsByContext = new WeakMap<MarkContext, Map<string, Bound>>();

function boundOfOwn({ logicalId }: ResourceView, context: MarkContext, seen: ReadonlySet<string>): Bound {
  const bounds = boundsByContext.get(context) ?? new Map<string, Bound>();
  boundsByContext.set(context, bounds);
  const known = bounds.get(logicalId);
  if (known) return known;
  const { statements, elsewhere } = statementsOfRole(logicalId, context.after, context, 'everything');
  const managed = elsewhere.find((arn) => typeof arn !== 'string' || !(isHarmlessPolicy(arn) || isReadingPolicy(arn)));
  const grants = grantsGained('Allow', [], statements);
  const beyond =
    managed !== undefined
      ? `has the policy ${context.isUnknown(managed) ? 'that is not known yet' : shown(managed)}`
      : grants.map((grant) => beyondStack(grant, context, seen)).find((text) => text !== undefined);
  const reads = grants.some(({ action, resource }) => isRead(action) && whoseIs(resource, context).kind !== 'own');
  const within = reads
    ? 'changes only resources of this stack and only reads others'
    : 'reaches only resources of this stack';
  const bound: Bound =
    beyond === undefined
      ? { bound: 'own_stack', principal: logicalId, because: within }
      : { bound: 'unbounded', principal: logicalId, because: beyond };
  // A bound found below a role that is still being judged may lean on it: only the outermost is kept.
  if (seen.size === 1) bounds.set(logicalId, bound);
  return bound;
}
