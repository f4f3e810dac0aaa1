/**
 * Where the policy documents of a resource stand: an object with Statement, or its JSON text, in any property; and
 * the types that are themselves one statement of another thing's policy.
 */
import type { Json } from '../../../../core/digest.ts';
import type { MarkContext, ResourceView } from './finder.ts';
import { isMembers } from './read.ts';

export type Kind = 'identity' | 'resource' | 'trust' | 'open';
export interface Document {
  path: string;
  document: Json;
  kind: Kind;
}

/** Their Allow is the default, or only narrows: what counts is what they deny. */
const OPEN_ANYWAY =
  /^AWS::(EC2::VPCEndpoint|ApiGateway::RestApi|Organizations::Policy|Transfer::User|RolesAnywhere::Profile)$/;
const IDENTITY = /^AWS::(IAM|SSO)::|^AWS::IoT::Policy$/;
export function documentsIn(view: ResourceView | null, context: MarkContext): Document[] {
  if (!view) return [];
  const found: Document[] = [];
  const kindOf = (path: string): Kind =>
    /AssumeRole/i.test(path)
      ? 'trust'
      : OPEN_ANYWAY.test(view.type)
        ? 'open'
        : IDENTITY.test(view.type)
          ? 'identity'
          : 'resource';
  const walk = (value: Json, path: string, depth: number) => {
    const named = /polic(y|ies)|document/i.test(path.split('.').at(-1) ?? '');
    const text =
      typeof value === 'string' && (/^\s*\{.*"Statement"/s.test(value) || (named && context.isUnknown(value)));
    if (text || (isMembers(value) && 'Statement' in value)) found.push({ path, document: value, kind: kindOf(path) });
    else if (depth > 6) return;
    else if (Array.isArray(value))
      value.forEach((item, index) => {
        walk(item, `${path}.${index}`, depth + 1);
      });
    else if (isMembers(value))
      for (const [name, item] of Object.entries(value)) walk(item, `${path}.${name}`, depth + 1);
  };
  walk(view.properties, 'Properties', 0);
  const statement = STATEMENTS[view.type]?.(view);
  if (statement) found.push({ path: 'Properties.Principal', document: { Statement: statement }, kind: 'resource' });
  return found;
}

/** A bucket of another stack has no account in its ARN: deleted, it can be anybody's again. */
const isNamedBucket = (arn: Json | undefined) => /^arn:[^:]*:s3:::[^\u{27e6}]/u.test(String(arn));

/** A Lambda permission is a statement of the function's policy. */
function permission({ properties }: ResourceView): Json {
  const { Principal = '*', Action = '*', SourceArn, SourceAccount, PrincipalOrgID, FunctionName = '*' } = properties;
  const service = typeof Principal === 'string' && /\.amazon(aws)?\.com(\.cn)?$/.test(Principal);
  const conditions = Object.entries({
    'aws:SourceArn': isNamedBucket(SourceArn) ? undefined : SourceArn,
    'aws:SourceAccount': SourceAccount,
    'aws:PrincipalOrgID': PrincipalOrgID,
  }).filter(([, value]) => value !== undefined);
  return {
    Effect: 'Allow',
    Principal: Principal === '*' ? '*' : { [service ? 'Service' : 'AWS']: Principal },
    Action,
    Resource: FunctionName,
    ...(conditions.length > 0
      ? { Condition: { ArnLike: Object.fromEntries(conditions) as Record<string, Json> } }
      : {}),
  };
}

/** Types that are a statement of another thing's policy. */
const STATEMENTS: Record<string, (view: ResourceView) => Json | undefined> = {
  'AWS::Lambda::Permission': permission,
  'AWS::Events::EventBusPolicy': ({ properties: { Principal, Action = '*', Condition } }) =>
    Principal === undefined
      ? undefined
      : {
          Effect: 'Allow',
          Principal: Principal === '*' ? '*' : { AWS: Principal },
          Action,
          Resource: '*',
          ...(isMembers(Condition)
            ? { Condition: { [String(Condition.Type)]: { [String(Condition.Key)]: Condition.Value ?? '*' } } }
            : {}),
        },
};
