/**
 * Generated pairs of policies, each judged by our analysis and by `@cloud-copilot/iam-simulate`, which evaluates single
 * requests as IAM does. Whatever the oracle allows after and not before must be among our gains, and be told in a mark.
 */
import { runSimulation, type Simulation } from '@cloud-copilot/iam-simulate';
import fc from 'fast-check';
import type { Json } from '../../../../../src/core/digest.ts';
import { matchesGlob } from '../../../../../src/core/glob.ts';
import type { MarkContext, ResourceView } from '../../../../../src/providers/aws/knowledge/marks/finder.ts';
import { marksOfChange, own } from '../../../../../src/providers/aws/knowledge/marks/index.ts';
import type { Part } from '../../../../../src/providers/aws/knowledge/marks/patterns.ts';
import {
  identityStatementsOf,
  statementsOf,
} from '../../../../../src/providers/aws/knowledge/marks/policy-document.ts';
import { type Gain, newlyAllowed } from '../../../../../src/providers/aws/knowledge/marks/policy-gains.ts';

const OWN = '111122223333';
const OTHER = '999900001111';
const ROLE = `arn:aws:iam::${OWN}:role/app`;
const STRANGER = `arn:aws:iam::${OTHER}:role/stranger`;

interface Target {
  action: string;
  resource: string;
}
const TARGETS: readonly Target[] = [
  ...['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:GetObjectVersion'].flatMap((action) =>
    ['arn:aws:s3:::reports/2026/a.csv', 'arn:aws:s3:::reports/b.csv', 'arn:aws:s3:::reports2/a.csv'].map(
      (resource) => ({ action, resource }),
    ),
  ),
  ...['sqs:SendMessage', 'sqs:ReceiveMessage', 'sqs:DeleteMessage'].flatMap((action) =>
    [`arn:aws:sqs:eu-west-1:${OWN}:orders`, `arn:aws:sqs:eu-west-1:${OWN}:orders-dead`].map((resource) => ({
      action,
      resource,
    })),
  ),
  ...['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteTable'].map((action) => ({
    action,
    resource: `arn:aws:dynamodb:eu-west-1:${OWN}:table/Orders`,
  })),
  ...['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'].map((action) => ({
    action,
    resource: `arn:aws:secretsmanager:eu-west-1:${OWN}:secret:db-AbCdEf`,
  })),
];
const ACTION_PATTERNS = [
  '*',
  's3:*',
  's3:Get*',
  'S3:getobject',
  's3:*Object',
  's3:?etObject',
  'sqs:*',
  'sqs:*Message',
  'dynamodb:*Item',
  'dynamodb:*',
  'secretsmanager:Get*',
];
const RESOURCE_PATTERNS = [
  '*',
  'arn:aws:s3:::*',
  'arn:aws:s3:::reports/*',
  'arn:aws:s3:::reports*',
  'arn:aws:s3:::reports/2026/*',
  'arn:aws:s3:::report?/b.csv',
  'arn:aws:s3:::reports2/*',
  'arn:aws:sqs:*:*:orders*',
  `arn:aws:sqs:eu-west-?:${OWN}:*`,
  `arn:aws:dynamodb:*:${OWN}:table/*`,
  'arn:aws:secretsmanager:*:*:secret:db-*',
];

