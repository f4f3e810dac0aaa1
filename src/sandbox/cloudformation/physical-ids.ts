/** What a created resource looks like: physical id (which is also its Ref) and attributes, by type. */
import type { Value } from '../../providers/aws/template/parse.ts';
import type { Instance, SecurityGroup } from '../ec2/model.ts';
import type { World } from '../world.ts';
import { changesOf } from './attributes.ts';
import { NESTED, type Place, type Stack, type StackResource } from './model.ts';

/** Types whose physical id is generated and has a prefix. */
const PREFIXES: Record<string, string> = {
  'AWS::EC2::Instance': 'i-',
  'AWS::EC2::Volume': 'vol-',
  'AWS::EC2::SecurityGroup': 'sg-',
  'AWS::EC2::VPC': 'vpc-',
  'AWS::EC2::Subnet': 'subnet-',
  'AWS::EC2::InternetGateway': 'igw-',
  'AWS::EC2::RouteTable': 'rtb-',
  'AWS::EC2::NatGateway': 'nat-',
  'AWS::EC2::LaunchTemplate': 'lt-',
  'AWS::EC2::NetworkInterface': 'eni-',
  'AWS::EC2::VPCEndpoint': 'vpce-',
  'AWS::EC2::NetworkAcl': 'acl-',
  'AWS::EC2::EIPAssociation': 'eipassoc-',
  'AWS::EC2::SubnetRouteTableAssociation': 'rtbassoc-',
  'AWS::EFS::FileSystem': 'fs-',
  'AWS::EFS::MountTarget': 'fsmt-',
};
/** Types whose Ref is an ARN; `{name}` is the physical name. */
const ARNS: Record<string, string> = {
  'AWS::SNS::Topic': 'arn:aws:sns:{region}:{account}:{name}',
  'AWS::StepFunctions::StateMachine': 'arn:aws:states:{region}:{account}:stateMachine:{name}',
  'AWS::SecretsManager::Secret': 'arn:aws:secretsmanager:{region}:{account}:secret:{name}',
  'AWS::ElasticLoadBalancingV2::LoadBalancer':
    'arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/app/{name}/50dc6c495c0c9188',
  'AWS::ElasticLoadBalancingV2::TargetGroup':
    'arn:aws:elasticloadbalancing:{region}:{account}:targetgroup/{name}/6d0ecf831eec9f09',
  'AWS::ECS::TaskDefinition': 'arn:aws:ecs:{region}:{account}:task-definition/{name}:1',
  'AWS::IAM::ManagedPolicy': 'arn:aws:iam::{account}:policy/{name}',
};
const ARN_SERVICES: Record<string, string> = {
  'AWS::IAM::Role': 'iam::{account}:role/',
  'AWS::IAM::User': 'iam::{account}:user/',
  'AWS::IAM::InstanceProfile': 'iam::{account}:instance-profile/',
  'AWS::Lambda::Function': 'lambda:{region}:{account}:function:',
  'AWS::DynamoDB::Table': 'dynamodb:{region}:{account}:table/',
  'AWS::SQS::Queue': 'sqs:{region}:{account}:',
  'AWS::S3::Bucket': 's3:::',
  'AWS::KMS::Key': 'kms:{region}:{account}:key/',
};
/** Physical names that AWS wants in small letters. */
const LOWERCASE = new Set(['AWS::S3::Bucket', 'AWS::RDS::DBInstance', 'AWS::RDS::DBCluster', 'AWS::ECR::Repository']);

const fill = (pattern: string, place: Place, name: string) =>
  pattern.replaceAll('{region}', place.region).replaceAll('{account}', place.account).replaceAll('{name}', name);
const hex = (world: World, digits: number) => world.newId('').slice(0, digits);

export function generatedName(world: World, stack: Stack, { logicalId, type }: { logicalId: string; type: string }) {
  const name = `${stack.name}-${logicalId}-${hex(world, 12).toUpperCase()}`;
  return LOWERCASE.has(type) ? name.toLowerCase() : name;
}

/** @param name the physical name: given by the template, or generated. */
export function physicalIdOf(world: World, stack: Stack, type: string, name: string): string {
  const prefix = PREFIXES[type];
  if (prefix) return world.newId(prefix);
  if (type === 'AWS::SQS::Queue') return `https://sqs.${stack.region}.amazonaws.com/${stack.account}/${name}`;
  if (type === 'AWS::KMS::Key') return `${hex(world, 8)}-${hex(world, 4)}-4000-8000-${hex(world, 12)}`;
  if (type === 'AWS::EC2::EIP') return `203.0.113.${(Number.parseInt(hex(world, 4), 16) % 254) + 1}`;
  const arn = ARNS[type];
  return arn ? fill(arn, stack, name) : name;
}

/** Fn::GetAtt. Plausible, never empty. */
export function attributeOf(world: World, resource: StackResource, attribute: string, place: Place): Value {
  if (resource.type === NESTED) {
    const output = attribute.startsWith('Outputs.') ? attribute.slice('Outputs.'.length) : undefined;
    const child = world.get<Stack>('stack', resource.physicalId);
    if (output !== undefined && child?.outputs[output]) return child.outputs[output].value;
  }
  const group = world.get<SecurityGroup>('security_group', resource.physicalId);
  if (group && attribute === 'GroupId') return group.id;
  const instance = world.get<Instance>('instance', resource.physicalId);
  if (instance && attribute === 'InstanceId') return instance.id;
  if (/^(?:Private|Public)Ip$/.test(attribute)) return attribute === 'PrivateIp' ? '10.0.0.10' : '203.0.113.10';
  const own = resource.properties[attribute];
  if (typeof own === 'string') return own;
  if ((attribute === 'Arn' || attribute.endsWith('Arn')) && changesOf(resource, attribute) === 0) {
    if (resource.physicalId.startsWith('arn:')) return resource.physicalId;
    const service = ARN_SERVICES[resource.type] ?? `${serviceOf(resource.type)}:{region}:{account}:`;
    return `arn:aws:${fill(service, place, '')}${resource.physicalId.split('/').at(-1)}`;
  }
  const changes = changesOf(resource, attribute);
  if (/Version(?:Number)?$/.test(attribute)) return String(changes + 1);
  return `${resource.physicalId}.${attribute}${changes > 0 ? `.${changes}` : ''}`;
}
const serviceOf = (type: string) => (type.split('::')[1] ?? 'x').toLowerCase();
