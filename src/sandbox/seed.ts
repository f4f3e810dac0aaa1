/** The default world: a production stack of a cost service, its importer, a development stack, instances of no stack. */
import { advanceStacks } from './cloudformation/engine.ts';
import { cloudformation } from './cloudformation/index.ts';
import { knowledge } from './cloudformation/target.ts';
import { makeInstance } from './ec2/model.ts';
import type { World } from './world.ts';

const costExplorer = (
  environment: string,
  memory: number,
) => `# The cost service: reads usage reports, keeps daily costs, answers the console.
AWSTemplateFormatVersion: '2010-09-09'
Description: Cost explorer (${environment})
Resources:
  CostTable:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: day, AttributeType: S }]
      KeySchema: [{ AttributeName: day, KeyType: HASH }]
  ReportQueue:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 60
  QueryRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }]
  QueryFunction:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      MemorySize: ${memory}
      Timeout: 10
      Role: !GetAtt QueryRole.Arn
      Code: { ZipFile: 'exports.handler = async () => 200' }
      Environment:
        Variables:
          TABLE: !Ref CostTable
          QUEUE: !Ref ReportQueue
  ServiceGroup:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: Cost explorer service
  Worker:
    Type: AWS::EC2::Instance
    Properties:
      ImageId: ami-0123456789abcdef0
      InstanceType: t3.medium
      SecurityGroupIds: [!Ref ServiceGroup]
Outputs:
  TableName:
    Value: !Ref CostTable
    Export: { Name: cost-explorer-${environment}-table }
`;
const costReports = `Description: Monthly reports, from the cost service's table
Resources:
  ReportTopic:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: !ImportValue cost-explorer-prod-table
`;

/** In the world's own account. */
export function seedDefault(world: World, region = 'eu-west-1'): void {
  const create = (StackName: string, TemplateBody: string, environment: string) =>
    cloudformation.operations.CreateStack!(
      world,
      {
        StackName,
        TemplateBody,
        Capabilities: ['CAPABILITY_IAM'],
        Tags: [{ Key: 'environment', Value: environment }],
      },
      {
        account: world.account,
        arn: `arn:aws:iam::${world.account}:user/seed`,
        region,
        accessKeyId: 'seed',
      },
    );
  create('cost-explorer-prod', costExplorer('prod', 512), 'production');
  create('cost-reports-prod', costReports, 'production');
  create('cost-explorer-dev', costExplorer('dev', 256), 'development');
  advanceStacks(world, knowledge);
  makeInstance(world, {
    region,
    type: 't3.micro',
    tags: [{ Key: 'Name', Value: 'bastion' }],
    protection: true,
  });
  makeInstance(world, { region, type: 't3.large', tags: [{ Key: 'Name', Value: 'batch' }] });
  makeInstance(world, {
    region,
    type: 't3.medium',
    tags: [{ Key: 'Name', Value: 'archive' }],
    extraVolumeGib: 100,
    state: 'stopped',
  });
}
