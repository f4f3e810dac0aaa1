/** Types that are an identity: an address, name, key or account that others hold, and a new one does not take over. */
import type { Judgement } from './judgement.ts';

export const IDENTITY: readonly Judgement[] = [
  {
    holds: 'identity',
    recovery: 'retain_only',
    source:
      'AWS assigns the id, address, domain name, endpoint or key, and assigns a new one after delete and create: service documentation, from memory',
    types: `
      ACMPCA CertificateAuthority
      Amplify App Domain
      ApiGateway ApiKey ClientCertificate DomainName DomainNameV2 RestApi
      ApiGatewayV2 Api DomainName PortalProduct
      AppRunner Service
      AppSync Api ApiKey DomainName GraphQLApi
      AutoScaling AutoScalingGroup
      Bedrock Agent AgentAlias ApplicationInferenceProfile
      BedrockAgentCore Gateway Runtime WorkloadIdentity
      CertificateManager AcmeEndpoint Certificate
      Chime SipMediaApplication VoiceConnector
      CloudFront AnycastIpList CloudFrontOriginAccessIdentity ConnectionGroup Distribution DistributionTenant PublicKey StreamingDistribution
      CodeConnections Connection Host
      CodeStarConnections Connection
      Cognito UserPoolClient UserPoolDomain
      Connect EmailAddress PhoneNumber
      DAX Cluster
      DirectConnect Connection DirectConnectGateway Lag PrivateVirtualInterface PublicVirtualInterface TransitVirtualInterface
      EC2 CapacityReservation CarrierGateway ClientVpnEndpoint CustomerGateway EIP Host IPAM IPAMPool IPAMScope IPv4Pool KeyPair NatGateway
      EC2 PrefixList Subnet TransitGateway TransitGatewayConnect TransitGatewayConnectPeer VPC VPCEndpointService VPNConnection VPNGateway VerifiedAccessEndpoint
      EC2 VerifiedAccessInstance
      ECS Cluster
      ElasticLoadBalancing LoadBalancer
      ElasticLoadBalancingV2 LoadBalancer
      Events Endpoint EventBus
      EventsV2 EventBus
      GlobalAccelerator Accelerator
      Greengrass Group
      IAM AccessKey OIDCProvider SAMLProvider ServerCertificate User VirtualMFADevice
      IVS Channel PlaybackKeyPair PublicKey Stage StreamKey
      Interconnect Connection
      IoT CACertificate Certificate DomainConfiguration Thing
      IoTWireless WirelessDevice WirelessGateway
      Lambda Url
      Lightsail Certificate Distribution Domain KeyPair LoadBalancer LoadBalancerTlsCertificate StaticIp
      Location APIKey
      MSK VpcConnection
      MediaConnect Flow Gateway
      MediaLive Channel Input
      MediaPackage Channel OriginEndpoint
      MediaPackageV2 Channel ChannelGroup OriginEndpoint
      MediaTailor PlaybackConfiguration
      NetworkFirewall Firewall
      NetworkManager CoreNetwork GlobalNetwork
      Organizations Organization OrganizationalUnit
      Outposts Outpost Site
      PCAConnectorAD Connector
      PCAConnectorSCEP Challenge Connector
      RDS DBProxy DBProxyEndpoint
      Redshift EndpointAccess
      RedshiftServerless Workgroup
      RolesAnywhere TrustAnchor
      Route53 DelegationSet HostedZone KeySigningKey
      Route53GlobalResolver AccessToken GlobalResolver
      Route53RecoveryControl Cluster
      Route53Resolver OutpostResolver ResolverEndpoint
      S3 AccessPoint MultiRegionAccessPoint
      S3Express AccessPoint
      S3Files AccessPoint
      S3ObjectLambda AccessPoint
      S3Outposts AccessPoint Endpoint
      SES DedicatedIpPool EmailIdentity MailManagerIngressPoint MultiRegionEndpoint Tenant
      SMSVOICE PhoneNumber Pool Registration SenderId
      SNS Topic
      SSO Application Instance
      ServiceDiscovery HttpNamespace PrivateDnsNamespace PublicDnsNamespace
      Serverless Api HttpApi
      Signer SigningProfile
      Transfer Certificate HostKey Server User WebApp
      VpcLattice Service ServiceNetwork
      WorkSpaces ConnectionAlias
      WorkSpacesWeb Portal`,
  },
  {
    holds: 'identity',
    recovery: 'retain_only',
    source:
      'Its static IP addresses stay for the lifetime of the connector, and remote servers list them (AWS Transfer Family User Guide, "Managing SFTP connectors"); callers of StartFileTransfer and UpdateConnector name it by its ConnectorId (API reference)',
    types: `
      Transfer Connector`,
  },
];
