/** Types that hold data, by how it can be kept. A line is a service and its types, without `AWS::`. */
import type { Judgement } from './judgement.ts';

export const DATA: readonly Judgement[] = [
  {
    holds: 'data',
    recovery: 'snapshot',
    source:
      'DeletionPolicy attribute, AWS CloudFormation User Guide (awsdocs/aws-cloudformation-user-guide 19dc52cd), except for DocDB; cfn-lint 1.51.0 (cfnlint.helpers.valid_snapshot_types) lists all of these types',
    types: `
      DocDB DBCluster
      EC2 Volume
      ElastiCache CacheCluster ReplicationGroup
      Neptune DBCluster
      RDS DBCluster DBInstance
      Redshift Cluster`,
  },
  {
    holds: 'data',
    recovery: 'backup',
    source:
      'AWS Backup supports the service: its API model names the resource types (botocore 1.43.11, backup). The type of the service that stores the data is from memory',
    types: `
      CloudFormation Stack
      DocDB DBInstance GlobalCluster
      DynamoDB GlobalTable Table
      EFS FileSystem
      EKS Cluster
      FSx FileSystem Volume
      Neptune DBInstance GlobalCluster
      RDS GlobalCluster
      S3 Bucket
      Serverless SimpleTable
      StorageGateway Volume
      Timestream Table`,
  },
  {
    holds: 'data',
    recovery: 'backup',
    source: 'The service makes its own snapshots or backups: its API has the operation (botocore 1.43.11)',
    types: `
      CloudHSM Cluster
      DocDBElastic Cluster
      ElastiCache GlobalReplicationGroup ServerlessCache
      Lightsail Database Disk Instance
      MemoryDB Cluster MultiRegionCluster
      NeptuneGraph Graph
      RedshiftServerless Namespace`,
  },
  {
    holds: 'data',
    recovery: 'backup',
    source: 'The service has backups, point-in-time recovery or manual snapshots: service documentation, from memory',
    types: `
      Cassandra Table
      DSQL Cluster
      Elasticsearch Domain
      OpenSearchService Domain
      RDS DBShardGroup
      StorageGateway Tape`,
  },
  {
    holds: 'data',
    recovery: 'retain_only',
    source: 'The resource is itself a recovery point; only an earlier copy could restore it. From memory',
    types: `
      Backup BackupVault LogicallyAirGappedBackupVault
      DocDBElastic ClusterSnapshot
      ElastiCache ServerlessCacheSnapshot
      FSx Backup Snapshot
      Lightsail DatabaseSnapshot DiskSnapshot InstanceSnapshot
      MemoryDB Snapshot
      NeptuneGraph GraphSnapshot
      RDS ClusterSnapshot DBSnapshot
      Redshift Snapshot
      RedshiftServerless Snapshot`,
  },
  {
    holds: 'data',
    recovery: 'retain_only',
    source:
      'The resource stores data that was sent to it or created in it, and no AWS operation makes a restorable copy: service documentation, from memory',
    types: `
      ACMPCA Certificate
      AIOps InvestigationGroup
      APS Workspace
      AWSExternalAnthropic Workspace
      AgentRegistry Registry RegistryRecord
      AmazonMQ Broker
      AppConfig Application ConfigurationProfile
      AppStream ImageBuilder
      ApplicationSignals ServiceLevelObjective
      Athena DataCatalog WorkGroup
      AuditManager Assessment AssessmentFramework
      B2BI Profile
      Backup LegalHold
      Bedrock AutomatedReasoningPolicy DataSource KnowledgeBase Session
      BedrockAgentCore ApiKeyCredentialProvider BrowserProfile Dataset Memory OAuth2CredentialProvider
      Cases Case Domain RelatedItem
      Cassandra Keyspace
      Chime AppInstance Channel
      CleanRooms Collaboration IntermediateTable Membership
      Cloud9 EnvironmentEC2
      CloudFormation StackSet
      CloudFront KeyValueStore
      CloudTrail EventDataStore
      CodeArtifact Domain Repository
      CodeBuild ReportGroup
      CodeCommit Repository
      CodeGuruProfiler ProfilingGroup
      CodeStar GitHubRepository
      Cognito IdentityPool UserPool UserPoolReplica UserPoolUser
      Comprehend DocumentClassifier EntityRecognizer Flywheel
      Connect DataTable DataTableRecord Instance User
      CustomerProfiles Domain SegmentDefinition
      DMS ReplicationInstance
      DataExchange DataSet
      DataZone Domain Project
      Deadline Farm
      Detective Graph
      DeviceFarm Project Upload
      DirectoryService MicrosoftAD SimpleAD
      ECR PublicRepository Repository
      EMR Cluster Studio WALWorkspace
      EVS Environment
      ElasticBeanstalk Application ApplicationVersion Environment
      Events Archive
      EventSchemas Registry Schema
      FSx FileCache StorageVirtualMachine
      FinSpace Environment
      Forecast Dataset DatasetGroup
      FraudDetector Detector EventType List
      GameLift Build Script
      GameLiftStreams Application
      Glue Catalog Database MLTransform Partition Registry Schema SchemaVersion Table
      Grafana Workspace
      GuardDuty Detector
      HealthImaging Datastore
      HealthLake FHIRDatastore
      IdentityStore Group User
      IoT SoftwarePackage SoftwarePackageVersion
      IoTAnalytics Channel Dataset Datastore
      IoTSiteWise Asset AssetModel Dataset Portal Workspace
      IoTTwinMaker Entity Scene Workspace
      KMS Key ReplicaKey
      Kendra DataSource Faq Index
      Kinesis Stream
      KinesisAnalytics Application
      KinesisAnalyticsV2 Application
      KinesisVideo Stream
      Lex Bot
      Lightsail Bucket Container
      Location GeofenceCollection Tracker
      Logs LogGroup LogStream
      LookoutVision Project
      M2 Application Environment
      MSK Cluster ServerlessCluster Topic
      MWAA Environment
      Macie Session
      ManagedBlockchain Member Node
      MediaPackage Asset
      MediaStore Container
      NimbleStudio Studio
      ODB CloudAutonomousVmCluster CloudExadataInfrastructure CloudVmCluster
      Omics AnnotationStore ReferenceStore SequenceStore VariantStore Workflow WorkflowVersion
      OpenSearchServerless Collection CollectionIndex Index
      OpsWorks Instance Volume
      OpsWorksCM Server
      Organizations Account
      Panorama Package PackageVersion
      PaymentCryptography Key
      Personalize Dataset DatasetGroup Solution
      Pinpoint App Segment
      QBusiness Application Index
      QLDB Ledger
      QuickSight Analysis Dashboard DataSet Folder KnowledgeBase Space Topic TopicV2
      Rekognition Collection Dataset Project
      S3Express DirectoryBucket
      S3Files FileSystem
      S3Outposts Bucket
      S3Tables Namespace Table TableBucket
      S3Vectors Index VectorBucket
      SCN Dataset Namespace
      SDB Domain
      SES ContactList MailManagerArchive
      SMSVOICE OptOutList
      SQS Queue
      SSM OpsItem Parameter
      SSMIncidents ReplicationSet
      SageMaker Algorithm Artifact Context Domain Experiment ExperimentTrialComponent FeatureGroup Hub Image ImageVersion
      SageMaker MlflowApp MlflowTrackingServer ModelCard ModelPackage ModelPackageGroup NotebookInstance Space TrialComponent UserProfile
      Scheduler ScheduleGroup
      SecretsManager Secret
      SecurityHub Hub
      SecurityLake DataLake
      Serverless Application StateMachine
      ServiceCatalog CloudFormationProvisionedProduct
      SimSpaceWeaver Simulation
      StepFunctions StateMachine
      SystemsManagerSAP Application
      Timestream Database InfluxDBCluster InfluxDBInstance
      Transcribe MedicalVocabulary Vocabulary VocabularyFilter
      Translate ParallelData
      VerifiedPermissions PolicyStore
      VoiceID Domain
      WellArchitected Workload
      Wickr Network
      Wisdom Assistant KnowledgeBase MessageTemplate QuickResponse
      WorkSpaces Workspace
      WorkspacesInstances Volume WorkspaceInstance`,
  },
];
