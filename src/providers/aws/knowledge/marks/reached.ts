/**
 * Finds things that existed and become reachable through a front: a bucket or private load balancer behind a
 * distribution, targets behind a listener, routes of an API without a login.
 *
 * Guarantees: told where the thing behind exists already or is not of this stack, and was not behind this front before;
 * a login that goes from a listener. A signed address, a login, or a source address as condition closes it.
 * Decided: what this plan creates behind a front is made to be reached, and so are the methods of an API that it creates
 * where none asks for a login; OPTIONS answers browsers.
 * Source: "Restrict access to an Amazon S3 origin" (CloudFront Developer Guide); "Listener rules" and "Authenticate users
 * using an Application Load Balancer" (Elastic Load Balancing); AWS::ApiGateway::Method and AWS::ApiGatewayV2::Route
 * (CloudFormation template reference).
 */
import type { Json } from '../../../../core/digest.ts';
import type { Mark } from '../../../../core/mark.ts';
import type { MarkContext, MarkFinder, ResourceView } from './finder.ts';
import { exposeMark } from './gain-words.ts';
import { isMembers, isTrue, listOf, same, shown, valueAt, valuesAt } from './read.ts';
import { type Whose, whoseIs } from './refs.ts';

const PUBLIC = { who: 'The public', principal: '*' };

const isNewHere = (whose: Whose, { before, after }: MarkContext) =>
  whose.kind === 'own' && whose.resource.logicalId in after && !(whose.resource.logicalId in before);

function distribution(before: ResourceView | null, after: ResourceView, context: MarkContext): Mark[] {
  const origins = (view: ResourceView | null) => [
    ...valuesAt(view, 'DistributionConfig.Origins.*.DomainName', context).values(),
  ];
  const signed = ['TrustedKeyGroups', 'TrustedSigners'].some(
    (name) => listOf(valueAt(after, `DistributionConfig.DefaultCacheBehavior.${name}`, context)).length > 0,
  );
  if (signed) return [];
  return origins(after)
    .filter((name) => !origins(before).some((known) => same(known, name)))
    .flatMap((name): Mark[] => {
      const what = privateOrigin(name, context);
      return what === undefined
        ? []
        : [
            exposeMark(
              'Properties.DistributionConfig.Origins',
              PUBLIC,
              `The public can newly reach ${what} through the distribution ${after.logicalId}.`,
            ),
          ];
    });
}

/** Something that is not public by itself; undefined: it is, or this plan creates it. */
function privateOrigin(name: Json, context: MarkContext): string | undefined {
  const whose = whoseIs(name, context);
  if (isNewHere(whose, context)) return undefined;
  if (whose.kind === 'own') {
    const { type, logicalId, properties } = whose.resource;
    if (type === 'AWS::S3::Bucket') return `objects of ${logicalId}`;
    return /::LoadBalancer$/.test(type) && same(properties.Scheme, 'internal') ? `targets of ${logicalId}` : undefined;
  }
  const [, bucket] = /^([^/]{1,200}?)\.s3[.-][a-z0-9.-]{0,60}amazonaws\.com/.exec(String(name)) ?? [];
  return bucket === undefined ? undefined : `objects of the bucket ${shown(bucket)} (outside this stack)`;
}

const ACTIONS: Record<string, string> = {
  'AWS::ElasticLoadBalancingV2::Listener': 'DefaultActions',
  'AWS::ElasticLoadBalancingV2::ListenerRule': 'Actions',
};

function targetsOf(view: ResourceView | null, context: MarkContext): Json[] {
  const at = ACTIONS[view?.type ?? ''];
  if (at === undefined) return [];
  return [`${at}.*.TargetGroupArn`, `${at}.*.ForwardConfig.TargetGroups.*.TargetGroupArn`].flatMap((path) => [
    ...valuesAt(view, path, context).values(),
  ]);
}

const asksLogin = (view: ResourceView | null) =>
  view !== null &&
  listOf(view.properties[ACTIONS[view.type] ?? '']).some(
    (action) => isMembers(action) && /^authenticate-|^jwt-/.test(String(action.Type)),
  );

