/**
 * Who gains by a grant of a thing's policy, or by trust.
 *
 * Guarantees: everybody, unless a condition ties the grant to callers one can name; then those: an account, an
 * organisation, a principal; a service that carries what any account sends it, unless a condition says whose; an
 * identity provider that anybody can have an account with, unless a condition says which subject.
 * Decided: a principal of this stack, an account's own root in the policy of a thing (it gives nothing that policies of
 * identities do not give), a service acting for this account, and callers through a named network or endpoint are no
 * gain; nor is another principal of this account on a thing that this plan creates.
 * Source: "AWS JSON policy elements: Principal", "The confused deputy problem", "Creating a role for web identity", IAM
 * User Guide.
 */
import type { Json } from '../../../../core/digest.ts';
import type { MarkContext } from './finder.ts';
import { type Binding, bindingsOf, keysIn } from './policy-conditions.ts';
import { UNKNOWN_NAME } from './policy-document.ts';
import type { Grant } from './policy-gains.ts';
import type { Kind } from './policy-places.ts';
import { isMembers, listOf, shown } from './read.ts';
import { whoseIs } from './refs.ts';

export interface Gainer {
  /** Begins a sentence. */
  who: string;
  /** Short; `*`: everybody. */
  principal: string;
}

export interface Place {
  kind: Kind;
  /** The thing is created by this plan. */
  isNew: boolean;
}

/** Services that hand on what anybody's account sends them. */
const CARRIERS =
  /^(apigateway|sns|s3|events|scheduler|iot|ses|cognito-idp|cloudfront|lex|lexv2|alexa-appkit|alexa-connectedhome|connect|bedrock|vpc-lattice|pipes|logs(\.[a-z0-9-]+)?)\.amazon(aws)?\.com/;
/** An identity of a distribution, in any partition. */
const CLOUDFRONT = /^arn:aws[a-z-]*:iam::cloudfront:user\//;
/** Anybody can have an identity there: what it is for is said by its subject. */
const PUBLIC_ISSUER =
  /(token\.actions\.githubusercontent\.com|gitlab\.com|app\.terraform\.io|accounts\.google\.com|www\.amazon\.com|graph\.facebook\.com|cognito-identity\.amazonaws\.com|oidc\.circleci\.com|agent\.buildkite\.com|api\.bitbucket\.org|api\.pulumi\.com\/oidc|spacelift\.io|vercel\.com|oidc\.fly\.io)/;

export const UNKNOWN_GAINER: Gainer = {
  who: 'A principal that is unknown until execution',
  principal: 'a principal that is unknown until execution',
};
const PUBLIC: Gainer = { who: 'The public', principal: '*' };

const accountIn = (name: string) => /^(?:arn:[^:]*:[^:]*:[^:]*:)?(\d{12})(?::|$)/.exec(name)?.[1];

export function gainerOf(grant: Grant, place: Place, context: MarkContext): Gainer | undefined {
  const { principal, condition } = grant;
  if (principal === undefined) return undefined;
  const bindings = bindingsOf(condition);
  if (typeof principal !== 'string' || principal === '*') return everybody(bindings, place, context);
  const at = principal.indexOf(':');
  const [type, name] = [principal.slice(0, at), principal.slice(at + 1)];
  if (name === UNKNOWN_NAME) return UNKNOWN_GAINER;
  if (type === 'Service') return place.kind === 'resource' ? service(name, bindings, context) : undefined;
  if (type === 'Federated') return federated(name, condition, context);
  return named(name, place, context);
}

function named(name: string, { kind, isNew }: Place, context: MarkContext): Gainer | undefined {
  const whose = whoseIs(name, context, 'AWS::IAM::Role');
  if (whose.kind === 'own' || CLOUDFRONT.test(name)) return undefined;
  if (whose.kind === 'unknown') return UNKNOWN_GAINER;
  const account = accountIn(name);
  const isOwn = account !== undefined && account === context.account;
  if (name === account)
    return !isOwn
      ? { who: `Account ${account}`, principal: account }
      : kind === 'trust'
        ? { who: 'Every principal of this account whose own policies allow it', principal: account }
        : undefined;
  if (isOwn && kind !== 'trust' && isNew) return undefined;
  const resource = shown(name.startsWith('arn:') ? name.split(':').slice(5).join(':') : name);
  const of = isOwn ? 'of this account, outside this stack,' : account === undefined ? '' : `of account ${account}`;
  return { who: `Principal ${resource} ${of}`.trimEnd(), principal: shown(name) };
}

