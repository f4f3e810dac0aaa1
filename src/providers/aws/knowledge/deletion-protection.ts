/**
 * The property by which a resource is protected from deletion: as long as it is on, the service refuses, and what leaves
 * the template stays outside the stack. A resource that was unprotected by hand is deleted all the same.
 *
 * Source: the property's text in @aws-cdk/aws-service-spec 0.1.216; of an instance: EC2 API, DisableApiTermination.
 */
const PROPERTIES: Readonly<Record<string, readonly string[]>> = {
  DeleteProtection: ['AWS::NetworkFirewall::Firewall'],
  DeletionProtection: [
    'AWS::Cognito::UserPool',
    'AWS::DocDB::DBCluster',
    'AWS::EKS::Cluster',
    'AWS::Neptune::DBCluster',
    'AWS::NeptuneGraph::Graph',
    'AWS::QLDB::Ledger',
    'AWS::RDS::DBCluster',
    'AWS::RDS::DBInstance',
    'AWS::RDS::GlobalCluster',
  ],
  DeletionProtectionEnabled: ['AWS::DSQL::Cluster', 'AWS::DynamoDB::Table', 'AWS::Logs::LogGroup'],
  DisableApiTermination: ['AWS::EC2::Instance'],
};

export const protectedBy: ReadonlyMap<string, string> = new Map(
  Object.entries(PROPERTIES).flatMap(([property, types]) => types.map((type) => [type, property] as const)),
);

/** The property that is on, or `undefined`. A value that is not known protects nothing. */
export function deletionProtection(type: string, properties: Readonly<Record<string, unknown>>): string | undefined {
  const property = protectedBy.get(type);
  return property !== undefined && /^(?:true|active)$/i.test(String(properties[property])) ? property : undefined;
}
