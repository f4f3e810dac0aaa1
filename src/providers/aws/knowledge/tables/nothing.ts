/** Types that hold nothing: an update, a replacement or a loss is made good from the template. */
import type { Judgement } from './judgement.ts';

/**
 * What their loss does to traffic, permissions and logging is other guards' matter. An instance is here because its
 * volumes are judged by themselves, from live facts; a custom resource is in no list, since it may be anything.
 */
export const NOTHING: readonly Judgement[] = [
  {
    holds: 'nothing',
    recovery: 'none_needed',
    source:
      'Configuration only: its properties describe it completely. Judged by its name and the purpose of its service, from memory',
    types: `
      ACMPCA CertificateAuthorityActivation Permission
      APS AnomalyDetector ResourcePolicy RuleGroupsNamespace Scraper
      ARCRegionSwitch Plan
      ARCZonalShift AutoshiftObserverNotificationStatus ZonalAutoshiftConfiguration
      AccessAnalyzer Analyzer ArchiveRule
      AmazonMQ Configuration ConfigurationAssociation
      Amplify Webhook
      ApiGateway Account Authorizer BasePathMapping BasePathMappingV2 Deployment DocumentationPart DocumentationVersion DomainNameAccessAssociation
      ApiGateway GatewayResponse Method Model RequestValidator Resource Stage UsagePlan UsagePlanKey VpcLink
      ApiGatewayV2 ApiGatewayManagedOverrides ApiMapping Authorizer Deployment Integration IntegrationResponse Model Route RouteResponse RoutingRule Stage
      ApiGatewayV2 VpcLink
      AppConfig Deployment DeploymentStrategy Environment ExperimentDefinition Extension ExtensionAssociation HostedConfigurationVersion
      AppFlow Connector Flow
      AppIntegrations Application DataIntegration EventIntegration
      AppMesh GatewayRoute Mesh Route VirtualGateway VirtualNode VirtualRouter VirtualService
      AppRunner AutoScalingConfiguration ObservabilityConfiguration VpcConnector VpcIngressConnection
      AppSync ApiCache ChannelNamespace DataSource DomainNameApiAssociation FunctionConfiguration GraphQLSchema Resolver SourceApiAssociation Type
      ApplicationAutoScaling ScalableTarget ScalingPolicy
      ApplicationInsights Application
      ApplicationSignals Discovery GroupingConfiguration
      Athena CapacityReservation NamedQuery PreparedStatement
      AutoScaling LaunchConfiguration LifecycleHook ScalingPolicy ScheduledAction WarmPool
      AutoScalingPlans ScalingPlan
      BCM Dashboard ScheduledReport
      BCMDataExports Export
      Backup BackupPlan BackupSelection Framework ReportPlan RestoreTestingPlan RestoreTestingSelection TieringConfiguration
      Batch ComputeEnvironment ConsumableResource JobDefinition JobQueue QuotaShare SchedulingPolicy ServiceEnvironment
      Bedrock AutomatedReasoningPolicyVersion Blueprint DataAutomationProject EnforcedGuardrailConfiguration Flow FlowAlias FlowVersion Guardrail
      Bedrock GuardrailVersion IntelligentPromptRouter KnowledgeBasePolicy Prompt PromptVersion ResourcePolicy
      Billing BillingView
      Budgets Budget BudgetsAction
      CDK Metadata
      CE AnomalyMonitor AnomalySubscription CostCategory
      CUR ReportDefinition
      Cassandra Type
      CertificateManager Account AcmeDomainValidation AcmeExternalAccountBinding
      Chatbot CustomAction MicrosoftTeamsChannelConfiguration SlackChannelConfiguration
      CleanRooms AnalysisTemplate ConfiguredTable ConfiguredTableAssociation IdNamespaceAssociation PrivacyBudgetTemplate
      CloudFormation GuardHook HookDefaultVersion HookTypeConfig HookVersion LambdaHook Macro ModuleDefaultVersion ModuleVersion PublicTypeVersion
      CloudFormation ResourceDefaultVersion ResourceVersion WaitCondition WaitConditionHandle
      CloudFront CachePolicy ConnectionFunction ContinuousDeploymentPolicy FieldLevelEncryptionProfile Function KeyGroup MonitoringSubscription
      CloudFront OriginAccessControl OriginRequestPolicy RealtimeLogConfig ResponseHeadersPolicy TrustStore VpcOrigin
      CloudTrail Channel Dashboard ResourcePolicy Trail
      CloudWatch Alarm AlarmMuteRule AnomalyDetector CompositeAlarm Dashboard InsightRule LogAlarm MetricStream OTelEnrichment
      CodeArtifact PackageGroup
      CodeBuild Fleet Project
      CodeDeploy Application DeploymentConfig DeploymentGroup
      CodeGuruReviewer RepositoryAssociation
      CodePipeline CustomActionType Pipeline Webhook
      CodeStarNotifications NotificationRule
      Cognito IdentityPoolPrincipalTag IdentityPoolRoleAttachment LogDeliveryConfiguration ManagedLoginBranding Terms UserPoolGroup UserPoolIdentityProvider
      Cognito UserPoolResourceServer UserPoolRiskConfigurationAttachment UserPoolUICustomizationAttachment UserPoolUserToGroupAttachment
      Comprehend DocumentClassifierEndpoint
      ComputeOptimizer AutomationRule
      Config AggregationAuthorization ConfigRule ConfigurationAggregator ConfigurationRecorder ConformancePack Connector DeliveryChannel
      Config OrganizationConfigRule OrganizationConformancePack RemediationConfiguration StoredQuery
      Connect ContactFlowModuleVersion ContactFlowVersion ViewVersion
      DAX ParameterGroup SubnetGroup
      DLM LifecyclePolicy
      DMS Certificate DataProvider Endpoint EventSubscription InstanceProfile MigrationProject ReplicationSubnetGroup ReplicationTask
      DataExchange EventAction
      DataSync LocationAzureBlob LocationEFS LocationFSxLustre LocationFSxONTAP LocationFSxOpenZFS LocationFSxWindows LocationHDFS LocationNFS
      DataSync LocationObjectStorage LocationS3 LocationSMB Task
      Detective MemberInvitation OrganizationAdmin
      DevOpsGuru LogAnomalyDetectionIntegration NotificationChannel ResourceCollection
      DeviceFarm DevicePool InstanceProfile NetworkProfile TestGridProject VPCEConfiguration
      DirectConnect DirectConnectGatewayAssociation
      DocDB DBClusterParameterGroup DBSubnetGroup EventSubscription
      EC2 ApplicationStatusCheck CapacityManagerDataExport CapacityReservationFleet ClientVpnAuthorizationRule ClientVpnRoute
      EC2 ClientVpnTargetNetworkAssociation DHCPOptions EC2Fleet EIPAssociation EgressOnlyInternetGateway EnclaveCertificateIamRoleAssociation FlowLog
      EC2 GatewayRouteTableAssociation IPAMPrefixListResolver IPAMPrefixListResolverTarget IPAMResourceDiscovery IPAMResourceDiscoveryAssociation Instance
      EC2 InstanceConnectEndpoint InstanceEventWindow InternetGateway IpPoolRouteTableAssociation LaunchTemplate LocalGatewayRoute LocalGatewayRouteTable
      EC2 LocalGatewayRouteTableVPCAssociation LocalGatewayRouteTableVirtualInterfaceGroupAssociation LocalGatewayVirtualInterface
      EC2 LocalGatewayVirtualInterfaceGroup NetworkAcl NetworkAclEntry NetworkInsightsAccessScope NetworkInsightsAccessScopeAnalysis NetworkInsightsAnalysis
      EC2 NetworkInsightsPath NetworkInterface NetworkInterfaceAttachment NetworkInterfacePermission NetworkPerformanceMetricSubscription PlacementGroup
      EC2 Route RouteServer RouteServerAssociation RouteServerEndpoint RouteServerPeer RouteServerPropagation RouteTable SecurityGroup SecurityGroupEgress
      EC2 SecurityGroupIngress SecurityGroupVpcAssociation SnapshotBlockPublicAccess SpotFleet SubnetCidrBlock SubnetCidrReservation
      EC2 SubnetNetworkAclAssociation SubnetRouteTableAssociation TrafficMirrorFilter TrafficMirrorFilterRule TrafficMirrorSession TrafficMirrorTarget
      EC2 TransitGatewayAttachment TransitGatewayMeteringPolicy TransitGatewayMeteringPolicyEntry TransitGatewayMulticastDomain
      EC2 TransitGatewayMulticastDomainAssociation TransitGatewayMulticastGroupMember TransitGatewayMulticastGroupSource TransitGatewayPeeringAttachment
      EC2 TransitGatewayPolicyTable TransitGatewayPolicyTableAssociation TransitGatewayPolicyTableEntry TransitGatewayRoute TransitGatewayRouteTable
      EC2 TransitGatewayRouteTableAssociation TransitGatewayRouteTablePropagation TransitGatewayVpcAttachment VPCBlockPublicAccessExclusion
      EC2 VPCBlockPublicAccessOptions VPCCidrBlock VPCDHCPOptionsAssociation VPCEncryptionControl VPCEndpoint VPCEndpointConnectionNotification
      EC2 VPCEndpointServicePermissions VPCGatewayAttachment VPCPeeringConnection VPNConnectionRoute VPNGatewayRoutePropagation VerifiedAccessGroup
      EC2 VerifiedAccessTrustProvider VolumeAttachment
      ECR PullThroughCacheRule PullTimeUpdateExclusion RegistryPolicy RegistryScanningConfiguration ReplicationConfiguration RepositoryCreationTemplate
      ECR SigningConfiguration
      ECS CapacityProvider ClusterCapacityProviderAssociations DaemonTaskDefinition PrimaryTaskSet Service TaskDefinition TaskSet
      EFS AccessPoint MountTarget
      EKS AccessEntry Addon FargateProfile IdentityProviderConfig Nodegroup PodIdentityAssociation
      EMR SecurityConfiguration StudioSessionMapping
      EMRContainers Endpoint JobTemplate SecurityConfiguration VirtualCluster
      EMRServerless Application
      ElastiCache ParameterGroup SecurityGroup SecurityGroupIngress SubnetGroup User UserGroup
      ElasticBeanstalk ConfigurationTemplate
      ElasticLoadBalancingV2 Listener ListenerCertificate ListenerRule TargetGroup TrustStore TrustStoreRevocation
      EventSchemas Discoverer RegistryPolicy
      Events ApiDestination Connection EventBusPolicy Rule
      FIS ExperimentTemplate TargetAccountConfiguration
      FMS ApplicationsList NotificationChannel Policy ProtocolsList ResourceSet
      FSx DataRepositoryAssociation S3AccessPointAttachment
      GlobalAccelerator CrossAccountAttachment EndpointGroup Listener
      Glue Blueprint Classifier Connection Crawler DataCatalogEncryptionSettings DataQualityRuleset IdentityCenterConfiguration IntegrationResourceProperty
      Glue Job SchemaVersionMetadata SecurityConfiguration TableOptimizer Trigger UsageProfile UserDefinedFunction Workflow
      Greengrass ConnectorDefinition ConnectorDefinitionVersion CoreDefinition CoreDefinitionVersion DeviceDefinition DeviceDefinitionVersion
      Greengrass FunctionDefinition FunctionDefinitionVersion GroupVersion LoggerDefinition LoggerDefinitionVersion ResourceDefinition
      Greengrass ResourceDefinitionVersion SubscriptionDefinition SubscriptionDefinitionVersion
      GreengrassV2 ComponentVersion Deployment
      GroundStation Config DataflowEndpointGroup DataflowEndpointGroupV2 MissionProfile
      GuardDuty CustomDetectionRuleAssociation Filter IPSet MalwareProtectionPlan Master Member PublishingDestination ThreatEntitySet ThreatIntelSet
      GuardDuty TrustedEntitySet
      IAM Group GroupPolicy InstanceProfile ManagedPolicy Policy Role RolePolicy ServiceLinkedRole UserPolicy UserToGroupAddition
      IVS EncoderConfiguration IngestConfiguration PlaybackRestrictionPolicy RecordingConfiguration StorageConfiguration
      IdentityStore GroupMembership
      ImageBuilder Component ContainerRecipe DistributionConfiguration ImagePipeline ImageRecipe InfrastructureConfiguration LifecyclePolicy Workflow
      Inspector AssessmentTarget AssessmentTemplate ResourceGroup
      InspectorV2 CisScanConfiguration CodeSecurityIntegration CodeSecurityScanConfiguration Connector Filter
      InternetMonitor Monitor
      IoT AccountAuditConfiguration Authorizer BillingGroup CertificateProvider Command CustomMetric Dimension EncryptionConfiguration FleetMetric
      IoT JobTemplate Logging MitigationAction Policy PolicyPrincipalAttachment ProvisioningTemplate ResourceSpecificLogging RoleAlias ScheduledAudit
      IoT SecurityProfile ThingGroup ThingPrincipalAttachment ThingType TopicRule TopicRuleDestination
      IoTAnalytics Pipeline
      IoTCoreDeviceAdvisor SuiteDefinition
      IoTSecureTunneling Tunnel
      IoTTwinMaker SyncJob
      IoTWireless Destination DeviceProfile FuotaTask MulticastGroup NetworkAnalyzerConfiguration ServiceProfile TaskDefinition
      KMS Alias
      KafkaConnect Connector CustomPlugin WorkerConfiguration
      Kendra FeaturedResultsSet QuerySuggestionsBlockList Thesaurus
      Kinesis ResourcePolicy StreamConsumer
      KinesisAnalytics ApplicationOutput ApplicationReferenceDataSource
      KinesisAnalyticsV2 ApplicationCloudWatchLoggingOption ApplicationOutput ApplicationReferenceDataSource
      KinesisFirehose DeliveryStream
      LakeFormation DataCellsFilter DataLakeSettings Permissions PrincipalPermissions Resource TagAssociation
      Lambda Alias CodeSigningConfig EventInvokeConfig EventSourceMapping Function LayerVersion LayerVersionPermission Permission ResourcePolicy Version
      Lex BotAlias BotVersion ResourcePolicy
      Lightsail Alarm
      Location Map PlaceIndex RouteCalculator TrackerConsumer
      Logs AccountPolicy Delivery DeliveryDestination DeliverySource Destination Integration LogAnomalyDetector MetricFilter QueryDefinition ResourcePolicy
      Logs ScheduledQuery StorageTierPolicy SubscriptionFilter Transformer
      LookoutEquipment InferenceScheduler
      MSK BatchScramSecret ClusterPolicy Configuration Replicator
      MWAAServerless Workflow
      Macie AllowList CustomDataIdentifier FindingsFilter
      MediaConvert JobTemplate Preset Queue
      MediaPackage PackagingConfiguration PackagingGroup
      MediaPackageV2 ChannelPolicy OriginEndpointPolicy
      MemoryDB ACL ParameterGroup SubnetGroup User
      Neptune DBClusterParameterGroup DBParameterGroup DBSubnetGroup EventSubscription
      NeptuneGraph PrivateGraphEndpoint
      NetworkFirewall ContainerAssociation FirewallPolicy LoggingConfiguration RuleGroup TLSInspectionConfiguration VpcEndpointAssociation
      NetworkFlowMonitor Monitor Scope
      NetworkManager ConnectAttachment ConnectPeer Connection CoreNetworkPrefixListAssociation CustomerGatewayAssociation Device
      NetworkManager DirectConnectGatewayAttachment Link LinkAssociation Site SiteToSiteVpnAttachment TransitGatewayPeering TransitGatewayRegistration
      NetworkManager TransitGatewayRouteTableAttachment VpcAttachment
      NetworkMonitor Monitor
      Notifications ChannelAssociation EventRule ManagedNotificationAccountContactAssociation ManagedNotificationAdditionalChannelAssociation
      Notifications NotificationConfiguration NotificationHub OrganizationalUnitAssociation
      NotificationsContacts EmailContact
      OSIS Pipeline
      Oam Link Sink
      ObservabilityAdmin OrganizationCentralizationRule OrganizationTelemetryRule S3TableIntegration TelemetryEnrichment TelemetryPipelines TelemetryRule
      Omics Configuration RunGroup
      OpenSearchServerless AccessPolicy CollectionGroup LifecyclePolicy SecurityConfig SecurityPolicy VpcEndpoint
      Organizations Policy ResourcePolicy
      PCAConnectorAD DirectoryRegistration ServicePrincipalName Template TemplateGroupAccessControlEntry
      PaymentCryptography Alias
      Personalize Filter MetricAttribution Schema
      Pinpoint ADMChannel APNSChannel APNSSandboxChannel APNSVoipChannel APNSVoipSandboxChannel ApplicationSettings BaiduChannel EmailChannel EmailTemplate
      Pinpoint EventStream GCMChannel InAppTemplate PushTemplate SMSChannel SmsTemplate VoiceChannel
      Pipes Pipe
      QLDB Stream
      RAM Permission ResourceShare
      RDS DBClusterParameterGroup DBParameterGroup DBProxyTargetGroup DBSecurityGroup DBSecurityGroupIngress DBSubnetGroup EventSubscription OptionGroup
      Rbin Rule
      Redshift ClusterParameterGroup ClusterSecurityGroup ClusterSecurityGroupIngress ClusterSubnetGroup EndpointAuthorization EventSubscription
      Redshift ScheduledAction SnapshotCopyGrant SnapshotSchedule UsageLimit
      Rekognition StreamProcessor
      ResilienceHub App ResiliencyPolicy
      ResourceExplorer2 DefaultViewAssociation View
      ResourceGroups Group TagSyncTask
      RolesAnywhere CRL Profile
      Route53 CidrCollection DNSSEC HealthCheck QueryLoggingConfig RecordSet RecordSetGroup TrafficPolicy TrafficPolicyInstance
      Route53GlobalResolver AccessSource DnsView FirewallDomainList FirewallRule HostedZoneAssociation
      Route53Profiles Profile ProfileAssociation ProfileResourceAssociation
      Route53RecoveryControl ControlPanel RoutingControl SafetyRule
      Route53RecoveryReadiness Cell ReadinessCheck RecoveryGroup ResourceSet
      Route53Resolver FirewallDomainList FirewallRuleGroup FirewallRuleGroupAssociation ResolverConfig ResolverDNSSECConfig ResolverQueryLoggingConfig
      Route53Resolver ResolverQueryLoggingConfigAssociation ResolverRule ResolverRuleAssociation
      S3 AccessGrant AccessGrantsInstance AccessGrantsLocation BucketPolicy MultiRegionAccessPointPolicy StorageLens StorageLensGroup
      S3Express BucketPolicy
      S3Files FileSystemPolicy MountTarget
      S3ObjectLambda AccessPointPolicy
      S3Outposts BucketPolicy
      S3Tables TableBucketPolicy TablePolicy
      S3Vectors VectorBucketPolicy
      SES ConfigurationSet ConfigurationSetEventDestination CustomVerificationEmailTemplate MailManagerAddonSubscription MailManagerRelay MailManagerRuleSet
      SES MailManagerTrafficPolicy ReceiptFilter ReceiptRule ReceiptRuleSet Template VdmAttributes
      SMSVOICE ConfigurationSet ProtectConfiguration RegistrationAttachment ResourcePolicy VerifiedDestinationNumber
      SNS Subscription TopicInlinePolicy TopicPolicy
      SQS QueueInlinePolicy QueuePolicy
      SSM Association CloudConnector Document MaintenanceWindow MaintenanceWindowTarget MaintenanceWindowTask PatchBaseline ResourceDataSync ResourcePolicy
      SSM ServiceSetting
      SSMIncidents ResponsePlan
      SSMQuickSetup ConfigurationManager LifecycleAutomation
      SSO ApplicationAssignment Assignment InstanceAccessControlAttributeConfiguration PermissionSet
      SageMaker AppImageConfig ClusterSchedulerConfig CodeRepository DataQualityJobDefinition Endpoint EndpointConfig HumanTaskUi InferenceComponent Model
      SageMaker ModelBiasJobDefinition ModelExplainabilityJobDefinition ModelQualityJobDefinition MonitoringSchedule NotebookInstanceLifecycleConfig Pipeline
      SageMaker ProcessingJob StudioLifecycleConfig
      Scheduler Schedule
      SecretsManager ResourcePolicy RotationSchedule SecretTargetAttachment
      SecurityHub AggregatorV2 AutomationRule AutomationRuleV2 ConfigurationPolicy Connector ConnectorV2 DelegatedAdmin FindingAggregator Insight
      SecurityHub OrganizationConfiguration PolicyAssociation ProductSubscription SecurityControl Standard
      SecurityLake AwsLogSource Subscriber SubscriberNotification
      Serverless Function LayerVersion
      ServiceCatalog AcceptedPortfolioShare CloudFormationProduct LaunchNotificationConstraint LaunchRoleConstraint LaunchTemplateConstraint Portfolio
      ServiceCatalog PortfolioPrincipalAssociation PortfolioProductAssociation PortfolioShare ResourceUpdateConstraint ServiceAction ServiceActionAssociation
      ServiceCatalog StackSetConstraint TagOption TagOptionAssociation
      ServiceCatalogAppRegistry Application AttributeGroup AttributeGroupAssociation ResourceAssociation
      ServiceDiscovery Instance Service
      Shield DRTAccess ProactiveEngagement Protection ProtectionGroup
      Signer ProfilePermission
      StepFunctions Activity StateMachineAlias StateMachineVersion
      SupportApp AccountAlias SlackChannelConfiguration SlackWorkspaceConfiguration
      Synthetics Canary Group
      Timestream ScheduledQuery
      Transcribe CallAnalyticsCategory
      Transfer Workflow
      VerifiedPermissions IdentitySource Policy PolicyTemplate
      VpcLattice AccessLogSubscription AuthPolicy DomainVerification Listener ResourceConfiguration ResourceGateway ResourcePolicy Rule
      VpcLattice ServiceNetworkResourceAssociation ServiceNetworkServiceAssociation ServiceNetworkVpcAssociation TargetGroup
      WAF ByteMatchSet IPSet Rule SizeConstraintSet SqlInjectionMatchSet WebACL XssMatchSet
      WAFRegional ByteMatchSet GeoMatchSet IPSet RateBasedRule RegexPatternSet Rule SizeConstraintSet SqlInjectionMatchSet WebACL WebACLAssociation
      WAFRegional XssMatchSet
      WAFv2 IPSet LoggingConfiguration RegexPatternSet RuleGroup WebACL WebACLAssociation
      Wisdom AIAgentVersion AIGuardrailVersion AIPromptVersion MessageTemplateVersion
      WorkSpaces WorkspaceIpGroup
      WorkSpacesThinClient Environment
      WorkSpacesWeb BrowserSettings DataProtectionSettings IdentityProvider IpAccessSettings NetworkSettings SessionLogger TrustStore
      WorkSpacesWeb UserAccessLoggingSettings UserSettings
      WorkspacesInstances VolumeAssociation
      XRay Group ResourcePolicy SamplingRule TransactionSearchConfig`,
  },
];
