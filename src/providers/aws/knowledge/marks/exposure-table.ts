/**
 * Properties that open something to the world or to more people: type | property path | mark | rule | who gains | +.
 * Rules are in rows.ts.
 *
 * Source: property names, the CloudFormation resource specification (a test holds each first name against the index in
 * data/). What a value opens: from memory of the services' documentation, except where exposure-disguised.test.ts names a
 * page.
 */
export const EXPOSURE = `
AWS::S3::Bucket | PublicAccessBlockConfiguration | expose | removed | the bucket, as its policy and access lists allow
AWS::S3::Bucket | PublicAccessBlockConfiguration.BlockPublicAcls | expose | off on | the bucket, to public lists | +
AWS::S3::Bucket | PublicAccessBlockConfiguration.BlockPublicAcls | expose | removed | the bucket, to public lists
AWS::S3::Bucket | PublicAccessBlockConfiguration.IgnorePublicAcls | expose | off on | the bucket, to public lists | +
AWS::S3::Bucket | PublicAccessBlockConfiguration.IgnorePublicAcls | expose | removed | the bucket, to public lists
AWS::S3::Bucket | PublicAccessBlockConfiguration.BlockPublicPolicy | expose | off on | the bucket, to public policies | +
AWS::S3::Bucket | PublicAccessBlockConfiguration.BlockPublicPolicy | expose | removed | the bucket, to public policies
AWS::S3::Bucket | PublicAccessBlockConfiguration.RestrictPublicBuckets | expose | off on | the bucket, to public policies | +
AWS::S3::Bucket | PublicAccessBlockConfiguration.RestrictPublicBuckets | expose | removed | the bucket, to public policies
AWS::S3::Bucket | AccessControl | expose | becomes PublicRead,PublicReadWrite,AuthenticatedRead | the bucket, to all users | +
AWS::S3::Bucket | WebsiteConfiguration | expose | more | the bucket, as a website | +
AWS::S3::AccessPoint | PublicAccessBlockConfiguration.BlockPublicPolicy | expose | off on | the access point, to public policies | +
AWS::S3::AccessPoint | PublicAccessBlockConfiguration.RestrictPublicBuckets | expose | off on | the access point, to public policies | +
AWS::S3::AccessPoint | VpcConfiguration | expose | removed | the access point, to the internet
AWS::RDS::DBInstance | PubliclyAccessible | expose | becomes true | the database, by a public address | +
AWS::RDS::DBCluster | PubliclyAccessible | expose | becomes true | the database, by a public address | +
AWS::Neptune::DBInstance | PubliclyAccessible | expose | becomes true | the database, by a public address | +
AWS::Redshift::Cluster | PubliclyAccessible | expose | becomes true | the cluster, by a public address | +
AWS::RedshiftServerless::Workgroup | PubliclyAccessible | expose | becomes true | the workgroup, by a public address | +
AWS::DMS::ReplicationInstance | PubliclyAccessible | expose | becomes true | the instance, by a public address | +
AWS::AmazonMQ::Broker | PubliclyAccessible | expose | becomes true | the broker, by a public address | +
AWS::MSK::Cluster | BrokerNodeGroupInfo.ConnectivityInfo.PublicAccess.Type | expose | becomes SERVICE_PROVIDED_EIPS | the brokers, by public addresses | +
AWS::MSK::Cluster | ClientAuthentication.Unauthenticated.Enabled | expose | becomes true | the brokers, to clients without a login | +
AWS::EKS::Cluster | ResourcesVpcConfig.EndpointPublicAccess | expose | becomes true | the cluster's API, to the internet | +
AWS::EKS::Cluster | ResourcesVpcConfig.PublicAccessCidrs | expose | more | the cluster's API, to more addresses
AWS::EKS::Cluster | ResourcesVpcConfig.PublicAccessCidrs | expose | removed | the cluster's API, to all addresses
AWS::EKS::AccessEntry | AccessPolicies | expose | more | the cluster, to a principal | +
AWS::EKS::AccessEntry | KubernetesGroups | expose | more | the cluster, to a principal | +
AWS::OpenSearchService::Domain | VPCOptions | expose | removed | the domain, to the internet
AWS::Elasticsearch::Domain | VPCOptions | expose | removed | the domain, to the internet
AWS::OpenSearchService::Domain | AdvancedSecurityOptions.Enabled | expose | off off | the domain, to users without a login
AWS::OpenSearchServerless::AccessPolicy | Policy | expose | changed | the collection, to the principals of the policy
AWS::Lambda::Url | AuthType | expose | becomes NONE | the function, to all users | +
AWS::EC2::Instance | NetworkInterfaces.*.AssociatePublicIpAddress | expose | becomes true | the instance, by a public address | +
AWS::EC2::LaunchTemplate | LaunchTemplateData.NetworkInterfaces.*.AssociatePublicIpAddress | expose | becomes true | new instances, by public addresses | +
AWS::AutoScaling::LaunchConfiguration | AssociatePublicIpAddress | expose | becomes true | new instances, by public addresses | +
AWS::ECS::Service | NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp | expose | becomes ENABLED | its tasks, by public addresses | +
AWS::EC2::Subnet | MapPublicIpOnLaunch | expose | becomes true | instances started in the subnet, through public addresses
AWS::ElasticLoadBalancingV2::LoadBalancer | Scheme | expose | becomes internet-facing | its targets, to the internet | +
AWS::ElasticLoadBalancingV2::LoadBalancer | Scheme | expose | removed | its targets, to the internet
AWS::ElasticLoadBalancing::LoadBalancer | Scheme | expose | becomes internet-facing | its targets, to the internet | +
AWS::ElasticLoadBalancing::LoadBalancer | Scheme | expose | removed | its targets, to the internet
AWS::ApiGateway::Method | AuthorizationType | expose | becomes NONE | the method, to all users
AWS::ApiGateway::Method | ApiKeyRequired | expose | off off | the method, to clients without a key
AWS::ApiGatewayV2::Route | AuthorizationType | expose | becomes NONE | the route, to all users
AWS::ApiGatewayV2::Route | AuthorizationType | expose | removed | the route, to all users
AWS::ApiGatewayV2::Route | ApiKeyRequired | expose | off off | the route, to clients without a key
AWS::ApiGateway::RestApi | EndpointConfiguration | expose | changed | the API, if it leaves the private network
AWS::AppSync::GraphQLApi | AuthenticationType | expose | becomes API_KEY | the API, to clients with its key | +
AWS::AppSync::GraphQLApi | AdditionalAuthenticationProviders | expose | more | the API, to another kind of login
AWS::Cognito::UserPool | AdminCreateUserConfig.AllowAdminCreateUserOnly | expose | off off | the pool, to users who sign up
AWS::Cognito::UserPool | MfaConfiguration | expose | off off | accounts, to users with a password
AWS::Cognito::UserPoolClient | CallbackURLs | expose | more | tokens, to another address
AWS::Cognito::IdentityPool | AllowUnauthenticatedIdentities | expose | becomes true | the pool's role, to all users | +
AWS::Cognito::IdentityPoolRoleAttachment | Roles | expose | more | a role, to identities of the pool | +
AWS::IAM::Role | PermissionsBoundary | expose | fewer | the role, beyond its boundary
AWS::IAM::User | PermissionsBoundary | expose | fewer | the user, beyond its boundary
AWS::IAM::User | LoginProfile | expose | more | the console, to holders of the password | +
AWS::IAM::AccessKey | UserName | expose | more | the user, to holders of the key | +
AWS::IAM::UserToGroupAddition | Users | expose | more | the permissions of the group, to a user | +
AWS::IAM::User | Groups | expose | more | the permissions of the group, to the user | +
AWS::IAM::InstanceProfile | Roles | expose | more | the permissions of the role, to instances
AWS::IAM::OIDCProvider | ClientIdList | expose | more | roles that trust it, to another client
AWS::IAM::OIDCProvider | Url | expose | more | roles that trust it, to another issuer | +
AWS::IAM::SAMLProvider | SamlMetadataDocument | expose | changed | roles that trust it, to another issuer | +
AWS::SSO::Assignment | PrincipalId | expose | more | an account, to a person or group | +
AWS::SSO::PermissionSet | ManagedPolicies | expose | more | accounts, beyond the previous permission set | +
AWS::RolesAnywhere::TrustAnchor | Source | expose | more | roles that trust it, to other certificates | +
AWS::EC2::SnapshotBlockPublicAccess | State | expose | becomes unblocked | snapshots of the region, if they are shared | +
AWS::EC2::VPCBlockPublicAccessOptions | InternetGatewayBlockMode | expose | becomes off | networks of the region | +
AWS::EC2::VPCEndpointService | AcceptanceRequired | expose | off on | the service, without asking | +
AWS::EC2::VPCEndpointServicePermissions | AllowedPrincipals | expose | more | the service, to a principal | +
AWS::EC2::NetworkInterfacePermission | AwsAccountId | expose | more | the interface, to another account | +
AWS::EC2::EIPAssociation | InstanceId | expose | more | the instance, by a public address | +
AWS::EC2::ClientVpnAuthorizationRule | TargetNetworkCidr | expose | more | a network, to users who may connect | +
AWS::ImageBuilder::DistributionConfiguration | Distributions.*.AmiDistributionConfiguration.LaunchPermissionConfiguration | expose | more | images, to others | +
AWS::ImageBuilder::DistributionConfiguration | Distributions.*.AmiDistributionConfiguration.TargetAccountIds | expose | more | images, to another account | +
AWS::RAM::ResourceShare | Principals | expose | more | the shared resources, to a principal | +
AWS::RAM::ResourceShare | ResourceArns | expose | more | a resource, to the principals | +
AWS::RAM::ResourceShare | AllowExternalPrincipals | expose | becomes true | the shared resources, outside the organisation
AWS::Lambda::LayerVersionPermission | Principal | expose | more | the layer, to an account | +
AWS::ECR::PublicRepository | RepositoryName | expose | more | its images, to all users | +
AWS::ECR::ReplicationConfiguration | ReplicationConfiguration | expose | more | images, to another registry | +
AWS::Redshift::EndpointAuthorization | Account | expose | more | the cluster, to another account | +
AWS::LakeFormation::Permissions | Permissions | expose | more | data, to a principal | +
AWS::LakeFormation::PrincipalPermissions | Permissions | expose | more | data, to a principal | +
AWS::Logs::SubscriptionFilter | DestinationArn | expose | changed | log events, to another destination
AWS::CloudFront::Distribution | DistributionConfig.DefaultCacheBehavior.TrustedKeyGroups | expose | fewer | content, without a signed address
AWS::CloudFront::Distribution | DistributionConfig.DefaultCacheBehavior.ViewerProtocolPolicy | expose | becomes allow-all | requests, without encryption
`;

/** What is open when the property is not there: type, property, the value that is closed. From memory. */
export const OPEN_BY_DEFAULT: readonly { type: string; path: string; closed: string; gains: string }[] = [
  { type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', path: 'Scheme', closed: 'internal', gains: 'internet-facing' },
  { type: 'AWS::ElasticLoadBalancing::LoadBalancer', path: 'Scheme', closed: 'internal', gains: 'internet-facing' },
  { type: 'AWS::DMS::ReplicationInstance', path: 'PubliclyAccessible', closed: 'false', gains: 'public' },
  {
    type: 'AWS::EKS::Cluster',
    path: 'ResourcesVpcConfig.EndpointPublicAccess',
    closed: 'false',
    gains: 'a public API',
  },
];
