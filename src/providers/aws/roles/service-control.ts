/** A service control policy for the organisation: AWS itself then denies what does not come through Countersign. */

export interface ServiceControlRequest {
  /** Of the names of the roles. */
  prefix: string;
  /** ARN of the role that people use in an emergency; it may contain `*`. */
  breakGlass: string;
}
interface Denial {
  why: string;
  statement: Record<string, unknown>;
}

const named = (service: string, verbs: string) => verbs.split(' ').map((verb) => `${service}:${verb}`);
/** By prefix, so that an action that AWS adds is denied too. CreateChangeSet and DeleteChangeSet change no resource. */
const CLOUDFORMATION = named(
  'cloudformation',
  'Activate* Cancel* Continue* CreateGeneratedTemplate CreateResource CreateStack* CreateUploadBucket Deactivate* DeleteGeneratedTemplate DeleteResource DeleteStack* Deregister* Execute* Import* Publish* Record* Register* Rollback* Set* Signal* Start* Stop* Tag* Test* Untag* Update*',
);
const EC2 = named(
  'ec2',
  'A* BatchModify* Bundle* C* Delete* Deprovision* Deregister* Detach* Disable* Disassociate* Enable* ExportImage ExportTransitGatewayRoutes Import* Inject* Lock* M* P* R* Send* StartInstances StartN* StartV* Stop* T* U* W*',
);
/** What an agent may look at through a server that AWS hosts. */
const READS = [
  ...named('cloudformation', 'Describe* Detect* Estimate* Get* List* Validate*'),
  ...named('ec2', 'Describe* Get* List* Search*'),
  ...named('iam', 'Get* List* Simulate*'),
  ...named('cloudwatch', 'Describe* Get* List*'),
  ...named('logs', 'Describe* FilterLogEvents Get* List* StartQuery StopQuery'),
  ...named('cloudtrail', 'Describe* Get* List* LookupEvents'),
  ...named('s3', 'GetBucket* GetEncryptionConfiguration GetLifecycleConfiguration ListAllMyBuckets'),
  ...named('rds', 'Describe* List*'),
  ...named('dynamodb', 'Describe* List*'),
  ...named('lambda', 'GetFunctionConfiguration GetPolicy List*'),
  ...named('ecs', 'Describe* List*'),
  ...named('eks', 'Describe* List*'),
  ...named('elasticloadbalancing', 'Describe*'),
  ...named('autoscaling', 'Describe*'),
  ...named('tag', 'Get*'),
  ...named('pricing', '*'),
  'sts:GetCallerIdentity',
];

function denials({ prefix, breakGlass }: ServiceControlRequest): Denial[] {
  const role = (name: string) => `arn:*:iam::*:role/${name}`;
  return [
    {
      why: 'Only the executor role, the service roles and the break-glass role can change stacks and what EC2 has. Add here the roles of workloads that themselves change EC2, such as functions in a VPC. Service-linked roles are not affected.',
      statement: {
        Sid: 'OnlyThroughCountersign',
        Effect: 'Deny',
        Action: [...CLOUDFORMATION, ...EC2],
        Resource: '*',
        Condition: {
          ArnNotLike: { 'aws:PrincipalArn': [role(`${prefix}-executor`), role(`${prefix}-service-*`), breakGlass] },
        },
      },
    },
    {
      why: 'Whatever comes through an MCP server that AWS hosts can only read, whoever calls: such a server has no approval of its own.',
      statement: {
        Sid: 'NoChangesThroughHostedMcp',
        Effect: 'Deny',
        NotAction: READS,
        Resource: '*',
        Condition: { Bool: { 'aws:ViaAWSMCPService': 'true' } },
      },
    },
    {
      why: 'Only the break-glass role can change the roles and the boundary of Countersign.',
      statement: {
        Sid: 'KeepTheRoles',
        Effect: 'Deny',
        Action: named('iam', 'Add* Attach* Create* Delete* Detach* Put* Remove* Set* Tag* Untag* Update*'),
        Resource: [role(`${prefix}-*`), `arn:*:iam::*:policy/${prefix}-*`],
        Condition: { ArnNotLike: { 'aws:PrincipalArn': breakGlass } },
      },
    },
  ];
}

/** @returns the policy as JSON, and a sentence for each of its statements, which JSON cannot hold. */
export function serviceControlPolicy(request: ServiceControlRequest): { text: string; sentences: string[] } {
  const all = denials(request);
  const policy = { Version: '2012-10-17', Statement: all.map(({ statement }) => statement) };
  return {
    text: `${JSON.stringify(policy, null, 1)}\n`,
    sentences: all.map(({ why, statement }) => `${statement.Sid}: ${why}`),
  };
}
