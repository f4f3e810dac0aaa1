/** What a stack takes from a parameter of Systems Manager, and who changes it there. */
import { CreateStackCommand, UpdateStackCommand } from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withToldValues } from '../../src/providers/aws/effects/told-values.ts';
import { type AttackedWorld, openAttackedWorld } from './attempts.ts';

const store = (value: string) =>
  JSON.stringify({
    Resources: {
      Cidr: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/shop/cidr', Type: 'String', Value: value } },
    },
  });
const shop = (team: string, type = 'AWS::SSM::Parameter::Value<String>') =>
  JSON.stringify({
    Parameters: { Cidr: { Type: type, Default: '/shop/cidr' } },
    Resources: {
      Log: { Type: 'AWS::Logs::LogGroup', Properties: { Tags: [{ Key: 'team', Value: team }] } },
      Group: {
        Type: 'AWS::EC2::SecurityGroup',
        Properties: {
          GroupDescription: 'g',
          SecurityGroupIngress: [
            {
              IpProtocol: 'tcp',
              FromPort: 22,
              ToPort: 22,
              CidrIp: type.includes('List') ? { 'Fn::Select': [0, { Ref: 'Cidr' }] } : { Ref: 'Cidr' },
            },
          ],
        },
      },
    },
  });

describe('a value that another stack keeps in Systems Manager', () => {
  let attacked: AttackedWorld;
  beforeEach(async () => {
    attacked = await openAttackedWorld();
  });
  afterEach(() => attacked.close());

  it.each(['AWS::SSM::Parameter::Value<String>', 'AWS::SSM::Parameter::Value<List<String>>'])(
    'does not open a security group unseen, under a change of a tag (%s)',
    async (type) => {
      const { cloudFormation } = attacked;
      await cloudFormation.send(new CreateStackCommand({ StackName: 'store-dev', TemplateBody: store('10.0.0.0/8') }));
      await cloudFormation.send(new CreateStackCommand({ StackName: 'shop-prod', TemplateBody: shop('web', type) }));
      const plan = { stack: 'shop-prod', template: shop('shop', type) };
      expect(await attacked.verdict('exposure', 'plan_stack_update', plan)).toMatchObject({ outcome: 'pass' });
      await cloudFormation.send(new UpdateStackCommand({ StackName: 'store-dev', TemplateBody: store('0.0.0.0/0') }));
      expect(await attacked.verdict('exposure', 'plan_stack_update', plan)).toMatchObject({
        outcome: 'hold',
        message: expect.stringContaining('0.0.0.0/0'),
      });
    },
  );
});

it('is judged by what the change set tells, also where the cloud does not tell the value behind a name', async () => {
  const attacked = await openAttackedWorld();
  const { cloudFormation } = attacked;
  await cloudFormation.send(new CreateStackCommand({ StackName: 'store-dev', TemplateBody: store('10.0.0.0/8') }));
  await cloudFormation.send(new CreateStackCommand({ StackName: 'shop-prod', TemplateBody: shop('web') }));
  await cloudFormation.send(new UpdateStackCommand({ StackName: 'store-dev', TemplateBody: store('0.0.0.0/0') }));
  const silent = await attacked.another({
    proxy: async (_request, forward) => {
      const answer = await forward();
      return { ...answer, body: String(answer.body).replaceAll(/<ResolvedValue>[^<]*<\/ResolvedValue>/g, '') };
    },
  });
  const plan = { stack: 'shop-prod', template: shop('shop') };
  expect(await attacked.verdict('exposure', 'plan_stack_update', plan, silent)).toMatchObject({
    outcome: 'hold',
    message: expect.stringContaining('0.0.0.0/0'),
  });
  attacked.close();
});

describe('where the cloud tells two values and the templates none that differs', () => {
  const group = (cidr: string) => ({
    logicalId: 'Group',
    type: 'AWS::EC2::SecurityGroup',
    properties: { SecurityGroupIngress: [{ IpProtocol: 'tcp', FromPort: 22, CidrIp: cidr }] },
    metadata: null,
    deletionPolicy: 'Delete',
    updateReplacePolicy: 'Delete',
    updatePolicy: null,
  });
  const views = (before: string, after: string) => ({
    before: { Group: group(before) },
    after: { Group: group(after) },
    physicalIds: {},
    account: '123456789012',
    isSecret: () => false,
    isUnknown: () => false,
  });
  const told = (before: string, after: string) => [
    {
      Action: 'Modify' as const,
      LogicalResourceId: 'Group',
      Details: [
        {
          Target: {
            Attribute: 'Properties' as const,
            Name: 'SecurityGroupIngress',
            Path: '/Properties/SecurityGroupIngress',
            BeforeValue: JSON.stringify([{ IpProtocol: 'tcp', FromPort: '22', CidrIp: before }]),
            AfterValue: JSON.stringify([{ IpProtocol: 'tcp', FromPort: '22', CidrIp: after }]),
          },
        },
      ],
    },
  ];
  const cidrs = ({ before, after }: ReturnType<typeof withToldValues>) =>
    [before, after].map((side) => (side.Group!.properties.SecurityGroupIngress as { CidrIp: string }[])[0]!.CidrIp);

  it.each<[string, [string, string], [string, string], [string, string]]>([
    ['the cloud’s are judged', ['?', '?'], ['10.0.0.0/8', '0.0.0.0/0'], ['10.0.0.0/8', '0.0.0.0/0']],
    ['a value that is known only later says nothing', ['?', '?'], ['a', '{{changeSet:KNOWN_AFTER_APPLY}}'], ['?', '?']],
    ['nor one that is masked', ['?', '?'], ['a', '****'], ['?', '?']],
    ['where the templates differ, they are judged', ['a', 'b'], ['c', 'd'], ['a', 'b']],
  ])('%s', (_what, templates, values, judged) => {
    expect(cidrs(withToldValues(views(...templates), told(...values), () => false))).toEqual(judged);
  });

  it('and never a secret', () => {
    const secret = withToldValues(
      views('?', '?'),
      told('a', 'b'),
      (id, path) => id === 'Group' && path.includes('CidrIp'),
    );
    expect(cidrs(secret)).toEqual(['?', '?']);
  });
});
