/**
 * Finds what policies give and take: documents of roles and users, of resources, and trust.
 *
 * Guarantees: found wherever a document stands (an object with Statement, or its JSON text); only what is gained over
 * what was there, and for roles over everything that their policies in this template gave before; wildcards,
 * exclusions, rights to give rights, principals of other accounts or of everybody without a binding condition, a
 * condition that goes, a Deny or a boundary that goes. A document that is not known gives everything.
 * Decided: a named action on a resource of this stack, reading something that is named, and what a program needs to
 * run and report are no exposure. A service of AWS as principal is none unless it carries anybody's messages and no
 * condition says whose.
 * Does not cover: policies that are in force elsewhere; what a Deny leaves of an Allow.
 */

import type { Json } from '../../../../core/digest.ts';
import type { Mark } from '../../../../core/mark.ts';
import { isHarmless, isHarmlessPolicy, isRead, isReadingPolicy, isWhole } from './actions.ts';
import type { MarkContext, MarkFinder, ResourceView } from './finder.ts';
import { type Grant, grantsGained, isBound, type Statement, statementsOf } from './policy-document.ts';
import { type Document, documentsIn, type Kind } from './policy-places.ts';
import { isMembers, listOf, same, shown } from './read.ts';
import { whoseIs } from './refs.ts';
import { beyondStack, statementsOfRole } from './roles.ts';

/** Services that hand on what anybody's account sends them. */
const CARRIERS =
  /^Service:(apigateway|sns|s3|events|scheduler|iot|ses|cognito-idp|logs(\.[a-z0-9-]+)?)\.amazonaws\.com/;

/** An identity of a distribution, in any partition. */
const CLOUDFRONT = /^arn:aws[a-z-]*:iam::cloudfront:user\//;

const nameOf = (principal: string | undefined) =>
  principal === undefined || principal.endsWith(':?')
    ? 'an unknown principal'
    : principal === '*'
      ? 'everybody'
      : shown(principal.slice(principal.indexOf(':') + 1));

const accountOf = (principal: string) => /^AWS:(?:arn:[^:]*:(?:iam|sts)::)?(\d{12})(?::|$)/.exec(principal)?.[1];

/** What a service needs of a key or a log group to work for its own callers. */
const isOfService = (action: string) => isHarmless(action) || /^kms:(?!\*|put|create|schedule|disable)/.test(action);

/** Who gains by a grant of a resource's policy, or by trust; undefined: nobody outside. */
function outsider({ principal, action, condition }: Grant, kind: Kind, context: MarkContext): string | undefined {
  if (principal === undefined) return undefined;
  if (principal === '*') return isBound(condition) ? undefined : 'everybody';
  const name = principal.slice(principal.indexOf(':') + 1);
  if (principal.startsWith('Service:'))
    return kind === 'resource' && CARRIERS.test(principal) && !isBound(condition) && !isOfService(action)
      ? `${name} in any account`
      : undefined;
  if (whoseIs(name, context, 'AWS::IAM::Role').kind === 'own' || CLOUDFRONT.test(name)) return undefined;
  if (name === '?') return 'a principal that is unknown until execution';
  return kind !== 'trust' && context.account !== undefined && accountOf(principal) === context.account
    ? undefined
    : shown(name);
}

/** What a grant of a role or user amounts to; undefined: nothing that reaches beyond. */
function widened(grant: Grant, context: MarkContext): string | undefined {
  const { action, resource, inverted } = grant;
  if (inverted.length > 0) return `everything except the entries of ${inverted.join(' and ')}`;
  if (isHarmless(action)) return undefined;
  if (isRead(action)) {
    const open =
      /^(arn:[^:]*:[^:]*:[^:]*:[^:]*:([a-z-]+[/:])?)?\*/.test(resource) && whoseIs(resource, context).kind !== 'own';
    return open ? `${action} on everything` : undefined;
  }
  if (isWhole(action)) return `${action} on ${resource === '*' ? 'everything' : shown(resource)}`;
  return beyondStack(grant, context)?.replace(/^may call /, '');
}

