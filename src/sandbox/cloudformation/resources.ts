/** What a created resource looks like: physical id, Ref and attributes, by type. */
import type { Knowledge } from '../../knowledge/index.ts';
import type { Value } from '../../template/parse.ts';
import { enterState, type Instance, makeInstance, type SecurityGroup, type Tag } from '../ec2/model.ts';
import { SandboxFault } from '../service.ts';
import type { World } from '../world.ts';
import type { Stack, StackResource } from './model.ts';

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
};
const ARN_SERVICES: Record<string, string> = {
  'AWS::IAM::Role': 'iam::{account}:role/',
  'AWS::Lambda::Function': 'lambda:{region}:{account}:function:',
  'AWS::DynamoDB::Table': 'dynamodb:{region}:{account}:table/',
  'AWS::SQS::Queue': 'sqs:{region}:{account}:',
};

const fill = (pattern: string, stack: Stack, account: string, name: string) =>
  pattern.replaceAll('{region}', stack.region).replaceAll('{account}', account).replaceAll('{name}', name);
const suffix = (world: World) => world.newId('').slice(0, 13).toUpperCase();

/** @throws SandboxFault as a resource handler fails: the stack rolls back with its message. */
export function createResource(
  world: World,
  knowledge: Knowledge,
  stack: Stack,
  spec: Omit<StackResource, 'physicalId' | 'status' | 'at'>,
): string {
  const failure = (spec.metadata.CountersignSandbox as { fail?: string } | undefined)?.fail;
  if (failure) throw new SandboxFault('HandlerFailure', failure);
  if (spec.type === 'AWS::EC2::Instance') return createInstance(world, stack, spec);
  const nameProperty = knowledge.nameProperty(spec.type);
  const given = nameProperty ? spec.properties[nameProperty] : undefined;
  if (typeof given === 'string' && nameTaken(world, spec.type, given, stack.region)) {
    throw new SandboxFault('AlreadyExists', `${given} already exists`);
  }
  const name = typeof given === 'string' ? given : `${stack.name}-${spec.logicalId}-${suffix(world)}`;
  if (spec.type === 'AWS::EC2::SecurityGroup') {
    const group: SecurityGroup = {
      id: world.newId('sg-'),
      region: stack.region,
      name,
      description: String(spec.properties.GroupDescription ?? ''),
      tags: ownerTags(stack, spec.logicalId),
      ingress: [],
    };
    world.put('security_group', group.id, group);
    return group.id;
  }
  const prefix = PREFIXES[spec.type];
  if (prefix) return world.newId(prefix);
  if (spec.type === 'AWS::SQS::Queue') return `https://sqs.${stack.region}.amazonaws.com/${world.account}/${name}`;
  const arn = ARNS[spec.type];
  return arn ? fill(arn, stack, world.account, name) : name;
}

function nameTaken(world: World, type: string, name: string, region: string): boolean {
  return world
    .list<Stack>('stack')
    .filter((stack) => stack.region === region)
    .some((stack) =>
      Object.values(stack.resources).some(
        (resource) =>
          resource.type === type && resource.physicalId.endsWith(name) && resource.status !== 'DELETE_COMPLETE',
      ),
    );
}

const ownerTags = (stack: Stack, logicalId: string): Tag[] => [
  { Key: 'aws:cloudformation:stack-name', Value: stack.name },
  { Key: 'aws:cloudformation:stack-id', Value: stack.id },
  { Key: 'aws:cloudformation:logical-id', Value: logicalId },
];

function createInstance(world: World, stack: Stack, spec: Omit<StackResource, 'physicalId' | 'status' | 'at'>): string {
  const tags = (Array.isArray(spec.properties.Tags) ? spec.properties.Tags : []) as unknown as Tag[];
  return makeInstance(world, {
    region: stack.region,
    type: String(spec.properties.InstanceType ?? 'm1.small'),
    tags: [...tags, ...ownerTags(stack, spec.logicalId)],
    groupIds: ((spec.properties.SecurityGroupIds ?? []) as Value[]).map(String),
    protection: spec.properties.DisableApiTermination === true,
  }).id;
}

export function updateResource(world: World, resource: StackResource): void {
  const failure = (resource.metadata.CountersignSandbox as { fail?: string } | undefined)?.fail;
  if (failure) throw new SandboxFault('HandlerFailure', failure);
  const instance =
    resource.type === 'AWS::EC2::Instance' ? world.get<Instance>('instance', resource.physicalId) : undefined;
  if (instance)
    world.put('instance', instance.id, {
      ...instance,
      type: String(resource.properties.InstanceType ?? instance.type),
    });
}

export function removeResource(world: World, resource: StackResource): void {
  const instance = world.get<Instance>('instance', resource.physicalId);
  if (instance) enterState(world, instance, 'shutting-down', 0);
  world.remove('security_group', resource.physicalId);
}

/** Fn::GetAtt. Plausible, never empty. */
export function attributeOf(resource: StackResource, attribute: string, stack: Stack, account: string): Value {
  const own = resource.properties[attribute];
  if (typeof own === 'string') return own;
  if (attribute === 'Arn' || attribute.endsWith('Arn')) {
    if (resource.physicalId.startsWith('arn:')) return resource.physicalId;
    const service =
      ARN_SERVICES[resource.type] ?? `${(resource.type.split('::')[1] ?? 'x').toLowerCase()}:{region}:{account}:`;
    return `arn:aws:${fill(service, stack, account, '')}${resource.physicalId.split('/').at(-1)}`;
  }
  return `${resource.physicalId}.${attribute}`;
}