const one = <T>(...list: readonly T[]) => fc.constantFrom(...list);
const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.array(arbitrary, { minLength: 1, maxLength: 2 });
const target = one(...TARGETS);
const action = fc.oneof(
  { weight: 2, arbitrary: target.map((it) => it.action) },
  { weight: 3, arbitrary: one(...ACTION_PATTERNS) },
);
const resource = fc.oneof(
  { weight: 2, arbitrary: target.map((it) => it.resource) },
  { weight: 3, arbitrary: one(...RESOURCE_PATTERNS) },
);
const condition = one<Json>(
  { StringEquals: { 'aws:PrincipalOrgID': 'o-acme123456' } },
  { StringEquals: { 'aws:PrincipalOrgID': ['o-acme123456', 'o-other12345'] } },
  { StringNotEquals: { 'aws:PrincipalOrgID': 'o-acme123456' } },
  { StringNotEquals: { 'aws:PrincipalOrgID': ['o-acme123456', 'o-other12345'] } },
  { StringLike: { 'aws:PrincipalOrgID': 'o-*' } },
  { StringLikeIfExists: { 'aws:PrincipalOrgID': 'o-a*' } },
  { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] } },
  { 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['team', 'cost'] } },
  { Bool: { 'aws:SecureTransport': 'true' } },
  { Bool: { 'aws:SecureTransport': 'false' } },
  { Bool: { 'AWS:securetransport': 'true' } },
  { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } },
  { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
  { NotIpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '192.0.2.0/24'] } },
  { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${OWN}:role/*` } },
  { ArnNotLike: { 'aws:PrincipalArn': [`arn:aws:iam::${OWN}:role/*`] } },
  { StringEquals: { 'aws:PrincipalAccount': OWN } },
  { Null: { 'aws:PrincipalOrgID': 'true' } },
  { StringEquals: { 'aws:PrincipalOrgID': 'o-acme123456' }, Bool: { 'aws:SecureTransport': 'true' } },
);
const part = (name: string, of: fc.Arbitrary<string>) =>
  fc.tuple(fc.integer({ min: 0, max: 9 }), some(of)).map(([not, list]) => ({
    [not === 0 ? `Not${name}` : name]: list.length === 1 ? list[0] : list,
  }));
const principal = one<Json>(
  '*',
  { AWS: '*' },
  { AWS: ROLE },
  { AWS: OWN },
  { AWS: `arn:aws:iam::${OWN}:root` },
  { AWS: STRANGER },
  { AWS: OTHER },
  { AWS: [ROLE, STRANGER] },
  { Service: 'sns.amazonaws.com' },
);
const effect = fc.integer({ min: 0, max: 3 }).map((n) => (n === 0 ? 'Deny' : 'Allow'));
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 2, nil: undefined });
const withCondition = (it: object, Condition: Json | undefined): Json =>
  (Condition === undefined ? it : { ...it, Condition }) as Json;
const identityStatement = fc
  .tuple(effect, part('Action', action), part('Resource', resource), maybe(condition))
  .map(([Effect, doing, what, when]) => withCondition({ Effect, ...doing, ...what }, when));
const resourceStatement = fc
  .tuple(
    effect,
    fc.integer({ min: 0, max: 9 }),
    principal,
    part('Action', action),
    part('Resource', resource),
    maybe(condition),
  )
  .map(([Effect, not, who, doing, what, when]) =>
    withCondition({ Effect, [not === 0 && who !== '*' ? 'NotPrincipal' : 'Principal']: who, ...doing, ...what }, when),
  );
const documents = (statement: fc.Arbitrary<Json>) =>
  fc.array(statement, { minLength: 1, maxLength: 3 }).map((Statement) => ({ Version: '2012-10-17', Statement }));

export interface Policies {
  identity: { Version: string; Statement: Json[] };
  boundary: { Version: string; Statement: Json[] } | undefined;
  resource: { Version: string; Statement: Json[] } | undefined;
}
const policies: fc.Arbitrary<Policies> = fc.record({
  identity: documents(identityStatement),
  boundary: fc.option(documents(identityStatement), { freq: 3, nil: undefined }),
  resource: maybe(documents(resourceStatement)),
});
export interface Request extends Target {
  principal: string;
  context: Record<string, string | string[]>;
}
const request: fc.Arbitrary<Request> = fc
  .record({
    target,
    principal: one(ROLE, ROLE, STRANGER),
    organisation: one(undefined, 'o-acme123456', 'o-other12345'),
    secure: one('true', 'false'),
    address: one('10.1.2.3', '192.0.2.7', '203.0.113.9'),
    tags: one(undefined, ['team'], ['team', 'cost'], ['other']),
  })
  .map(({ target: it, principal: who, organisation, secure, address, tags }) => ({
    ...it,
    principal: who,
    context: {
      'aws:SecureTransport': secure,
      'aws:SourceIp': address,
      ...(organisation === undefined ? {} : { 'aws:PrincipalOrgID': organisation }),
      ...(tags === undefined ? {} : { 'aws:TagKeys': tags }),
    },
  }));

export interface Pair {
  before: Policies;
  after: Policies;
  requests: Request[];
}
/** Most often one document changes by one statement, as changes do; now and then all is another. */
export const pairs: fc.Arbitrary<Pair> = fc
  .record({
    before: policies,
    other: policies,
    change: fc.integer({ min: 0, max: 7 }),
    requests: fc.array(request, { minLength: 6, maxLength: 6 }),
  })
  .map(({ before, other, change, requests }) => ({ before, after: changed(before, other, change), requests }));

function changed(before: Policies, other: Policies, change: number): Policies {
  const add = (document: Policies['identity'], more: Policies['identity']) => ({
    ...document,
    Statement: [...document.Statement, more.Statement[0]!],
  });
  const drop = (document: Policies['identity']) => ({ ...document, Statement: document.Statement.slice(1) });
  if (change <= 1) return { ...before, identity: add(before.identity, other.identity) };
  if (change === 2) return { ...before, identity: { ...before.identity, Statement: other.identity.Statement } };
  if (change === 3 && before.identity.Statement.length > 1) return { ...before, identity: drop(before.identity) };
  if (change === 4) return { ...before, boundary: other.boundary };
  if (change === 5 && before.resource && other.resource)
    return { ...before, resource: add(before.resource, other.resource) };
  if (change === 6) return { ...before, resource: other.resource };
  return other;
}

export async function oracleAllows(of: Policies, { action: doing, resource: what, principal: who, context }: Request) {
  const isRole = who === ROLE;
  const simulation: Simulation = {
    request: { action: doing, principal: who, resource: { resource: what, accountId: OWN }, contextVariables: context },
    // The stranger may do everything by its own account's policies.
    identityPolicies: [{ name: 'identity', policy: isRole ? of.identity : ALL }],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    ...(of.resource ? { resourcePolicy: of.resource } : {}),
    ...(of.boundary && isRole ? { permissionBoundaryPolicies: [{ name: 'boundary', policy: of.boundary }] } : {}),
  };
  const answer = await runSimulation(simulation, { simulationMode: 'Strict' });
  if (answer.resultType === 'error') throw new Error(JSON.stringify(answer.errors));
  return answer.overallResult === 'Allowed';
}
const ALL = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

const known: MarkContext = {
  before: {},
  after: {},
  physicalIds: {},
  account: OWN,
  isSecret: () => false,
  isUnknown: () => false,
};

/** What our analysis says is newly allowed: by the policies of the role, and by that of the thing. */
export function gainsOf({ before, after }: Pair): { identity: Gain[]; resource: Gain[] } {
  const access = (of: Policies, worst: 'everything' | 'nothing') => ({
    statements: identityStatementsOf(of.identity, known, worst),
    boundary: of.boundary && identityStatementsOf(of.boundary, known, worst),
  });
  const things = (of: Policies, worst: 'everything' | 'nothing') => ({
    statements: of.resource ? statementsOf(of.resource, known, worst) : [],
  });
  return {
    identity: newlyAllowed(access(before, 'nothing'), access(after, 'everything')),
    resource: newlyAllowed(things(before, 'nothing'), things(after, 'everything')),
  };
}

export function isGained(pair: Pair, { action: doing, resource: what, principal: who }: Request): boolean {
  const { identity, resource: ofThing } = gainsOf(pair);
  const meets = (part: Part, text: string, match: (pattern: string) => boolean) =>
    typeof part === 'string' ? match(part) || part === text : !part.some(match);
  const names = (name: string) => name === '*' || name === `AWS:${who}` || name === `AWS:${who.split(':')[4]}`;
  const speaksOf = (gain: Gain) =>
    meets(gain.action, doing, (pattern) => matchesGlob(pattern.toLowerCase(), doing.toLowerCase())) &&
    meets(gain.resource, what, (pattern) => matchesGlob(pattern, what)) &&
    (gain.principal === undefined || meets(gain.principal, who, names));
  return (who === ROLE ? [...identity, ...ofThing] : ofThing).some(speaksOf);
}

/** The marks that people would see of the change of the role, its boundary and the policy of the thing. */
export function toldOf({ before, after }: Pair): string[] {
  const side = (of: Policies): Record<string, ResourceView> => {
    const view = (logicalId: string, type: string, properties: object): [string, ResourceView] => [
      logicalId,
      { logicalId, type, properties: properties as never, deletionPolicy: 'Delete', updateReplacePolicy: 'Delete' },
    ];
    return Object.fromEntries([
      view('App', 'AWS::IAM::Role', {
        Policies: [{ PolicyName: 'p', PolicyDocument: of.identity }],
        ...(of.boundary ? { PermissionsBoundary: own('Limit') } : {}),
      }),
      ...(of.boundary ? [view('Limit', 'AWS::IAM::ManagedPolicy', { PolicyDocument: of.boundary })] : []),
      ...(of.resource
        ? [view('Thing', 'AWS::SQS::QueuePolicy', { Queues: ['orders'], PolicyDocument: of.resource })]
        : []),
    ]);
  };
  const context: MarkContext = { ...known, before: side(before), after: side(after) };
  return ['App', 'Limit', 'Thing'].flatMap((id) =>
    context.before[id] || context.after[id]
      ? marksOfChange(context.before[id] ?? null, context.after[id] ?? null, context)
          .filter(({ kind }) => kind === 'expose')
          .map(({ text }) => text)
      : [],
  );
}

export interface Outcome {
  pairs: number;
  requests: number;
  newlyAllowed: number;
  /** Newly allowed by the oracle, and not among our gains. */
  missed: { pair: Pair; request: Request }[];
  /** Newly allowed by the oracle, and nothing is told of the change. */
  untold: { pair: Pair; request: Request }[];
  /** Pairs of which we say that something is gained, and no request tried was. */
  wider: number;
}

export async function compare(list: readonly Pair[]): Promise<Outcome> {
  const outcome: Outcome = { pairs: 0, requests: 0, newlyAllowed: 0, missed: [], untold: [], wider: 0 };
  for (const pair of list) {
    let gained = 0;
    for (const request of pair.requests) {
      outcome.requests += 1;
      if (!(await oracleAllows(pair.after, request)) || (await oracleAllows(pair.before, request))) continue;
      gained += 1;
      if (!isGained(pair, request)) outcome.missed.push({ pair, request });
      if (toldOf(pair).length === 0) outcome.untold.push({ pair, request });
    }
    outcome.pairs += 1;
    outcome.newlyAllowed += gained;
    const { identity, resource: ofThing } = gainsOf(pair);
    if (gained === 0 && identity.length + ofThing.length > 0) outcome.wider += 1;
  }
  return outcome;
}
