/**
 * Properties that open something to the world or to more people: type | property path | mark | rule | sentence |
 * + (judged on creation too) or create (only then). Rules are in rows.ts; where data is sent stands in destinations-table.ts. In a sentence: {it} the resource, {is} what
 * comes, {account} and {host} what it names, {Property} the value of another property.
 *
 * Source: property names, the CloudFormation resource specification (a test holds each first name against the index in
 * data/). What a value opens: the rows of who gains by `foreign`, `host` and of services from AppRunner on, the words of
 * the properties in the CloudFormation template reference (as in `@aws-cdk/aws-service-spec`); others from memory of the
 * services' documentation, except where exposure-disguised.test.ts or disguises.test.ts names a page.
 */
export const EXPOSURE = `
AWS::S3::Bucket | PublicAccessBlockConfiguration | expose | removed | The public can newly reach {it} wherever its policy or access lists allow it
AWS::S3::Bucket | PublicAccessBlockConfiguration.BlockPublicAcls | expose | off on | The public can newly reach {it} by public access lists | +
AWS::S3::Bucket | PublicAccessBlockConfiguration.BlockPublicAcls | expose | removed | The public can newly reach {it} by public access lists
AWS::S3::Bucket | PublicAccessBlockConfiguration.IgnorePublicAcls | expose | off on | The public can newly reach {it} by public access lists | +
AWS::S3::Bucket | PublicAccessBlockConfiguration.IgnorePublicAcls | expose | removed | The public can newly reach {it} by public access lists
AWS::S3::Bucket | PublicAccessBlockConfiguration.BlockPublicPolicy | expose | off on | The public can newly reach {it} by public policies | +
AWS::S3::Bucket | PublicAccessBlockConfiguration.BlockPublicPolicy | expose | removed | The public can newly reach {it} by public policies
AWS::S3::Bucket | PublicAccessBlockConfiguration.RestrictPublicBuckets | expose | off on | The public can newly reach {it} by public policies | +
AWS::S3::Bucket | PublicAccessBlockConfiguration.RestrictPublicBuckets | expose | removed | The public can newly reach {it} by public policies
AWS::S3::Bucket | AccessControl | expose | becomes PublicRead,PublicReadWrite,AuthenticatedRead | The public can newly read {it} by its access list | +
AWS::S3::Bucket | WebsiteConfiguration | expose | more | The public can newly request {it} as a website, where its policy allows it | +
AWS::S3::AccessPoint | PublicAccessBlockConfiguration.BlockPublicPolicy | expose | off on | The public can newly reach {Bucket} through the access point {it} by public policies | +
AWS::S3::AccessPoint | PublicAccessBlockConfiguration.RestrictPublicBuckets | expose | off on | The public can newly reach {Bucket} through the access point {it} by public policies | +
AWS::S3::AccessPoint | VpcConfiguration | expose | removed | Callers on the internet can newly use the access point {it} to {Bucket}
AWS::RDS::DBInstance | PubliclyAccessible | expose | becomes true | The internet can newly reach the database {it} at a public address | +
AWS::RDS::DBCluster | PubliclyAccessible | expose | becomes true | The internet can newly reach the database {it} at a public address | +
AWS::Neptune::DBInstance | PubliclyAccessible | expose | becomes true | The internet can newly reach the database {it} at a public address | +
AWS::Redshift::Cluster | PubliclyAccessible | expose | becomes true | The internet can newly reach the cluster {it} at a public address | +
AWS::RedshiftServerless::Workgroup | PubliclyAccessible | expose | becomes true | The internet can newly reach the workgroup {it} at a public address | +
AWS::DMS::ReplicationInstance | PubliclyAccessible | expose | becomes true | The internet can newly reach the instance {it} at a public address | +
AWS::AmazonMQ::Broker | PubliclyAccessible | expose | becomes true | The internet can newly reach the broker {it} at a public address | +
AWS::MSK::Cluster | BrokerNodeGroupInfo.ConnectivityInfo.PublicAccess.Type | expose | becomes SERVICE_PROVIDED_EIPS | The internet can newly reach the brokers of {it} at public addresses | +
AWS::MSK::Cluster | ClientAuthentication.Unauthenticated.Enabled | expose | becomes true | Clients without a login can newly read and write the topics of {it} | +
AWS::EKS::Cluster | ResourcesVpcConfig.EndpointPublicAccess | expose | becomes true | The internet can newly reach the API of the cluster {it} | +
AWS::EKS::Cluster | ResourcesVpcConfig.PublicAccessCidrs | expose | more | Addresses of {is} can newly reach the API of the cluster {it}
AWS::EKS::Cluster | ResourcesVpcConfig.PublicAccessCidrs | expose | removed | The internet can newly reach the API of the cluster {it}
AWS::EKS::AccessEntry | AccessPolicies | expose | more | Principal {PrincipalArn} can newly act in the cluster {ClusterName} by {is} | +
AWS::EKS::AccessEntry | KubernetesGroups | expose | more | Principal {PrincipalArn} can newly act in the cluster {ClusterName} by {is} | +
AWS::OpenSearchService::Domain | VPCOptions | expose | removed | Callers on the internet can newly reach the domain {it}
AWS::Elasticsearch::Domain | VPCOptions | expose | removed | Callers on the internet can newly reach the domain {it}
AWS::OpenSearchService::Domain | AdvancedSecurityOptions.Enabled | expose | off off | Callers without a login can newly reach the data of the domain {it}
AWS::OpenSearchServerless::AccessPolicy | Policy | expose | changed | Principals of the policy {it} can newly do what it allows on its collections
AWS::Lambda::Url | AuthType | expose | becomes NONE | The public can newly invoke the function {TargetFunctionArn} by its URL | +
AWS::EC2::Instance | NetworkInterfaces.*.AssociatePublicIpAddress | expose | becomes true | The internet can newly reach the instance {it} at a public address | +
AWS::EC2::LaunchTemplate | LaunchTemplateData.NetworkInterfaces.*.AssociatePublicIpAddress | expose | becomes true | The internet can newly reach new instances of {it} at public addresses | +
AWS::AutoScaling::LaunchConfiguration | AssociatePublicIpAddress | expose | becomes true | The internet can newly reach new instances of {it} at public addresses | +
AWS::ECS::Service | NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp | expose | becomes ENABLED | The internet can newly reach the tasks of {it} at public addresses | +
AWS::EC2::Subnet | MapPublicIpOnLaunch | expose | becomes true | The internet can newly reach instances that start in the subnet {it}, at public addresses
AWS::ElasticLoadBalancingV2::LoadBalancer | Scheme | expose | becomes internet-facing | The internet can newly reach the targets of the load balancer {it} | +
AWS::ElasticLoadBalancingV2::LoadBalancer | Scheme | expose | removed | The internet can newly reach the targets of the load balancer {it}
AWS::ElasticLoadBalancing::LoadBalancer | Scheme | expose | becomes internet-facing | The internet can newly reach the targets of the load balancer {it} | +
AWS::ElasticLoadBalancing::LoadBalancer | Scheme | expose | removed | The internet can newly reach the targets of the load balancer {it}
AWS::ApiGateway::Method | AuthorizationType | expose | becomes NONE | The public can newly call the method {HttpMethod} of {ResourceId} in the API {RestApiId} without a login
AWS::ApiGateway::Method | ApiKeyRequired | expose | off off | Clients without a key can newly call the method {HttpMethod} of {ResourceId} in the API {RestApiId}
AWS::ApiGatewayV2::Route | AuthorizationType | expose | becomes NONE | The public can newly call the route {RouteKey} of the API {ApiId} without a login
AWS::ApiGatewayV2::Route | AuthorizationType | expose | removed | The public can newly call the route {RouteKey} of the API {ApiId} without a login
AWS::ApiGatewayV2::Route | ApiKeyRequired | expose | off off | Clients without a key can newly call the route {RouteKey} of the API {ApiId}
AWS::ApiGateway::RestApi | EndpointConfiguration | expose | changed | Callers on the internet can newly reach the API {it}, if it leaves the private network
AWS::AppSync::GraphQLApi | AuthenticationType | expose | becomes API_KEY | Every holder of its API key can newly call the API {it} | +
AWS::AppSync::GraphQLApi | AdditionalAuthenticationProviders | expose | more | Callers with another kind of login can newly call the API {it}
AWS::Cognito::UserPool | AdminCreateUserConfig.AllowAdminCreateUserOnly | expose | off off | The public can newly sign up to the user pool {it}
AWS::Cognito::UserPool | MfaConfiguration | expose | off off | Every holder of a password alone can newly sign in to the user pool {it}
AWS::Cognito::UserPoolClient | CallbackURLs | expose | more | Holders of {is} can newly receive tokens of the users of {it}
AWS::Cognito::IdentityPool | AllowUnauthenticatedIdentities | expose | becomes true | The public can newly get the credentials of the unauthenticated role of {it} | +
AWS::Cognito::IdentityPoolRoleAttachment | Roles | expose | more | Identities of the pool {IdentityPoolId} can newly use the role {is} | +
AWS::IAM::Role | PermissionsBoundary | expose | fewer | Role {it} can newly do what its boundary did not let it do
AWS::IAM::User | PermissionsBoundary | expose | fewer | User {it} can newly do what its boundary did not let it do
AWS::IAM::User | LoginProfile | expose | more | Every holder of its password can newly sign in to the console as the user {it} | +
AWS::IAM::AccessKey | UserName | expose | more | Every holder of the key {it} can newly act as the user {UserName} | +
AWS::IAM::UserToGroupAddition | Users | expose | more | User {is} can newly do all that the group {GroupName} may do | +
AWS::IAM::User | Groups | expose | more | User {it} can newly do all that the group {is} may do | +
AWS::IAM::InstanceProfile | Roles | expose | more | Instances with the profile {it} can newly do all that the role {is} may do
AWS::IAM::OIDCProvider | ClientIdList | expose | more | Clients {is} can newly assume the roles that trust {it}
AWS::IAM::OIDCProvider | Url | expose | more | Identities of {is} can newly assume the roles that trust {it} | +
AWS::IAM::SAMLProvider | SamlMetadataDocument | expose | changed | Identities of another SAML issuer can newly assume the roles that trust {it} | +
AWS::SSO::Assignment | PrincipalId | expose | more | {PrincipalType} {is} can newly sign in to the account {TargetId} with {PermissionSetArn} | +
AWS::SSO::PermissionSet | ManagedPolicies | expose | more | Holders of the permission set {it} can newly do all that {is} allows | +
AWS::RolesAnywhere::TrustAnchor | Source | expose | more | Holders of certificates of another authority can newly assume the roles that trust {it} | +
AWS::EC2::SnapshotBlockPublicAccess | State | expose | becomes unblocked | The public can newly use snapshots of the region, if they are shared | +
AWS::EC2::VPCBlockPublicAccessOptions | InternetGatewayBlockMode | expose | becomes off | The internet can newly reach networks of the region, where routes and rules allow it | +
AWS::EC2::VPCEndpointService | AcceptanceRequired | expose | off on | Endpoints of permitted principals can newly connect to the service {it} without acceptance | +
AWS::EC2::VPCEndpointServicePermissions | AllowedPrincipals | expose | more | Principal {is} can newly connect endpoints to the service {ServiceId} | +
AWS::EC2::NetworkInterfacePermission | AwsAccountId | expose | more | Account {is} can newly attach the interface {NetworkInterfaceId} to its instances | +
AWS::EC2::EIPAssociation | InstanceId | expose | more | The internet can newly reach the instance {is} at a public address | +
AWS::EC2::ClientVpnAuthorizationRule | TargetNetworkCidr | expose | more | VPN users can newly reach the network {is} through {ClientVpnEndpointId} | +
AWS::ImageBuilder::DistributionConfiguration | Distributions.*.AmiDistributionConfiguration.LaunchPermissionConfiguration | expose | more | Accounts of {is} can newly start instances of the images | +
AWS::ImageBuilder::DistributionConfiguration | Distributions.*.AmiDistributionConfiguration.TargetAccountIds | expose | more | Account {is} can newly start instances of the images | +
AWS::RAM::ResourceShare | Principals | expose | more | Principal {is} can newly use the shared resources {ResourceArns} | +
AWS::RAM::ResourceShare | ResourceArns | expose | more | Principals {Principals} can newly use {is} | +
AWS::RAM::ResourceShare | AllowExternalPrincipals | expose | becomes true | Accounts outside the organization can newly be given {ResourceArns}
AWS::Lambda::LayerVersionPermission | Principal | expose | more | Account {is} can newly use the layer {LayerVersionArn} | +
AWS::ECR::PublicRepository | RepositoryName | expose | more | The public can newly pull the images of {it} | +
AWS::ECR::ReplicationConfiguration | ReplicationConfiguration | expose | more | Registries of {is} can newly hold the images of this registry | +
AWS::Redshift::EndpointAuthorization | Account | expose | more | Account {is} can newly create endpoints to the cluster {ClusterIdentifier} | +
AWS::LakeFormation::Permissions | Permissions | expose | more | Principal {DataLakePrincipal.DataLakePrincipalIdentifier}{Principal.DataLakePrincipalIdentifier} can newly {is} on data of the lake | +
AWS::LakeFormation::PrincipalPermissions | Permissions | expose | more | Principal {DataLakePrincipal.DataLakePrincipalIdentifier}{Principal.DataLakePrincipalIdentifier} can newly {is} on data of the lake | +
AWS::CloudFront::Distribution | DistributionConfig.DefaultCacheBehavior.TrustedKeyGroups | expose | fewer | The public can newly read content of {it} without a signed address
AWS::RDS::DBParameterGroup | Parameters.rds~force_ssl | expose | off on | Clients can newly connect without encryption to databases with the parameters {it} | +
AWS::RDS::DBParameterGroup | Parameters.rds~force_ssl | expose | removed | Clients can newly connect without encryption to databases with the parameters {it}
AWS::RDS::DBParameterGroup | Parameters.require_secure_transport | expose | off on | Clients can newly connect without encryption to databases with the parameters {it} | +
AWS::RDS::DBParameterGroup | Parameters.require_secure_transport | expose | removed | Clients can newly connect without encryption to databases with the parameters {it}
AWS::RDS::DBClusterParameterGroup | Parameters.rds~force_ssl | expose | off on | Clients can newly connect without encryption to databases with the parameters {it} | +
AWS::RDS::DBClusterParameterGroup | Parameters.rds~force_ssl | expose | removed | Clients can newly connect without encryption to databases with the parameters {it}
AWS::RDS::DBClusterParameterGroup | Parameters.require_secure_transport | expose | off on | Clients can newly connect without encryption to databases with the parameters {it} | +
AWS::RDS::DBClusterParameterGroup | Parameters.require_secure_transport | expose | removed | Clients can newly connect without encryption to databases with the parameters {it}
AWS::DocDB::DBClusterParameterGroup | Parameters.tls | expose | becomes disabled | Clients can newly connect without encryption to databases with the parameters {it} | +
AWS::Neptune::DBClusterParameterGroup | Parameters.neptune_enforce_ssl | expose | off on | Clients can newly connect without encryption to databases with the parameters {it} | +
AWS::Redshift::ClusterParameterGroup | Parameters.#require_ssl.ParameterValue | expose | becomes false | Clients can newly connect without encryption to databases with the parameters {it} | +
AWS::Redshift::ClusterParameterGroup | Parameters.#require_ssl.ParameterValue | expose | removed | Clients can newly connect without encryption to databases with the parameters {it}
AWS::ElastiCache::ReplicationGroup | AuthToken | expose | removed | Clients without a password can newly read and write {it}
AWS::ElastiCache::ReplicationGroup | UserGroupIds | expose | removed | Clients without a user can newly read and write {it}
AWS::MemoryDB::Cluster | ACLName | expose | becomes open-access | Clients without a password can newly read and write {it} | +
AWS::ElastiCache::ReplicationGroup | TransitEncryptionMode | expose | becomes preferred | Clients can newly connect without encryption to {it}
AWS::MSK::Cluster | EncryptionInfo.EncryptionInTransit.ClientBroker | expose | becomes PLAINTEXT,TLS_PLAINTEXT | Clients can newly connect without encryption to {it} | +
AWS::OpenSearchService::Domain | DomainEndpointOptions.EnforceHTTPS | expose | off off | Clients can newly connect without encryption to {it}
AWS::DMS::Endpoint | SslMode | expose | becomes none | Everyone on the way can newly read what the endpoint {it} sends
AWS::ElasticLoadBalancingV2::Listener | Protocol | expose | becomes HTTP,TCP | Everyone on the way can newly read requests to {it} without encryption
AWS::CloudFront::Distribution | DistributionConfig.DefaultCacheBehavior.ViewerProtocolPolicy | expose | becomes allow-all | Everyone on the way can newly read requests to {it} without encryption
AWS::AppRunner::Service | NetworkConfiguration.IngressConfiguration.IsPubliclyAccessible | expose | becomes true | The internet can newly reach the service {it} | +
AWS::S3::AccessGrant | Grantee.GranteeIdentifier | expose | more | Principal {is} can newly {Permission} objects below {AccessGrantsLocationConfiguration.S3SubPrefix} of {AccessGrantsLocationId} | +
AWS::S3::AccessPoint | BucketAccountId | expose | foreign | Account {account}, whose bucket it is, can newly receive what is written to the access point {it} | +
AWS::S3::Bucket | OwnershipControls.Rules.*.ObjectOwnership | expose | becomes ObjectWriter,BucketOwnerPreferred | Accounts that write to {it} can newly give its objects to others by access lists
AWS::Lambda::Function | Layers | expose | foreign | Account {account} can newly run code of its layer in {it}, under the role {Role} | +
AWS::Lambda::Function | Code.ImageUri | expose | foreign | Account {account} can newly decide the code of {it}, under the role {Role} | +
AWS::ECS::TaskDefinition | ContainerDefinitions.*.Image | expose | foreign | Account {account} can newly decide the code of {it}, under the role {TaskRoleArn} | +
AWS::ECS::TaskDefinition | ContainerDefinitions.*.Privileged | expose | becomes true | Containers of {it} can newly act as root on their host | +
AWS::ECS::Service | EnableExecuteCommand | expose | becomes true | Principals with ecs:ExecuteCommand can newly open a shell in the tasks of {it} | +
AWS::SecretsManager::RotationSchedule | RotationLambdaARN | expose | foreign | Account {account} can newly read and set the secret {SecretId} by its rotation function | +
AWS::Config::AggregationAuthorization | AuthorizedAccountId | expose | foreign | Account {account} can newly read the recorded configurations of this account | +
AWS::SecurityLake::Subscriber | SubscriberIdentity.Principal | expose | foreign | Account {account} can newly read {AccessTypes} of the security lake | +
AWS::ServiceCatalog::PortfolioShare | AccountId | expose | foreign | Account {account} can newly use the portfolio {PortfolioId} | +
AWS::ServiceCatalog::PortfolioPrincipalAssociation | PrincipalARN | expose | more | Principal {is} can newly launch products of the portfolio {PortfolioId} | +
AWS::Lightsail::Bucket | ReadOnlyAccessAccounts | expose | foreign | Account {account} can newly read the bucket {it} | +
AWS::Lightsail::Bucket | AccessRules.GetObject | expose | becomes public | The public can newly read the objects of {it} | +
AWS::QuickSight::Dashboard | LinkSharingConfiguration.Permissions | expose | more | Every user of the QuickSight namespace can newly open the dashboard {it} by its link | +
AWS::QuickSight::Dashboard | Permissions | expose | more | Principals {is} can newly use the dashboard {it} | +
AWS::QuickSight::DataSource | Permissions | expose | more | Principals {is} can newly use the data source {it} | +
AWS::RolesAnywhere::Profile | RoleArns | expose | more | Holders of certificates of a trust anchor can newly assume {is} | +
AWS::EKS::PodIdentityAssociation | RoleArn | expose | more | Pods of the service account {Namespace}/{ServiceAccount} in {ClusterName} can newly act as the role {is} | +
AWS::EKS::IdentityProviderConfig | Oidc | expose | more | Identities of {Oidc.IssuerUrl} can newly sign in to the cluster {ClusterName} | +
AWS::EC2::TrafficMirrorSession | TrafficMirrorTargetId | expose | more | Target {is} can newly receive a copy of all traffic of {NetworkInterfaceId} | +
AWS::EC2::VPCPeeringConnection | PeerOwnerId | expose | foreign | Account {account} can newly route from its network {PeerVpcId} to {VpcId}, where routes and rules allow it | +
AWS::Transfer::User | SshPublicKeys | expose | more | Every holder of a key of the user {UserName} can newly read and write {HomeDirectory} under {Role} | +
AWS::Transfer::Server | EndpointType | expose | becomes PUBLIC | The internet can newly reach the file server {it}
AWS::CodeBuild::Project | Visibility | expose | becomes PUBLIC_READ | The public can newly read the builds and logs of {it} | +
AWS::NeptuneGraph::Graph | PublicConnectivity | expose | becomes true | The internet can newly reach the graph {it} | +
AWS::VpcLattice::Service | AuthType | expose | becomes NONE | Clients of the service network can newly call {it} without authorization
AWS::VpcLattice::ServiceNetwork | AuthType | expose | becomes NONE | Clients of the network {it} can newly call its services without authorization
AWS::Grafana::Workspace | AccountAccessType | expose | becomes ORGANIZATION | Users of the workspace {it} can newly read data of other accounts of the organization | +
AWS::Grafana::Workspace | NetworkAccessControl | expose | removed | The internet can newly reach the workspace {it}
AWS::Cognito::UserPoolIdentityProvider | ProviderName | expose | more | Identities of {is} ({ProviderType}) can newly sign in to the user pool {UserPoolId} | +
AWS::Cognito::UserPool | LambdaConfig | expose | foreign | Account {account} can newly see and decide sign-ins of the user pool {it} | +
AWS::Chatbot::SlackChannelConfiguration | GuardrailPolicies | expose | removed | Members of the channel {SlackChannelId} can newly do all that the channel role may do
AWS::Neptune::DBCluster | IamAuthEnabled | expose | off off | Clients without an IAM identity can newly query the cluster {it}
AWS::StepFunctions::StateMachine | DefinitionString | expose | host | Host {host} can newly receive requests of the state machine {it} | +
AWS::StepFunctions::StateMachine | Definition | expose | host | Host {host} can newly receive requests of the state machine {it} | +
AWS::EC2::Instance | UserData | expose | host | Host {host} can newly be loaded from by the start-up commands of {it}
AWS::EC2::LaunchTemplate | LaunchTemplateData.UserData | expose | host | Host {host} can newly be loaded from by the start-up commands of {it}
AWS::AutoScaling::LaunchConfiguration | UserData | expose | host | Host {host} can newly be loaded from by the start-up commands of {it}
AWS::Route53::RecordSet | ResourceRecords | expose | elsewhere | Holders of {is} can newly answer for {Name}
AWS::Route53::RecordSet | AliasTarget.DNSName | expose | elsewhere | Holders of {is} can newly answer for {Name}
AWS::Route53Resolver::ResolverRule | TargetIps | expose | more | Resolvers at {is} can newly answer for {DomainName} | +
AWS::ApiGateway::Authorizer | AuthorizerUri | expose | foreign | Account {account} can newly decide who may call the API {RestApiId} | +
AWS::ApiGatewayV2::Authorizer | AuthorizerUri | expose | foreign | Account {account} can newly decide who may call the API {ApiId} | +
AWS::ApiGateway::Authorizer | ProviderARNs | expose | more | Users of the pool {is} can newly call methods of the API {RestApiId} that ask for it
`;

/** What is open when the property is not there: type, property, the value that is closed. From memory. */
export const OPEN_BY_DEFAULT: readonly { type: string; path: string; closed: string; gains: string }[] = [
  {
    type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
    path: 'Scheme',
    closed: 'internal',
    gains: 'The internet can newly reach the targets of the load balancer {it}',
  },
  {
    type: 'AWS::ElasticLoadBalancing::LoadBalancer',
    path: 'Scheme',
    closed: 'internal',
    gains: 'The internet can newly reach the targets of the load balancer {it}',
  },
  {
    type: 'AWS::DMS::ReplicationInstance',
    path: 'PubliclyAccessible',
    closed: 'false',
    gains: 'The internet can newly reach the instance {it} at a public address',
  },
  {
    type: 'AWS::AppRunner::Service',
    path: 'NetworkConfiguration.IngressConfiguration.IsPubliclyAccessible',
    closed: 'false',
    gains: 'The internet can newly reach the service {it}',
  },
  {
    type: 'AWS::EKS::Cluster',
    path: 'ResourcesVpcConfig.EndpointPublicAccess',
    closed: 'false',
    gains: 'The internet can newly reach the API of the cluster {it}',
  },
];