/** `*`, as far as a condition says who that is. */
function everybody(bindings: Binding[], place: Place, context: MarkContext): Gainer | undefined {
  const [first] = bindings;
  if (!first) return PUBLIC;
  if (first.by === 'other') return undefined;
  if (first.by === 'organisation') {
    const organisation = shown(first.values.join(', '));
    return { who: `Every principal of the organization ${organisation}`, principal: organisation };
  }
  if (first.by === 'account') {
    const foreign = first.values.filter((value) => value !== context.account);
    return foreign.length === 0
      ? { who: 'Every principal of this account', principal: shown(context.account) }
      : { who: `Every principal of account ${shown(foreign.join(', '))}`, principal: shown(foreign[0]) };
  }
  if (first.by === 'source') return ofSource('', bindings, context);
  return first.values.map((value) => named(value, place, context)).find((gainer) => gainer !== undefined);
}

/** Things of other accounts that may be acted for; undefined: only of this one. */
function ofSource(acting: string, bindings: Binding[], context: MarkContext): Gainer | undefined {
  const sources = bindings.filter(({ by }) => by === 'source');
  const foreign = (value: string) => {
    const account = accountIn(value);
    return account !== undefined && context.account !== undefined && account !== context.account;
  };
  if (!sources.every(({ values }) => values.some(foreign))) return undefined;
  const value = sources[0]!.values.find(foreign)!;
  const account = accountIn(value)!;
  return acting === ''
    ? { who: `Account ${account}, through ${shown(value)},`, principal: account }
    : { who: `${acting}, acting for account ${account},`, principal: `${acting} for account ${account}` };
}

function service(name: string, bindings: Binding[], context: MarkContext): Gainer | undefined {
  const [first] = bindings;
  if (first === undefined)
    return CARRIERS.test(name)
      ? { who: `${shown(name)}, acting for any account,`, principal: `${shown(name)} in any account` }
      : undefined;
  if (bindings.every(({ by }) => by === 'organisation')) {
    const organisation = shown(first.values.join(', '));
    return {
      who: `${shown(name)}, acting for any account of the organization ${organisation},`,
      principal: `${shown(name)} for ${organisation}`,
    };
  }
  return bindings.some(({ by }) => by === 'source') ? ofSource(shown(name), bindings, context) : undefined;
}

/** What the subject of a login must be: text before any wildcard that names an owner. */
function subjectsIn(condition: Json | undefined): string[] {
  return Object.entries(isMembers(condition) ? condition : {})
    .filter(([operator]) => /^(ForAnyValue:)?String(Equals|EqualsIgnoreCase|Like)$/.test(operator))
    .flatMap(([, keys]) => Object.entries(isMembers(keys) ? keys : {}))
    .filter(([key]) =>
      /:(sub|repository|repository_owner|repository_id|repository_owner_id|project_path|namespace_path|email|user_id|job_workflow_ref)$|cognito-identity\.amazonaws\.com:aud$|:app_id$/i.test(
        key,
      ),
    )
    .map(([, values]) => listOf(values).map(String))
    .filter(
      (values) =>
        values.length > 0 &&
        values.every((value) => /^([a-z_]+:)?[^*?:]{2,}([/:*]|$)/i.test(value) && !/^[a-z_]+:?\*/i.test(value)),
    )
    .flat();
}

function federated(name: string, condition: Json | undefined, context: MarkContext): Gainer | undefined {
  const whose = whoseIs(name, context);
  if (whose.kind === 'unknown') return UNKNOWN_GAINER;
  const url = whose.kind === 'own' ? shown(whose.resource.properties.Url ?? whose.resource.logicalId) : name;
  const issuer = shown(url.replace(/^arn:[^:]*:iam::\d*:(oidc|saml)-provider\//, '').replace(/^https:\/\//, ''));
  const subjects = subjectsIn(condition);
  if (PUBLIC_ISSUER.test(url) && subjects.length === 0)
    return { who: `Every identity of ${issuer}`, principal: shown(name) };
  if (whose.kind === 'own') return undefined;
  return {
    who:
      subjects.length === 0
        ? `Identities of ${issuer}`
        : `Identities of ${issuer} that are ${shown(subjects.join(', '))}`,
    principal: shown(name),
  };
}

const SAYS_WHO = /^aws:(Source|Principal)(Account|OrgID|OrgPaths|Arn)$|^kms:CallerAccount$|:(sub|aud)$/i;
/** Ends a sentence: what else must be so. */
export function underCondition(condition: Json | undefined): string {
  const keys = keysIn(condition).filter((key) => !SAYS_WHO.test(key));
  return keys.length === 0 ? '' : `, under a condition on ${shown(keys.join(', '))}`;
}
