/**
 * Managed policies of AWS: what they give whoever has them.
 *
 * Source: the documents of the policies as AWS published them (copy of 2026-03-07 in github.com/zoph-io/MAMIP); their
 * names, AWS Managed Policy Reference (https://docs.aws.amazon.com/aws-managed-policy/latest/reference/). A policy
 * whose name ends in ReadOnly, ReadOnlyAccess or ViewOnlyAccess and that has no row here reads no contents (190 of
 * 240 such documents, looked through with SENSITIVE of actions.ts).
 * Decided: what a function, task or instance needs to take its work and to report is no gain, though some of it is
 * allowed on every resource: queues and streams of AWSLambda…ExecutionRole, parameters of AmazonSSMManagedInstanceCore.
 */
const HARMLESS = new Set(
  `AWSLambdaBasicExecutionRole AWSLambdaVPCAccessExecutionRole AWSXRayDaemonWriteAccess AWSXrayWriteOnlyAccess CloudWatchLambdaInsightsExecutionRolePolicy
CloudWatchAgentServerPolicy AmazonECSTaskExecutionRolePolicy AmazonEC2ContainerRegistryReadOnly AmazonEC2ContainerRegistryPullOnly AmazonRDSEnhancedMonitoringRole
AmazonAPIGatewayPushToCloudWatchLogs AmazonSSMManagedInstanceCore AmazonEKSWorkerNodePolicy AmazonEKS_CNI_Policy AWSAppSyncPushToCloudWatchLogs
AWSLambdaDynamoDBExecutionRole AWSLambdaKinesisExecutionRole AWSLambdaSQSQueueExecutionRole AWSLambdaMSKExecutionRole AmazonEKSClusterPolicy
AmazonEKSVPCResourceController`.split(/\s+/),
);

/** Contents that a policy lets its bearer read, everywhere: name | contents. */
const READS_CONTENTS = new Map(
  `ReadOnlyAccess | objects, table items, log events, stream records, query results, parameters and function code
AmazonS3ReadOnlyAccess | objects
AWSLambdaReadOnlyAccess | objects, table items, log events and function code
AWSLambda_ReadOnlyAccess | log events and function code
AmazonDynamoDBReadOnlyAccess | table items
AmazonSSMReadOnlyAccess | parameters
AWSSecretsManagerClientReadOnlyAccess | secrets
AmazonKinesisReadOnlyAccess | stream records
CloudWatchLogsReadOnlyAccess | log events
CloudWatchReadOnlyAccess | log events
AmazonRDSReadOnlyAccess | log events
AmazonDocDBReadOnlyAccess | log events
NeptuneReadOnlyAccess | log events and graph data
NeptuneGraphReadOnlyAccess | log events
AWSCodeBuildReadOnlyAccess | log events
AmazonDevOpsGuruReadOnlyAccess | log events
AmazonKinesisAnalyticsReadOnly | log events
AWSCodeCommitReadOnly | source code
AWSCodeArtifactReadOnlyAccess | packages
AWSElasticBeanstalkReadOnly | objects of Elastic Beanstalk
AWSCloudTrailReadOnlyAccess | objects
AWSCodePipelineReadOnlyAccess | objects
AWSCodePipeline_ReadOnlyAccess | objects
AmazonElasticMapReduceReadOnlyAccess | objects
ServiceCatalogAdminReadOnlyAccess | objects
QuickSightAccessForS3StorageManagementAnalyticsReadOnly | objects
AmazonGlacierReadOnlyAccess | archives
AmazonKeyspacesReadOnlyAccess | table items
AmazonKeyspacesReadOnlyAccess_v2 | table items
AmazonMCSReadOnlyAccess | table items
AmazonTimestreamReadOnlyAccess | table items
AmazonCognitoReadOnly | credentials of identities
AWSPartnerLedSupportReadOnlyAccess | console output and function code`
    .split('\n')
    .map((line) => line.split(' | ') as [string, string]),
);

/** @returns the last part of the ARN of a policy of AWS, in any partition. */
function managedByAws(arn: string): string | undefined {
  return /^arn:aws[a-z-]{0,20}:iam::aws:policy\/(?:[^/]+\/){0,5}([^/]+)$/.exec(arn)?.[1];
}

/** Bears nothing but what running and reporting need. */
export const isHarmlessPolicy = (arn: string): boolean => HARMLESS.has(managedByAws(arn) ?? '');

/** Bears no change. AWS names its read-only policies so. */
export const isReadingPolicy = (arn: string): boolean =>
  READS_CONTENTS.has(managedByAws(arn) ?? '') || /(ReadOnly(Access)?|ViewOnlyAccess)$/.test(managedByAws(arn) ?? '');

/** Completes “can newly …”; undefined: nothing that matters. */
export function givenBy(arn: string): string | undefined {
  if (isHarmlessPolicy(arn)) return undefined;
  const name = managedByAws(arn);
  if (name === undefined) return `do all that the policy ${arn} allows, which is not in this template`;
  const contents = READS_CONTENTS.get(name);
  if (contents !== undefined) return `read ${contents} of every resource (${name} of AWS)`;
  if (isReadingPolicy(arn)) return undefined;
  return name === 'AdministratorAccess'
    ? 'call every action on every resource (AdministratorAccess of AWS)'
    : `do all that the policy ${name} of AWS allows`;
}
