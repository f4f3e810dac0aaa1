/** Plausible parameter values by type, for templates whose values nobody gave. */
import { scalarText } from '../providers/aws/template/evaluate.ts';
import { parseTemplate, type Template, type TemplateParameter } from '../providers/aws/template/parse.ts';
import { createResolver, parameterFaults } from '../providers/aws/template/resolve.ts';

const BY_TYPE: Record<string, string> = {
  'AWS::EC2::KeyPair::KeyName': 'operations',
  'AWS::EC2::Subnet::Id': 'subnet-0a1b2c3d4e5f60718',
  'AWS::EC2::VPC::Id': 'vpc-0a1b2c3d4e5f60718',
  'AWS::EC2::Image::Id': 'ami-0a1b2c3d4e5f60718',
  'AWS::EC2::Instance::Id': 'i-0a1b2c3d4e5f60718',
  'AWS::EC2::Volume::Id': 'vol-0a1b2c3d4e5f60718',
  'AWS::EC2::SecurityGroup::Id': 'sg-0a1b2c3d4e5f60718',
  'AWS::EC2::SecurityGroup::GroupName': 'default',
  'AWS::EC2::AvailabilityZone::Name': 'eu-west-1a',
  'AWS::Route53::HostedZone::Id': 'Z0123456789ABCDEFGHIJ',
};
/** Tried in turn until the declaration's constraints are content. */
const STRINGS = [
  'value',
  'Passw0rd1',
  'Passw0rd1Passw0rd1',
  '10.0.0.0/16',
  '10.0.1.0/24',
  '203.0.113.7/32',
  '203.0.113.7',
  'ami-0a1b2c3d4e5f60718',
  'vpc-0a1b2c3d4e5f60718',
  'subnet-0a1b2c3d4e5f60718',
  'sg-0a1b2c3d4e5f60718',
  'pcx-0a1b2c3d4e5f60718',
  'rtb-0a1b2c3d4e5f60718',
  'arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f',
  'ops@example.com',
  'https://example.com',
  'example.com',
  'www.example.com',
  'arn:aws:iam::123456789012:role/operations',
  'arn:aws:acm:eu-west-1:123456789012:certificate/0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f',
  '123456789012',
  '1',
  '443',
  'true',
  'a',
  'value-one',
  'value_one',
  'VALUE',
  'v1.0.0',
  '1.0',
  's3://bucket/key',
  'bucket/key/',
  '/path/',
  'cron(0 3 * * ? *)',
  'Mon:03:00-Mon:04:00',
  '03:00-04:00',
];

/** A parameter that is called an ARN is one: of the thing that its name says. */
const ARNS: readonly [called: RegExp, arn: string][] = [
  [/bus/i, 'events:eu-west-1:123456789012:event-bus/central'],
  [/role/i, 'iam::123456789012:role/operations'],
  [/topic|sns/i, 'sns:eu-west-1:123456789012:alerts'],
  [/queue|sqs/i, 'sqs:eu-west-1:123456789012:jobs'],
  [/bucket|s3/i, 's3:::acme-data'],
  [/function|lambda/i, 'lambda:eu-west-1:123456789012:function:worker'],
  [/cert/i, 'acm:eu-west-1:123456789012:certificate/0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f'],
  [/key|kms/i, 'kms:eu-west-1:123456789012:key/0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f'],
];
function arnFor(name: string): string[] {
  const found = /arn$/i.test(name) && ARNS.find(([called]) => called.test(name));
  return found ? [`arn:aws:${found[1]}`] : [];
}

function candidates(name: string, declared: TemplateParameter): string[] {
  return [...(declared.AllowedValues?.length ? [] : arnFor(name)), ...byType(declared)];
}

function byType({ Type, AllowedValues, MinValue, MinLength }: TemplateParameter): string[] {
  if (AllowedValues?.length) return AllowedValues.map((value) => scalarText(value));
  const item = /^List<(.+)>$/.exec(Type)?.[1];
  if (item && BY_TYPE[item]) return [[BY_TYPE[item], BY_TYPE[item].replace(/.$/, '9')].join(',')];
  if (/^(?:List<)?Number/.test(Type)) return [scalarText(MinValue ?? 1), '1', '10', '100'];
  if (Type === 'CommaDelimitedList' || item) return ['value,other', '10.0.1.0/24,10.0.2.0/24'];
  if (Type.startsWith('AWS::SSM::')) return ['/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64'];
  const padded = STRINGS.map((text) => text.padEnd(Number(MinLength ?? 0), 'x'));
  return [...(BY_TYPE[Type] ? [BY_TYPE[Type]] : []), ...STRINGS, ...padded];
}

/** Values for parameters without a default, or with one that its own constraints refuse. Kept ones stay. */
export function plausibleParameters(
  template: Template,
  kept: Record<string, string> = {},
): { ParameterKey: string; ParameterValue: string }[] {
  return Object.entries(template.Parameters ?? {}).flatMap(([ParameterKey, declared]) => {
    const isFit = (value: string) =>
      parameterFaults({ Parameters: { [ParameterKey]: declared }, Resources: {} }, { [ParameterKey]: value }).length ===
      0;
    const before = kept[ParameterKey];
    if (before !== undefined && isFit(before)) return [{ ParameterKey, ParameterValue: before }];
    if (declared.Default !== undefined && declared.Default !== null && isFit(scalarText(declared.Default))) return [];
    const all = candidates(ParameterKey, declared);
    return [{ ParameterKey, ParameterValue: all.find(isFit) ?? all[0] ?? 'value' }];
  });
}

/** Values of Systems Manager that a template's parameters name, by name: what that type is, made up. */
export function plausibleNamedValues(template: Template, given: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(template.Parameters ?? {}).flatMap(([parameter, declared]) => {
      const Type = /^AWS::SSM::Parameter::Value<(.+)>$/.exec(declared.Type)?.[1];
      const name = given[parameter] ?? (declared.Default == null ? undefined : scalarText(declared.Default));
      return Type === undefined || name === undefined ? [] : [[name, byType({ Type })[0] ?? 'value']];
    }),
  );
}

/** A template that exports every name that `body` imports with these parameters; undefined where it imports none. */
export const exporterOf = (...of: Parameters<typeof importsOf>): string | undefined => exporting(importsOf(...of));

/** Names of exports that `body` imports with these parameters. */
export function importsOf(
  body: string,
  parameters: { ParameterKey: string; ParameterValue: string }[],
  stack: { account: string; region: string; name: string },
): string[] {
  const { account: AccountId, region: Region, name: StackName } = stack;
  const resolver = createResolver(parseTemplate(body), {
    parameters: Object.fromEntries(
      parameters.map(({ ParameterKey, ParameterValue }) => [ParameterKey, ParameterValue]),
    ),
    pseudo: { AccountId, Region, StackId: 'stack', StackName },
    ssmParameter: () => 'ami-0a1b2c3d4e5f60718',
  });
  return resolver.imports();
}

export function exporting(names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const outputs = names.map((Name, index) => [`Export${index}`, { Value: `exported-${index}`, Export: { Name } }]);
  return JSON.stringify({
    Resources: { Handle: { Type: 'AWS::CloudFormation::WaitConditionHandle' } },
    Outputs: Object.fromEntries(outputs),
  });
}