const BEARERS = ['Roles', 'RoleName', 'Users', 'Groups', 'UserName', 'GroupName'];
const sameBearers = (before: ResourceView, after: ResourceView) =>
  BEARERS.every((name) => same(before.properties[name], after.properties[name]));

/** The statements that this document adds to: its own before, and what the same roles had anyway. */
function knownBefore(
  before: ResourceView | null,
  after: ResourceView,
  was: Document | undefined,
  context: MarkContext,
): Statement[] {
  const own = was ? statementsOf(was.document, context, 'nothing') : [];
  if (after.type === 'AWS::IAM::Role')
    return [...own, ...statementsOfRole(after.logicalId, context.before, context, 'nothing').statements];
  const bearers = (view: ResourceView | null) => listOf(view?.properties.Roles ?? view?.properties.RoleName ?? null);
  const roles = bearers(after).map((role) => whoseIs(role, context, 'AWS::IAM::Role'));
  const others = ['Users', 'Groups', 'UserName', 'GroupName'].some((name) => after.properties[name] !== undefined);
  if (roles.length === 1 && !others && roles[0]?.kind === 'own')
    return statementsOfRole(roles[0].resource.logicalId, context.before, context, 'nothing').statements;
  return (before !== null && sameBearers(before, after)) || roles.length === 0 ? own : [];
}

function gains(
  view: ResourceView,
  before: ResourceView | null,
  was: Document | undefined,
  is: Document,
  context: MarkContext,
): Mark[] {
  if (is.kind === 'open') return was && !same(was.document, is.document) ? opened(was, is, context) : [];
  const known =
    is.kind === 'identity'
      ? knownBefore(before, view, was, context)
      : was
        ? statementsOf(was.document, context, 'nothing')
        : [];
  const found = new Map<string, Mark>();
  for (const grant of grantsGained('Allow', known, statementsOf(is.document, context, 'everything'))) {
    const freed = is.kind === 'trust' ? freedFrom(grant, known) : [];
    const who =
      is.kind === 'identity'
        ? bearer(view)
        : (outsider(grant, is.kind, context) ?? (freed.length > 0 ? nameOf(grant.principal) : undefined));
    const role = freed.length > 0 ? `the role, no longer under the condition on ${freed.join(', ')}` : 'the role';
    const what = is.kind === 'identity' ? widened(grant, context) : is.kind === 'trust' ? role : grant.action;
    if (who === undefined || what === undefined) continue;
    found.set(`${who} ${what}`, {
      kind: 'expose',
      path: is.path,
      text: `Allows ${who}: ${what}.`,
      principal: who === 'everybody' ? '*' : who,
    });
  }
  return [...found.values()].slice(0, 5);
}

/** Keys of conditions that bound a principal and do not any more: a service or a login provider acts for others. */
function freedFrom({ principal, condition }: Grant, known: readonly Statement[]): string[] {
  const bounds = (from: Json | undefined) =>
    Object.entries(isMembers(from) ? from : {}).flatMap(([operator, keys]) =>
      Object.entries(isMembers(keys) ? keys : {}).map(([key, value]) => ({ operator, key, value })),
    );
  const kept = bounds(condition);
  const gone = known
    .filter(({ principals }) => principal !== undefined && principals.includes(principal))
    .flatMap((statement) => bounds(statement.condition))
    .filter(({ operator, key, value }) =>
      kept.every((other) => other.operator !== operator || other.key !== key || !same(other.value, value)),
    );
  return [...new Set(gone.map(({ key }) => shown(key)))];
}

/** Where everything is allowed by default, a document counts by what it allows more than the one before. */
function opened(was: Document, is: Document, context: MarkContext): Mark[] {
  const [before, after] = [
    statementsOf(was.document, context, 'nothing'),
    statementsOf(is.document, context, 'everything'),
  ];
  const [first] = grantsGained('Allow', before, after);
  if (!first) return [];
  const text = `Allows more than before: ${first.action} on ${shown(first.resource)}.`;
  return [{ kind: 'expose', path: is.path, text }];
}

const bearer = ({ logicalId, properties }: ResourceView) =>
  shown(listOf(properties.Roles ?? properties.RoleName ?? properties.UserName ?? logicalId)[0]);

