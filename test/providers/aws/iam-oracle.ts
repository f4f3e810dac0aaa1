/** What IAM would say: the roles of `init aws` with their values filled in, judged by `@cloud-copilot/iam-simulate`. */
import { runSimulation } from '@cloud-copilot/iam-simulate';
import { parse } from 'yaml';
import { serviceControlPolicy } from '../../../src/providers/aws/roles/service-control.ts';
import { rolesTemplate } from '../../../src/providers/aws/roles/template.ts';

export const ACCOUNT = '123456789012';
export const REGION = 'eu-west-1';
export const ROLES_STACK = `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/countersign-roles/5f2a`;
const roleArn = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
export const SERVICE_ROLE = roleArn('countersign-service-main');
export const BREAK_GLASS = roleArn('break-glass');

const VALUES: Record<string, unknown> = {
  'AWS::Partition': 'aws',
  'AWS::AccountId': ACCOUNT,
  'AWS::StackId': ROLES_STACK,
  PlannerPrincipalArn: roleArn('server'),
  ExecutorPrincipalArn: roleArn('runner'),
};
// biome-ignore lint/suspicious/noExplicitAny: a template is JSON.
type Json = any;
function filledIn(value: Json): Json {
  if (Array.isArray(value)) return value.map(filledIn);
  if (value === null || typeof value !== 'object') return value;
  if ('Ref' in value) return VALUES[value.Ref] ?? value.Ref;
  if ('Fn::Sub' in value)
    return value['Fn::Sub'].replace(/\$\{([^}]+)\}/g, (_all: string, name: string) => VALUES[name]);
  if ('Fn::GetAtt' in value && value['Fn::GetAtt'][0] === 'ServiceRoleMain') return SERVICE_ROLE;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filledIn(item)]));
}

export const template: Json = parse(rolesTemplate({ prefix: 'countersign', scopes: ['main'] }));
const { Resources } = template;
const inline = (role: string) => filledIn(Resources[role].Properties.Policies[0].PolicyDocument);
const trustOf = (role: string) => filledIn(Resources[role].Properties.AssumeRolePolicyDocument);
const BOUNDARY = filledIn(Resources.ExecutorBoundary.Properties.PolicyDocument);
const EVERYTHING = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
export const SCP: Json = JSON.parse(serviceControlPolicy({ prefix: 'countersign', breakGlass: BREAK_GLASS }).text);

export interface Asked {
  action: string;
  resource: string;
  context?: Record<string, string | string[]>;
}
async function simulate(principal: string, { action, resource, context = {} }: Asked, more: Json): Promise<boolean> {
  const answer = await runSimulation(
    {
      request: {
        action,
        principal,
        resource: { resource, accountId: ACCOUNT },
        contextVariables: { 'aws:RequestedRegion': REGION, ...context },
      },
      identityPolicies: [],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...more,
    },
    { simulationMode: 'Strict' },
  );
  if (answer.resultType === 'error') throw new Error(JSON.stringify([action, resource, answer.errors]));
  return answer.overallResult === 'Allowed';
}

const IN_SESSION = { 'aws:SourceIdentity': 'sponsor=alice', 'aws:PrincipalTag/countersign-change': 'chg_1' };
/** The executor's session, over identity policy, boundary and session policy. */
export const executorMay = (session: Json, asked: Asked, context: Asked['context'] = IN_SESSION) =>
  simulate(
    `arn:aws:sts::${ACCOUNT}:assumed-role/countersign-executor/chg_1`,
    { ...asked, context: { ...context, ...asked.context } },
    {
      sessionPolicy: session,
      identityPolicies: [{ name: 'execute', policy: inline('ExecutorRole') }],
      permissionBoundaryPolicies: [{ name: 'boundary', policy: BOUNDARY }],
    },
  );
/** Without a session policy: what the role has at most. */
export const executorRoleMay = (asked: Asked, context: Asked['context'] = IN_SESSION) =>
  executorMay(EVERYTHING, asked, context);
export const plannerMay = (asked: Asked) =>
  simulate(`arn:aws:sts::${ACCOUNT}:assumed-role/countersign-planner/server`, asked, {
    identityPolicies: [{ name: 'plan', policy: inline('PlannerRole') }],
  });
/** Somebody who may do everything, in an account under the service control policy. */
export const anybodyMay = (role: string, { context, ...asked }: Asked) =>
  simulate(
    `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/session`,
    { ...asked, context: { 'aws:PrincipalArn': roleArn(role), ...context } },
    {
      identityPolicies: [{ name: 'all', policy: EVERYTHING }],
      serviceControlPolicies: [
        {
          orgIdentifier: 'ou-1',
          policies: [
            { name: 'all', policy: EVERYTHING },
            { name: 'scp', policy: SCP },
          ],
        },
      ],
    },
  );
export const mayAssume = (role: string, principal: string, asked: Asked) =>
  simulate(principal, asked, {
    identityPolicies: [{ name: 'all', policy: EVERYTHING }],
    resourcePolicy: trustOf(role),
  });
