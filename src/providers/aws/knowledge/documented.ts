/**
 * Properties that no mark of a schema calls replacing, and the documentation's words do. `conditional`: live-facts.ts has
 * the fact that decides, or else none is known and the worst counts.
 */
interface Rows {
  source: string;
  properties: readonly string[];
}

const SPEC = "The property's text in @aws-cdk/aws-service-spec 0.1.216";

export const DOCUMENTED: readonly Rows[] = [
  {
    source: `${SPEC}; facts from memory are in live-facts.ts`,
    properties: [
      'AWS::DynamoDB::GlobalTable.AttributeDefinitions',
      'AWS::DynamoDB::Table.AttributeDefinitions',
      'AWS::Elasticsearch::Domain.VPCOptions',
      'AWS::OpenSearchService::Domain.EngineVersion',
      'AWS::OpenSearchService::Domain.VPCOptions',
      'AWS::RDS::DBInstance.LicenseModel',
    ],
  },
  {
    source: `${SPEC}: "will result in an API replacement and new DNS values" where it was not set before`,
    properties: ['AWS::AppSync::GraphQLApi.ApiType', 'AWS::AppSync::GraphQLApi.Visibility'],
  },
  {
    source:
      'AWS::KMS::Key, AWS CloudFormation Template Reference: immutable; the update of an existing key is refused. Judged as the replacement that the template requests',
    properties: ['KeySpec', 'KeyUsage', 'MultiRegion', 'Origin'].map((name) => `AWS::KMS::Key.${name}`),
  },
];

const replacing = new Set(DOCUMENTED.flatMap(({ properties }) => properties));

/** @param path below Properties: a property stands for all below it. */
export const documentedReplacement = (type: string, path: string): 'conditional' | 'never' =>
  replacing.has(`${type}.${path.split('.')[0]}`) ? 'conditional' : 'never';