/** What a policy no longer denies, no longer allows (of a resource), or newly denies everybody. */
function losses(was: Document | undefined, is: Document | undefined, view: ResourceView, context: MarkContext): Mark[] {
  const path = (is ?? was)!.path;
  const [before, after] = [
    statementsOf(was?.document, context, 'everything'),
    statementsOf(is?.document, context, 'everything'),
  ];
  const [undenied] = grantsGained('Deny', after, before);
  const marks: Mark[] = undenied
    ? [
        {
          kind: 'expose',
          path,
          text: `No longer denies ${undenied.action} on ${shown(undenied.resource)}.`,
          principal: '*',
        },
      ]
    : [];
  if ((is ?? was)!.kind === 'identity' || (is ?? was)!.kind === 'trust' || !was || !is) return marks;
  const [revoked] = grantsGained('Allow', after, statementsOf(was.document, context, 'nothing'));
  const denied = grantsGained('Deny', before, after).find(
    ({ principal, condition }) => principal === '*' && !/SecureTransport/.test(JSON.stringify(condition ?? '')),
  );
  const cut = revoked
    ? `${nameOf(revoked.principal)} may no longer ${revoked.action}`
    : denied
      ? `every principal is denied ${denied.action}`
      : undefined;
  if (cut !== undefined) marks.push({ kind: 'disconnect', path, text: `Cuts access: ${cut}.` });
  if (/^AWS::KMS::/.test(view.type) && !after.some(mayAdminister))
    marks.push({
      kind: 'disable',
      path,
      text: 'Locks out every principal: the policy of this key could no longer be changed.',
    });
  return marks;
}

const mayAdminister = ({ effect, actions, condition, inverted, principals }: Statement) =>
  effect === 'Allow' &&
  condition === undefined &&
  inverted.length === 0 &&
  principals.length > 0 &&
  actions.some((action) => ['*', 'kms:*', 'kms:put*', 'kms:putkeypolicy'].includes(action));

function managedPolicies(before: ResourceView | null, after: ResourceView | null, context: MarkContext): Mark[] {
  const was = listOf(before?.properties.ManagedPolicyArns);
  return listOf(after?.properties.ManagedPolicyArns)
    .filter((arn) => context.isUnknown(arn) || !was.some((known) => same(known, arn)))
    .flatMap((arn): Mark[] => {
      const mark = (what: string): Mark[] => [
        {
          kind: 'expose',
          path: 'Properties.ManagedPolicyArns',
          text: `Allows ${after!.logicalId}: ${what}.`,
          principal: after!.logicalId,
        },
      ];
      const whose = whoseIs(arn, context, 'AWS::IAM::ManagedPolicy');
      if (whose.kind === 'unknown') return mark('a policy that is unknown until execution');
      if (whose.kind === 'foreign')
        return isHarmlessPolicy(whose.id) || isReadingPolicy(whose.id) ? [] : mark(`all of ${whose.id}`);
      const policy = whose.resource;
      const known = statementsOfRole(after!.logicalId, context.before, context, 'nothing').statements;
      const given = grantsGained('Allow', known, statementsOf(policy.properties.PolicyDocument, context, 'everything'));
      const what = given.map((grant) => widened(grant, context)).find((text) => text !== undefined);
      // Judged where the policy is made, if this plan makes it for this role alone.
      return what === undefined ? [] : mark(what);
    });
}

export const findPolicyChange: MarkFinder = (before, after, context) => {
  const view = after ?? before;
  if (!view) return [];
  const [was, is] = [documentsIn(before, context), documentsIn(after, context)];
  const byPath = new Map(was.map((document) => [document.path, document]));
  const marks = is.flatMap((document) => {
    const old = byPath.get(document.path);
    const given = document.kind === 'identity' && before !== null && !sameBearers(before, view);
    if (old && !given && same(old.document, document.document) && !context.isUnknown(document.document)) return [];
    return [
      ...(after ? gains(after, before, old, document, context) : []),
      ...(old ? losses(old, document, view, context) : []),
    ];
  });
  const gone = was
    .filter(({ path }) => !is.some((document) => document.path === path))
    .flatMap((document) => losses(document, undefined, view, context));
  return [...marks, ...gone, ...(after ? managedPolicies(before, after, context) : [])];
};