const isFromAddress = (view: ResourceView) =>
  listOf(view.properties.Conditions).some((condition) => isMembers(condition) && same(condition.Field, 'source-ip'));

function listener(before: ResourceView | null, after: ResourceView, context: MarkContext): Mark[] {
  const path = `Properties.${ACTIONS[after.type]}`;
  const front = frontOf(after, context);
  const mark = (target: Json, how: string) =>
    exposeMark(
      path,
      { who: front, principal: front },
      `${front} can newly reach the targets of ${shown(target)}${how}.`,
    );
  if (asksLogin(before) && !asksLogin(after))
    return targetsOf(after, context)
      .slice(0, 1)
      .map((target) => mark(target, ' without a login'));
  if (asksLogin(after) || isFromAddress(after)) return [];
  const reached = Object.values(context.before).flatMap((view) => targetsOf(view, context));
  return targetsOf(after, context)
    .filter((target) => !reached.some((known) => same(known, target)))
    .filter((target) => !isNewHere(whoseIs(target, context, 'AWS::ElasticLoadBalancingV2::TargetGroup'), context))
    .map((target) => mark(target, ''));
}

/** The clients of the load balancer that a listener or a rule belongs to. */
function frontOf(view: ResourceView, context: MarkContext): string {
  const listenerOf = whoseIs(view.properties.ListenerArn ?? null, context);
  const holder = listenerOf.kind === 'own' ? listenerOf.resource : view;
  const balancer = whoseIs(holder.properties.LoadBalancerArn ?? null, context);
  if (balancer.kind !== 'own')
    return `Clients of the load balancer behind ${shown(view.properties.ListenerArn ?? holder.logicalId)}`;
  return same(balancer.resource.properties.Scheme, 'internal')
    ? `Clients of the internal load balancer ${balancer.resource.logicalId}`
    : 'The internet';
}

const isOpen = ({ AuthorizationType, ApiKeyRequired }: ResourceView['properties']) =>
  (AuthorizationType === undefined || same(AuthorizationType, 'NONE')) && !isTrue(ApiKeyRequired);

function route(before: ResourceView | null, after: ResourceView, context: MarkContext): Mark[] {
  const { type, properties } = after;
  if (before || !isOpen(properties)) return [];
  const api = properties.RestApiId ?? properties.ApiId;
  const name =
    type === 'AWS::ApiGateway::Method'
      ? `${shown(properties.HttpMethod)} of ${shown(properties.ResourceId)}`
      : shown(properties.RouteKey);
  // Messages of a WebSocket API come over a connection that was authorized when it was made.
  if (/^OPTIONS\b/i.test(name) || /^\$(?!connect|default)/.test(name)) return [];
  const whose = whoseIs(api, context);
  if (whose.kind === 'own') {
    const { EndpointConfiguration } = whose.resource.properties;
    if (/PRIVATE/.test(JSON.stringify(EndpointConfiguration ?? ''))) return [];
    const siblings = Object.values(context.after).filter(
      (view) => view.type === type && same(view.properties.RestApiId ?? view.properties.ApiId, api),
    );
    if (isNewHere(whose, context) && siblings.every((view) => isOpen(view.properties))) return [];
  }
  return [
    exposeMark(
      'Properties.AuthorizationType',
      PUBLIC,
      `The public can newly call ${name} in the API ${shown(api)} without a login.`,
    ),
  ];
}

const FINDERS: Record<string, (before: ResourceView | null, after: ResourceView, context: MarkContext) => Mark[]> = {
  'AWS::CloudFront::Distribution': distribution,
  'AWS::ElasticLoadBalancingV2::Listener': listener,
  'AWS::ElasticLoadBalancingV2::ListenerRule': listener,
  'AWS::ApiGateway::Method': route,
  'AWS::ApiGatewayV2::Route': route,
};

export const findReached: MarkFinder = (before, after, context) =>
  after ? (FINDERS[after.type]?.(before, after, context) ?? []) : [];
