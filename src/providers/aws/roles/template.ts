/** The CloudFormation template of the roles that Countersign works with, for people to review and deploy. */
import { Document, isMap, visit } from 'yaml';
import {
  boundaryStatements,
  type Explained,
  executorStatements,
  executorTrust,
  plannerStatements,
  plannerTrust,
  serviceDenials,
  serviceTrust,
} from './statements.ts';

export interface RolesRequest {
  /** Of the names of all roles: letters, digits and hyphens. */
  prefix: string;
  /** A service role each: lower-case letters, digits and hyphens. */
  scopes: readonly string[];
}

const HEAD = ` The roles that Countersign works with in one account. Review it, then deploy it with your own rights:
   aws cloudformation deploy --template-file FILE --stack-name countersign-roles \\
     --capabilities CAPABILITY_NAMED_IAM --parameter-overrides PlannerPrincipalArn=… ExecutorPrincipalArn=…
 Then name the roles of its outputs in the policy: planner_role, executor_role, service_role.`;

const ARN_OF_PRINCIPAL = '^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/.+$';
const logicalName = (scope: string) =>
  scope
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
const documentOf = (statements: readonly Explained[]) => ({
  Version: '2012-10-17',
  Statement: statements.map(({ statement }) => statement),
});

function parametersOf(scopes: readonly string[]) {
  const principal = (Description: string) => ({
    Type: 'String',
    AllowedPattern: ARN_OF_PRINCIPAL,
    Description,
  });
  return {
    PlannerPrincipalArn: principal('ARN of the role or user that the Countersign server runs as.'),
    ExecutorPrincipalArn: principal(
      'ARN of the role or user that executes signed changes. The agent must have no credentials of it.',
    ),
    DriftReadPolicyArn: {
      Type: 'String',
      Default: '',
      Description:
        'ARN of a managed policy with read rights for the resource types of your stacks, for drift detection; empty: drift of types that the planner cannot read stays unknown.',
    },
    ...Object.fromEntries(
      scopes.map((scope) => [
        `ServicePolicyArns${logicalName(scope)}`,
        {
          Type: 'CommaDelimitedList',
          Description: `ARNs of managed policies with what CloudFormation needs for the stacks of scope ${scope}.`,
        },
      ]),
    ),
  };
}

function serviceRole({ prefix }: RolesRequest, scope: string) {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: `${prefix}-service-${scope}`,
      Description: `CloudFormation works with this role in stacks of scope ${scope}.`,
      AssumeRolePolicyDocument: documentOf(serviceTrust),
      ManagedPolicyArns: { Ref: `ServicePolicyArns${logicalName(scope)}` },
      Policies: [{ PolicyName: 'limits', PolicyDocument: documentOf(serviceDenials(prefix)) }],
    },
  };
}

function resourcesOf(request: RolesRequest) {
  const { prefix, scopes } = request;
  const named = (scope: string) => `ServiceRole${logicalName(scope)}`;
  const arns = scopes.map((scope) => ({ 'Fn::GetAtt': [named(scope), 'Arn'] }));
  return {
    PlannerRole: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: `${prefix}-planner`,
        Description:
          'The Countersign server reads and plans with this role. It prepares change sets and executes nothing.',
        AssumeRolePolicyDocument: documentOf(plannerTrust),
        ManagedPolicyArns: {
          'Fn::If': ['HasDriftPolicy', [{ Ref: 'DriftReadPolicyArn' }], { Ref: 'AWS::NoValue' }],
        },
        Policies: [{ PolicyName: 'plan', PolicyDocument: documentOf(plannerStatements(arns)) }],
      },
    },
    ExecutorBoundary: {
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: {
        ManagedPolicyName: `${prefix}-executor-boundary`,
        Description: 'The most that the executor role of Countersign can do, whatever is attached to it.',
        PolicyDocument: documentOf(boundaryStatements),
      },
    },
    ExecutorRole: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: `${prefix}-executor`,
        Description: 'Signed changes are executed with sessions of this role, each limited to one change.',
        MaxSessionDuration: 3600,
        AssumeRolePolicyDocument: documentOf(executorTrust),
        PermissionsBoundary: { Ref: 'ExecutorBoundary' },
        Policies: [{ PolicyName: 'execute', PolicyDocument: documentOf(executorStatements) }],
      },
    },
    ...Object.fromEntries(scopes.map((scope) => [named(scope), serviceRole(request, scope)])),
  };
}

/** @returns YAML, with a sentence above each statement. */
export function rolesTemplate(request: RolesRequest): string {
  const { scopes } = request;
  const output = (name: string) => ({ Value: { 'Fn::GetAtt': [name, 'Arn'] } });
  const document = new Document(
    {
      AWSTemplateFormatVersion: '2010-09-09',
      Description: 'Roles of Countersign: planner, executor and service roles.',
      Parameters: parametersOf(scopes),
      Conditions: { HasDriftPolicy: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'DriftReadPolicyArn' }, ''] }] } },
      Resources: resourcesOf(request),
      Outputs: {
        PlannerRoleArn: output('PlannerRole'),
        ExecutorRoleArn: output('ExecutorRole'),
        ...Object.fromEntries(
          scopes.map((scope) => [`ServiceRole${logicalName(scope)}Arn`, output(`ServiceRole${logicalName(scope)}`)]),
        ),
      },
    },
    // The older YAML has dates, so that texts which look like one are quoted for it.
    { aliasDuplicateObjects: false, version: '1.1' },
  );
  document.commentBefore = HEAD;
  explain(document, [
    ...plannerTrust,
    ...plannerStatements([]),
    ...boundaryStatements,
    ...executorTrust,
    ...executorStatements,
    ...serviceTrust,
    ...serviceDenials(request.prefix),
  ]);
  return document.toString({ lineWidth: 120 });
}

/** By the action and the name: several roles have a statement `Assume`. */
function explain(document: Document, explained: readonly Explained[]): void {
  const keyOf = (statement: { Sid: unknown; Action: unknown; Principal?: unknown; Effect: unknown }) =>
    JSON.stringify([statement.Sid, statement.Effect, statement.Action, statement.Principal ?? null]);
  const whys = new Map(explained.map(({ why, statement }) => [keyOf(statement), why]));
  visit(document, {
    Map(_key, node) {
      if (!isMap(node) || !node.has('Sid')) return;
      node.commentBefore = ` ${whys.get(keyOf(node.toJS(document)))}`;
    },
  });
}
