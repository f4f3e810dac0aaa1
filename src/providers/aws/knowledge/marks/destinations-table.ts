/**
 * Where data is sent: type | property path | mark | rule | sentence | + (judged on creation too), create (only then) or - (on updates only) |
 * words of its documentation.
 * Rules are in rows.ts; `bucket` takes the property that says whose bucket it must be. In a sentence: {it} the
 * resource, {account}, {host} and {bucket} what it names, {Property} the value of another property.
 *
 * Source: the property and its words, the CloudFormation template reference as in `@aws-cdk/aws-service-spec` (a test
 * holds each path and its words against it). A property that is in no row and names another account is found by
 * `findNewAccounts` (destinations.ts).
 */
export const DESTINATIONS = `
AWS::KinesisFirehose::DeliveryStream | S3DestinationConfiguration.BucketARN | expose | bucket | Bucket {bucket} can newly receive the records of {it} | + | S3 bucket to send data to
AWS::KinesisFirehose::DeliveryStream | ExtendedS3DestinationConfiguration.BucketARN | expose | bucket | Bucket {bucket} can newly receive the records of {it} | + | of the Amazon S3 bucket
AWS::KinesisFirehose::DeliveryStream | ExtendedS3DestinationConfiguration.S3BackupConfiguration.BucketARN | expose | bucket | Bucket {bucket} can newly receive the source records of {it} | + | S3 bucket to send data to
AWS::KinesisFirehose::DeliveryStream | HttpEndpointDestinationConfiguration.S3Configuration.BucketARN | expose | bucket | Bucket {bucket} can newly receive records of {it} | + | S3 bucket to send data to
AWS::KinesisFirehose::DeliveryStream | RedshiftDestinationConfiguration.S3Configuration.BucketARN | expose | bucket | Bucket {bucket} can newly receive the records of {it} | + | S3 bucket to send data to
AWS::KinesisFirehose::DeliveryStream | RedshiftDestinationConfiguration.S3BackupConfiguration.BucketARN | expose | bucket | Bucket {bucket} can newly receive the records of {it} | + | S3 bucket to send data to
AWS::KinesisFirehose::DeliveryStream | AmazonopensearchserviceDestinationConfiguration.S3Configuration.BucketARN | expose | bucket | Bucket {bucket} can newly receive records of {it} | + | S3 bucket to send data to
AWS::KinesisFirehose::DeliveryStream | AmazonOpenSearchServerlessDestinationConfiguration.S3Configuration.BucketARN | expose | bucket | Bucket {bucket} can newly receive records of {it} | + | S3 bucket to send data to
AWS::KinesisFirehose::DeliveryStream | ElasticsearchDestinationConfiguration.S3Configuration.BucketARN | expose | bucket | Bucket {bucket} can newly receive records of {it} | + | S3 bucket to send data to
AWS::KinesisFirehose::DeliveryStream | SplunkDestinationConfiguration.S3Configuration.BucketARN | expose | bucket | Bucket {bucket} can newly receive records of {it} | + | S3 bucket to send data to
AWS::KinesisFirehose::DeliveryStream | SnowflakeDestinationConfiguration.S3Configuration.BucketARN | expose | bucket | Bucket {bucket} can newly receive records of {it} | + | S3 bucket to send data to
AWS::KinesisFirehose::DeliveryStream | IcebergDestinationConfiguration.S3Configuration.BucketARN | expose | bucket | Bucket {bucket} can newly receive records of {it} | + | S3 bucket to send data to
AWS::KinesisFirehose::DeliveryStream | HttpEndpointDestinationConfiguration.EndpointConfiguration.Url | expose | host | Host {host} can newly receive the records of {it} | + | HTTP endpoint selected as the destination
AWS::KinesisFirehose::DeliveryStream | SplunkDestinationConfiguration.HECEndpoint | expose | host | Host {host} can newly receive the records of {it} | + | endpoint to which Firehose sends your data
AWS::KinesisFirehose::DeliveryStream | SnowflakeDestinationConfiguration.AccountUrl | expose | host | Host {host} can newly receive the records of {it} | + | URL for accessing your Snowflake account
AWS::KinesisFirehose::DeliveryStream | RedshiftDestinationConfiguration.ClusterJDBCURL | expose | host | Host {host} can newly receive the records of {it} | + | uses to connect to the
AWS::KinesisFirehose::DeliveryStream | AmazonopensearchserviceDestinationConfiguration.ClusterEndpoint | expose | host | Host {host} can newly receive the records of {it} | + | endpoint to use when communicating with the cluster
AWS::Athena::WorkGroup | WorkGroupConfiguration.ResultConfiguration.OutputLocation | expose | bucket WorkGroupConfiguration.ResultConfiguration.ExpectedBucketOwner | Bucket {bucket} can newly receive query results of the workgroup {it} | + | where your query results are stored
AWS::Athena::WorkGroup | WorkGroupConfigurationUpdates.ResultConfigurationUpdates.OutputLocation | expose | bucket WorkGroupConfigurationUpdates.ResultConfigurationUpdates.ExpectedBucketOwner | Bucket {bucket} can newly receive query results of the workgroup {it} | + | where your query results are stored
AWS::EC2::FlowLog | LogDestination | expose | foreign | Account {account} can newly receive the flow logs of {ResourceId} | + | destination for the flow log data
AWS::EC2::FlowLog | LogDestination | expose | bucket | Bucket {bucket} can newly receive the flow logs of {ResourceId} | + | destination for the flow log data
AWS::EC2::VerifiedAccessInstance | LoggingConfigurations.S3.BucketName | expose | bucket LoggingConfigurations.S3.BucketOwner | Bucket {bucket} can newly receive the access logs of {it} | + | bucket name
AWS::S3::Bucket | ReplicationConfiguration.Rules.*.Destination.Account | expose | foreign | Account {account} can newly receive copies of the objects of {it} | + | destination bucket owner account ID
AWS::S3::Bucket | ReplicationConfiguration.Rules.*.Destination.Bucket | expose | bucket | Bucket {bucket} can newly receive copies of the objects of {it} | + | bucket where you want Amazon S3 to store the results
AWS::S3::Bucket | InventoryConfigurations.*.Destination.BucketArn | expose | bucket | Bucket {bucket} can newly receive the list of the objects of {it} | + | bucket to which data is exported
AWS::S3::Bucket | InventoryConfigurations.*.Destination.BucketAccountId | expose | foreign | Account {account} can newly receive the list of the objects of {it} | + | owns the destination S3 bucket
AWS::S3::Bucket | AnalyticsConfigurations.*.StorageClassAnalysis.DataExport.Destination.BucketArn | expose | bucket | Bucket {bucket} can newly receive the list of the objects of {it} | + | bucket to which data is exported
AWS::S3::Bucket | AnalyticsConfigurations.*.StorageClassAnalysis.DataExport.Destination.BucketAccountId | expose | foreign | Account {account} can newly receive the list of the objects of {it} | + | owns the destination S3 bucket
AWS::S3::Bucket | LoggingConfiguration.DestinationBucketName | expose | bucket | Bucket {bucket} can newly receive the access logs of {it} | + | store server access log files
AWS::Logs::SubscriptionFilter | DestinationArn | expose | changed | Destination {is} can newly receive log events of {LogGroupName} | - | destination
AWS::Logs::SubscriptionFilter | DestinationArn | expose | foreign | Account {account} can newly receive log events of {LogGroupName} | create | destination
AWS::Logs::AccountPolicy | PolicyDocument | expose | foreign | Account {account} can newly receive log events of every log group of the account | + | policy
AWS::Logs::Destination | TargetArn | expose | foreign | Account {account} can newly receive the log events that others send to {it} | + | physical target where the log events are delivered
AWS::Logs::DeliveryDestination | DestinationResourceArn | expose | foreign | Account {account} can newly receive the logs that are delivered to {it} | + | AWS destination
AWS::Logs::DeliveryDestination | DestinationResourceArn | expose | bucket | Bucket {bucket} can newly receive the logs that are delivered to {it} | + | AWS destination
AWS::Logs::Delivery | DeliveryDestinationArn | expose | foreign | Account {account} can newly receive the logs of {DeliverySourceName} | + | delivery destination
AWS::Oam::Link | SinkIdentifier | expose | foreign | Account {account} can newly read {ResourceTypes} of this account | + | sink in the monitoring account
AWS::Events::Rule | Targets.*.Arn | expose | foreign | Account {account} can newly receive events that match {it} | + | Amazon Resource Name (ARN) of the target
AWS::Events::ApiDestination | InvocationEndpoint | expose | host | Host {host} can newly receive events through {it} | + | HTTP invocation endpoint
AWS::Events::Connection | AuthParameters.OAuthParameters.AuthorizationEndpoint | expose | host | Host {host} can newly receive the client credentials of {it} | + | authorization endpoint
AWS::Pipes::Pipe | Target | expose | foreign | Account {account} can newly receive what the pipe {it} reads | + | target resource
AWS::Pipes::Pipe | LogConfiguration.S3LogDestination.BucketName | expose | bucket LogConfiguration.S3LogDestination.BucketOwner | Bucket {bucket} can newly receive the logs of the pipe {it} | + | delivers the log records
AWS::Scheduler::Schedule | Target.Arn | expose | foreign | Account {account} can newly receive what the schedule {it} sends | + | Amazon Resource Name (ARN) of the target
AWS::SNS::Subscription | Endpoint | expose | host | Host {host} can newly receive messages of {TopicArn} | + | endpoint
AWS::SNS::Subscription | Endpoint | expose | foreign | Account {account} can newly receive messages of {TopicArn} | + | endpoint
AWS::SNS::Subscription | Endpoint | expose | mail | Address {is} can newly receive messages of {TopicArn} | + | endpoint
AWS::SNS::Topic | Subscription.*.Endpoint | expose | mail | Address {is} can newly receive messages of {it} | + | endpoint that receives notifications
AWS::Budgets::Budget | NotificationsWithSubscribers.*.Subscribers.*.Address | expose | mail | Address {is} can newly receive notices of the budget {it} | + | address
AWS::CE::AnomalySubscription | Subscribers.*.Address | expose | mail | Address {is} can newly receive the costs that {it} tells | + | email address
AWS::SNS::Topic | Subscription.*.Endpoint | expose | host | Host {host} can newly receive messages of {it} | + | endpoint that receives notifications
AWS::SNS::Topic | Subscription.*.Endpoint | expose | foreign | Account {account} can newly receive messages of {it} | + | endpoint that receives notifications
AWS::Lambda::EventInvokeConfig | DestinationConfig | expose | foreign | Account {account} can newly receive results of {FunctionName} | + | destination
AWS::Lambda::EventSourceMapping | DestinationConfig.OnFailure.Destination | expose | foreign | Account {account} can newly receive failed records of {FunctionName} | + | destination
AWS::Lambda::EventSourceMapping | DestinationConfig.OnFailure.Destination | expose | bucket | Bucket {bucket} can newly receive failed records of {FunctionName} | + | destination
AWS::Lambda::Function | DeadLetterConfig.TargetArn | expose | foreign | Account {account} can newly receive failed events of {it} | + | SQS queue or Amazon SNS topic
AWS::Backup::BackupPlan | BackupPlan.BackupPlanRule.*.CopyActions.*.DestinationBackupVaultArn | expose | foreign | Account {account} can newly hold copies of the recovery points of {it} | + | destination backup vault
AWS::Backup::ReportPlan | ReportDeliveryChannel.S3BucketName | expose | bucket | Bucket {bucket} can newly receive the backup reports of {it} | + | receives your reports
AWS::Redshift::Cluster | LoggingProperties.BucketName | expose | bucket | Bucket {bucket} can newly receive the audit logs of {it} | + | log files are to be stored
AWS::DMS::Endpoint | ServerName | expose | changed | Host {is} can newly be written to or read from through the endpoint {it} | - | server where the endpoint database resides
AWS::DMS::Endpoint | S3Settings.BucketName | expose | bucket S3Settings.ExpectedBucketOwner | Bucket {bucket} can newly be written to or read from through the endpoint {it} | + | name of the S3 bucket
AWS::DMS::Endpoint | KinesisSettings.StreamArn | expose | foreign | Account {account} can newly receive the records of the endpoint {it} | + | Kinesis Data Streams endpoint
AWS::DataSync::LocationS3 | S3BucketArn | expose | bucket | Bucket {bucket} can newly be copied to or from through the location {it} | + | of the Amazon S3 bucket
AWS::DataSync::LocationObjectStorage | ServerHostname | expose | site | Host {is} can newly be copied to or from through the location {it} | + | object storage server
AWS::DataSync::LocationNFS | ServerHostname | expose | site | Host {is} can newly be copied to or from through the location {it} | + | NFS file server
AWS::DataSync::LocationSMB | ServerHostname | expose | site | Host {is} can newly be copied to or from through the location {it} | + | SMB file server
AWS::DataSync::LocationAzureBlob | AzureBlobContainerUrl | expose | host | Host {host} can newly be copied to or from through the location {it} | + | Azure Blob Storage container
AWS::DataSync::Task | TaskReportConfig.Destination.S3.S3BucketArn | expose | bucket | Bucket {bucket} can newly receive the reports of {it} | + | uploads your report
AWS::CloudTrail::Trail | S3BucketName | expose | bucket | Bucket {bucket} can newly receive the log files of the trail {it} | + | publishing log files
AWS::Config::DeliveryChannel | S3BucketName | expose | bucket | Bucket {bucket} can newly receive the recorded configurations of this account | + | delivers configuration snapshots
AWS::Config::ConformancePack | DeliveryS3Bucket | expose | bucket | Bucket {bucket} can newly receive the templates of {it} | + | stores conformance pack templates
AWS::CUR::ReportDefinition | S3Bucket | expose | bucket | Bucket {bucket} can newly receive the cost report {it} | + | delivers the report
AWS::BCMDataExports::Export | Export.DestinationConfigurations.S3Destination.S3Bucket | expose | bucket Export.DestinationConfigurations.S3Destination.S3BucketOwner | Bucket {bucket} can newly receive the cost data of {it} | + | destination of a data export
AWS::CloudFront::Distribution | DistributionConfig.Logging.Bucket | expose | bucket | Bucket {bucket} can newly receive the access logs of {it} | + | store the access logs in
AWS::CloudFront::Distribution | DistributionConfig.Origins.*.DomainName | expose | origin | Host {is} can newly receive requests to {it} and answer them | + | domain name for the origin
AWS::CloudFront::StreamingDistribution | StreamingDistributionConfig.Logging.Bucket | expose | bucket | Bucket {bucket} can newly receive the access logs of {it} | + | store the access logs in
AWS::ElasticLoadBalancing::LoadBalancer | AccessLoggingPolicy.S3BucketName | expose | bucket | Bucket {bucket} can newly receive the access logs of {it} | + | where the access logs are stored
AWS::ElasticLoadBalancingV2::LoadBalancer | LoadBalancerAttributes.#access_logs~s3~bucket.Value | expose | bucket | Bucket {bucket} can newly receive the access logs of {it} | + | value of the attribute
AWS::ElasticLoadBalancingV2::LoadBalancer | LoadBalancerAttributes.#connection_logs~s3~bucket.Value | expose | bucket | Bucket {bucket} can newly receive the connection logs of {it} | + | value of the attribute
AWS::GlobalAccelerator::Accelerator | FlowLogsS3Bucket | expose | bucket | Bucket {bucket} can newly receive the flow logs of {it} | + | bucket for the flow logs
AWS::ECS::Cluster | Configuration.ExecuteCommandConfiguration.LogConfiguration.S3BucketName | expose | bucket | Bucket {bucket} can newly receive what is typed in tasks of {it} | + | bucket to send logs to
AWS::EMR::Cluster | LogUri | expose | bucket | Bucket {bucket} can newly receive the logs of {it} | + | location where logs for this cluster are stored
AWS::EMR::Studio | DefaultS3Location | expose | bucket | Bucket {bucket} can newly receive the notebooks of {it} | + | to back up
AWS::EMRServerless::Application | MonitoringConfiguration.S3MonitoringConfiguration.LogUri | expose | bucket | Bucket {bucket} can newly receive the logs of {it} | + | destination URI for log publishing
AWS::EMRServerless::Application | MonitoringConfiguration.PrometheusMonitoringConfiguration.RemoteWriteUrl | expose | host | Host {host} can newly receive the metrics of {it} | + | remote write URL
AWS::MSK::Cluster | LoggingInfo.BrokerLogs.S3.Bucket | expose | bucket | Bucket {bucket} can newly receive the broker logs of {it} | + | destination for broker logs
AWS::KafkaConnect::Connector | LogDelivery.WorkerLogDelivery.S3.Bucket | expose | bucket | Bucket {bucket} can newly receive the worker logs of {it} | + | destination for log delivery
AWS::NetworkFirewall::LoggingConfiguration | LoggingConfiguration.LogDestinationConfigs.*.LogDestination.bucketName | expose | bucket | Bucket {bucket} can newly receive the logs of the firewall {FirewallArn} | + | location for the logs
AWS::WAFv2::LoggingConfiguration | LogDestinationConfigs.* | expose | bucket | Bucket {bucket} can newly receive the requests to {ResourceArn} | + | logging destination
AWS::WAFv2::LoggingConfiguration | LogDestinationConfigs.* | expose | foreign | Account {account} can newly receive the requests to {ResourceArn} | + | logging destination
AWS::Route53Resolver::ResolverQueryLoggingConfig | DestinationArn | expose | foreign | Account {account} can newly receive the DNS queries that {it} logs | + | query logs
AWS::Route53Resolver::ResolverQueryLoggingConfig | DestinationArn | expose | bucket | Bucket {bucket} can newly receive the DNS queries that {it} logs | + | query logs
AWS::VpcLattice::AccessLogSubscription | DestinationArn | expose | foreign | Account {account} can newly receive the access logs of {ResourceIdentifier} | + | of the destination
AWS::VpcLattice::AccessLogSubscription | DestinationArn | expose | bucket | Bucket {bucket} can newly receive the access logs of {ResourceIdentifier} | + | of the destination
AWS::SSM::ResourceDataSync | BucketName | expose | bucket | Bucket {bucket} can newly receive the inventory of this account | + | aggregated data is stored
AWS::SSM::ResourceDataSync | S3Destination.BucketName | expose | bucket | Bucket {bucket} can newly receive the inventory of this account | + | aggregated data is stored
AWS::SSM::Association | OutputLocation.S3Location.OutputS3BucketName | expose | bucket | Bucket {bucket} can newly receive the output of {it} | + | name of the S3 bucket
AWS::SSM::MaintenanceWindowTask | LoggingInfo.S3Bucket | expose | bucket | Bucket {bucket} can newly receive the logs of {it} | + | execution logs are stored
AWS::SSM::MaintenanceWindowTask | TaskInvocationParameters.MaintenanceWindowRunCommandParameters.OutputS3BucketName | expose | bucket | Bucket {bucket} can newly receive the output of {it} | + | Simple Storage Service (Amazon S3) bucket
AWS::SES::ReceiptRule | Rule.Actions.*.S3Action.BucketName | expose | bucket | Bucket {bucket} can newly receive the mail that matches {it} | + | bucket for incoming email
AWS::GuardDuty::PublishingDestination | DestinationProperties.DestinationArn | expose | bucket | Bucket {bucket} can newly receive the findings of {DetectorId} | + | where the findings
AWS::CodeBuild::ReportGroup | ExportConfig.S3Destination.Bucket | expose | bucket ExportConfig.S3Destination.BucketOwner | Bucket {bucket} can newly receive the test reports of {it} | + | raw data of a report are exported
AWS::CodeBuild::Project | Artifacts.Location | expose | bucket | Bucket {bucket} can newly receive the build output of {it} | + | name of the output bucket
AWS::CodeBuild::Project | LogsConfig.S3Logs.Location | expose | bucket | Bucket {bucket} can newly receive the build logs of {it} | + | S3 bucket
AWS::CodePipeline::Pipeline | ArtifactStore.Location | expose | bucket | Bucket {bucket} can newly receive the artifacts of {it} | + | bucket used for storing the artifacts
AWS::ImageBuilder::InfrastructureConfiguration | Logging.S3Logs.S3BucketName | expose | bucket | Bucket {bucket} can newly receive the build logs of {it} | + | in which to store the logs
AWS::IoT::TopicRule | TopicRulePayload.Actions.*.S3.BucketName | expose | bucket | Bucket {bucket} can newly receive the messages that match {it} | + | Amazon S3 bucket
AWS::IoT::TopicRule | TopicRulePayload.ErrorAction.S3.BucketName | expose | bucket | Bucket {bucket} can newly receive failed messages of {it} | + | Amazon S3 bucket
AWS::IoT::TopicRule | TopicRulePayload.Actions.*.Http.Url | expose | host | Host {host} can newly receive the messages that match {it} | + | endpoint URL
AWS::IoT::TopicRule | TopicRulePayload.ErrorAction.Http.Url | expose | host | Host {host} can newly receive failed messages of {it} | + | endpoint URL
AWS::SageMaker::EndpointConfig | DataCaptureConfig.DestinationS3Uri | expose | bucket | Bucket {bucket} can newly receive the requests to {it} | + | stores captured data
AWS::SageMaker::EndpointConfig | AsyncInferenceConfig.OutputConfig.S3OutputPath | expose | bucket | Bucket {bucket} can newly receive the responses of {it} | + | upload inference responses
AWS::SageMaker::FeatureGroup | OfflineStoreConfig.S3StorageConfig.S3Uri | expose | bucket | Bucket {bucket} can newly receive the records of {it} | + | location in Amazon S3
AWS::Lex::BotAlias | ConversationLogSettings.AudioLogSettings.*.Destination.S3Bucket.S3BucketArn | expose | bucket | Bucket {bucket} can newly receive recorded conversations of {it} | + | audio log files are stored
AWS::Connect::InstanceStorageConfig | S3Config.BucketName | expose | bucket | Bucket {bucket} can newly receive recordings of {InstanceArn} | + | S3 bucket name
AWS::IVS::RecordingConfiguration | DestinationConfiguration.S3.BucketName | expose | bucket | Bucket {bucket} can newly receive recorded videos | + | recorded videos will be stored
AWS::IVSChat::LoggingConfiguration | DestinationConfiguration.S3.BucketName | expose | bucket | Bucket {bucket} can newly receive chat messages | + | chat activity will be logged
AWS::Timestream::ScheduledQuery | ErrorReportConfiguration.S3Configuration.BucketName | expose | bucket | Bucket {bucket} can newly receive error reports of {it} | + | error reports will be created
AWS::Transfer::Workflow | Steps.*.CopyStepDetails.DestinationFileLocation.S3FileLocation.Bucket | expose | bucket | Bucket {bucket} can newly receive the files that {it} processes | + | S3 bucket
AWS::Transfer::Workflow | Steps.*.DecryptStepDetails.DestinationFileLocation.S3FileLocation.Bucket | expose | bucket | Bucket {bucket} can newly receive the files that {it} processes | + | S3 bucket
AWS::Transfer::Connector | Url | expose | host | Host {host} can newly receive files through the connector {it} | + | partner
AWS::AppFlow::Flow | DestinationFlowConfigList.*.DestinationConnectorProperties.S3.BucketName | expose | bucket | Bucket {bucket} can newly receive the records of the flow {it} | + | bucket name in which Amazon AppFlow places
AWS::AppSync::DataSource | HttpConfig.Endpoint | expose | host | Host {host} can newly receive requests of the API {ApiId} | + | endpoint
AWS::CodeBuild::Project | SecondaryArtifacts.*.Location | expose | bucket | Bucket {bucket} can newly receive the build output of {it} | + | name of the output bucket
AWS::Synthetics::Canary | ArtifactS3Location | expose | bucket | Bucket {bucket} can newly receive the screenshots and logs of {it} | + | location in Amazon S3 where Synthetics stores artifacts
AWS::ApiGateway::Method | Integration.Uri | expose | host | Host {host} can newly receive the requests to {HttpMethod} of {ResourceId} | + | Uniform Resource Identifier
AWS::ApiGatewayV2::Integration | IntegrationUri | expose | host | Host {host} can newly receive the requests to the API {ApiId} | + | specify a fully-qualified URL
AWS::Glue::Job | DefaultArguments.--TempDir | expose | bucket | Bucket {bucket} can newly receive intermediate data of {it} | + | default arguments
AWS::Glue::Job | DefaultArguments.--spark-event-logs-path | expose | bucket | Bucket {bucket} can newly receive the logs of {it} | + | default arguments
AWS::ECS::TaskDefinition | ContainerDefinitions.*.LogConfiguration.Options.splunk-url | expose | host | Host {host} can newly receive the logs of {it} | + | configuration options to send to the log driver
AWS::ECS::TaskDefinition | ContainerDefinitions.*.LogConfiguration.Options.fluentd-address | expose | site | Host {is} can newly receive the logs of {it} | + | configuration options to send to the log driver
AWS::ECS::TaskDefinition | ContainerDefinitions.*.LogConfiguration.Options.gelf-address | expose | site | Host {is} can newly receive the logs of {it} | + | configuration options to send to the log driver
AWS::ECS::TaskDefinition | ContainerDefinitions.*.LogConfiguration.Options.syslog-address | expose | site | Host {is} can newly receive the logs of {it} | + | configuration options to send to the log driver
AWS::ECS::TaskDefinition | ContainerDefinitions.*.LogConfiguration.Options.Host | expose | site | Host {is} can newly receive the logs of {it} | + | configuration options to send to the log driver
`;
