/**
 * What IAM actions and managed policies amount to. From memory of the Service Authorization Reference
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/) and the Managed Policy Reference
 * (https://docs.aws.amazon.com/aws-managed-policy/latest/reference/); not read for these rows.
 */
import { covers } from './policy-document.ts';

/** Needed to run anywhere, or unable to change or tell anything that matters: harmless on any resource. */
const HARMLESS = new Set(
  `logs:createlogstream logs:createloggroup logs:putlogevents logs:createlogdelivery xray:puttracesegments
xray:puttelemetryrecords xray:getsamplingrules xray:getsamplingtargets xray:getsamplingstatisticsummaries cloudwatch:putmetricdata
ec2:createnetworkinterface ec2:deletenetworkinterface ec2:assignprivateipaddresses ec2:unassignprivateipaddresses
ecr:getauthorizationtoken ecr:batchchecklayeravailability ecr:getdownloadurlforlayer ecr:batchgetimage
sts:getcalleridentity ssm:updateinstanceinformation ssmmessages:createcontrolchannel ssmmessages:createdatachannel
ssmmessages:opencontrolchannel ssmmessages:opendatachannel ec2messages:acknowledgemessage ec2messages:getendpoint ec2messages:getmessages
ec2messages:sendreply ec2messages:deletemessage ec2messages:failmessage`
    .toLowerCase()
    .split(/\s+/),
);
export const isHarmless = (action: string): boolean =>
  HARMLESS.has(action) || /^(?!\*)[a-z0-9-]+:(list|describe)[a-z0-9]*\*?$/.test(action);

/** Changes nothing. What it may tell is another question. */
export const isRead = (action: string): boolean =>
  /^[a-z0-9-]+:(get|batchget|list|describe|head|query|scan|select|search|lookup|view|check|conditioncheck|filter)[a-z0-9]*\*?$/.test(
    action,
  ) || /^kms:(decrypt|verify|generatedatakey[a-z]*)$/.test(action);

/** Whole services, or all. */
export const isWhole = (action: string): boolean =>
  action === '*' || /^[a-z0-9-]*[*?]?:?\*$/.test(action) || /^[^:]*[*?]/.test(action);

const ESCALATING =
  `iam:* organizations:* sso:* cloudformation:* lambda:updatefunctioncode lambda:updatefunctionconfiguration lambda:addpermission
ssm:sendcommand ssm:startautomationexecution ssm:startsession ecs:executecommand
ecs:registertaskdefinition glue:updatejob codebuild:startbuild codebuild:updateproject states:updatestatemachine`.split(
    /\s+/,
  );

/** Own resources by which more can be had than they are: rights, or the running of other code. */
const POWERFUL =
  /^AWS::(IAM|Organizations|SSO|ECS|Glue|CodeBuild|StepFunctions)::|^AWS::(Lambda::Function|EC2::Instance|SSM::Document|CloudFormation::Stack)$/;

/** Gives whoever may call it on a resource of that type more than it says. */
export const escalates = (action: string, type: string): boolean =>
  POWERFUL.test(type) &&
  !isRead(action) &&
  action !== 'iam:passrole' &&
  ESCALATING.some((known) => covers(known, action) || covers(action, known));

/** Hands a role on; as good as that role. */
export const handsOnRole = (action: string): boolean =>
  covers(action, 'iam:passrole') || covers(action, 'sts:assumerole') || action.startsWith('sts:assumerole');

/** Managed policies of AWS that reach nothing beyond what their bearer needs to run and report. */
const HARMLESS_POLICIES = new Set(
  `AWSLambdaBasicExecutionRole AWSLambdaVPCAccessExecutionRole AWSXRayDaemonWriteAccess AWSXrayWriteOnlyAccess CloudWatchLambdaInsightsExecutionRolePolicy
CloudWatchAgentServerPolicy AmazonECSTaskExecutionRolePolicy AmazonEC2ContainerRegistryReadOnly AmazonEC2ContainerRegistryPullOnly AmazonRDSEnhancedMonitoringRole
AmazonAPIGatewayPushToCloudWatchLogs AmazonSSMManagedInstanceCore AmazonEKSWorkerNodePolicy AmazonEKS_CNI_Policy AWSAppSyncPushToCloudWatchLogs
AWSLambdaDynamoDBExecutionRole AWSLambdaKinesisExecutionRole AmazonEKSClusterPolicy AmazonEKSVPCResourceController AWSXRayDaemonWriteAccess`.split(
    /\s+/,
  ),
);

/** @returns the last part of the ARN of a policy of AWS. */
function managedByAws(arn: string): string | undefined {
  return /^arn:[^:]+:iam::aws:policy\/(?:.+\/)?([^/]+)$/.exec(arn)?.[1];
}

/** Reads only, or harmless: bears no change. AWS names its read-only policies so. */
export const isHarmlessPolicy = (arn: string): boolean => {
  const name = managedByAws(arn);
  return name !== undefined && HARMLESS_POLICIES.has(name);
};
export const isReadingPolicy = (arn: string): boolean =>
  /ReadOnly(Access)?$|ViewOnlyAccess$/.test(managedByAws(arn) ?? '');
