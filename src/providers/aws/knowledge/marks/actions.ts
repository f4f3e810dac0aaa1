/**
 * What IAM actions amount to. Actions are given in any case, with or without wildcards.
 * Source: Service Authorization Reference (https://docs.aws.amazon.com/service-authorization/latest/reference/), from
 * memory but for the rows of `SENSITIVE`, which were looked up in the documents of AWS's managed policies.
 */
import { covers, overlaps, type Work } from './patterns.ts';

const words = (text: string) => text.toLowerCase().trim().split(/\s+/);

/** Needed to run anywhere, or unable to change or tell anything that matters: harmless on any resource. */
const HARMLESS = new Set(
  words(`logs:createlogstream logs:createloggroup logs:putlogevents logs:createlogdelivery logs:tagresource xray:puttracesegments
xray:puttelemetryrecords xray:getsamplingrules xray:getsamplingtargets xray:getsamplingstatisticsummaries cloudwatch:putmetricdata
ec2:createnetworkinterface ec2:deletenetworkinterface ec2:assignprivateipaddresses ec2:unassignprivateipaddresses
ecr:getauthorizationtoken ecr:batchchecklayeravailability ecr:getdownloadurlforlayer ecr:batchgetimage
sts:getcalleridentity ssm:updateinstanceinformation ssmmessages:createcontrolchannel ssmmessages:createdatachannel
ssmmessages:opencontrolchannel ssmmessages:opendatachannel ec2messages:acknowledgemessage ec2messages:getendpoint ec2messages:getmessages
ec2messages:sendreply ec2messages:deletemessage ec2messages:failmessage`),
);

/** Reads what people store, or credentials: what a thing holds, not what it is. */
const SENSITIVE =
  words(`secretsmanager:GetSecretValue secretsmanager:BatchGetSecretValue ssm:GetParameter ssm:GetParameters
ssm:GetParametersByPath ssm:GetParameterHistory s3:GetObject s3:GetObjectVersion s3-object-lambda:GetObject s3express:CreateSession
kms:Decrypt dynamodb:GetItem dynamodb:BatchGetItem dynamodb:Query dynamodb:Scan dynamodb:PartiQLSelect dynamodb:GetRecords
logs:GetLogEvents logs:FilterLogEvents logs:GetLogRecord logs:StartQuery logs:GetQueryResults logs:StartLiveTail logs:Unmask
kinesis:GetRecords kinesis:SubscribeToShard redshift-data:GetStatementResult redshift:GetClusterCredentials
redshift:GetClusterCredentialsWithIAM redshift-serverless:GetCredentials athena:GetQueryResults athena:GetQueryResultsStream
lambda:GetFunction lambda:GetLayerVersion codecommit:GetFile codecommit:GetBlob codeartifact:GetAuthorizationToken
codeartifact:ReadFromRepository ec2:GetPasswordData ec2:GetConsoleOutput ebs:GetSnapshotBlock
cognito-identity:GetCredentialsForIdentity cassandra:Select timestream:Select neptune-db:ReadDataViaQuery es:ESHttpGet
glue:GetConnection glue:GetConnections glacier:GetJobOutput lightsail:GetInstanceAccessDetails appconfig:GetLatestConfiguration
appconfig:GetConfiguration sagemaker:GetRecord sdb:Select healthlake:ReadResource sts:GetFederationToken sts:GetSessionToken`);

const SENSITIVE_OF = Map.groupBy(SENSITIVE, (action) => action.split(':')[0]!);

const CONFIGURATION = /^(?!\*)[a-z0-9-]+:(list|describe)[a-z0-9]*\*?$/;
export const isHarmless = (action: string): boolean => {
  const name = action.toLowerCase();
  return HARMLESS.has(name) || CONFIGURATION.test(name);
};

const READS =
  /^[a-z0-9-]+:(get|batchget|list|describe|head|query|scan|select|search|lookup|view|check|conditioncheck|filter|partiqlselect|subscribetoshard|startquery|startlivetail|eshttpget|readdataviaquery)[a-z0-9]*\*?$/;
/** Changes nothing. What it may tell is another question. */
export const isRead = (action: string): boolean =>
  READS.test(action.toLowerCase()) || /^kms:(decrypt|verify|generatedatakey[a-z]*)$/i.test(action);

/** Reads contents or credentials, or may by its wildcards. */
export function isSensitiveRead(action: string, work: Work = { count: 0 }): boolean {
  const name = action.toLowerCase();
  if (HARMLESS.has(name)) return false;
  const service = name.split(':')[0]!;
  const known = /[*?$]/.test(service) ? SENSITIVE : (SENSITIVE_OF.get(service) ?? []);
  return known.some((pattern) => overlaps(pattern, name, work));
}

/** Whole services, or all. */
export const isWhole = (action: string): boolean =>
  action === '*' || /^[a-z0-9-]*[*?]?:?\*$/i.test(action) || /^[^:]*[*?]/.test(action);

const ESCALATING =
  words(`iam:* organizations:* sso:* cloudformation:* lambda:updatefunctioncode lambda:updatefunctionconfiguration lambda:addpermission
ssm:sendcommand ssm:startautomationexecution ssm:startsession ecs:executecommand
ecs:registertaskdefinition glue:updatejob codebuild:startbuild codebuild:updateproject states:updatestatemachine`);

/** Own resources by which more can be had than they are: rights, or the running of other code. */
const POWERFUL =
  /^AWS::(IAM|Organizations|SSO|ECS|Glue|CodeBuild|StepFunctions)::|^AWS::(Lambda::Function|EC2::Instance|SSM::Document|CloudFormation::Stack)$/;

/** Gives whoever may call it on a resource of that type more than it says. */
export function escalates(action: string, type: string): boolean {
  const name = action.toLowerCase();
  return (
    POWERFUL.test(type) &&
    !isRead(name) &&
    name !== 'iam:passrole' &&
    ESCALATING.some((known) => covers(known, name) || covers(name, known))
  );
}

/** Hands a role on; as good as that role. */
export function handsOnRole(action: string): boolean {
  const name = action.toLowerCase();
  return covers(name, 'iam:passrole') || covers(name, 'sts:assumerole') || name.startsWith('sts:assumerole');
}
