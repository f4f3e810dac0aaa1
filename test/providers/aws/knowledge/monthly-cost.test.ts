import { expect, it } from 'vitest';
import { monthlyOfSize, monthlyUsd } from '../../../../src/providers/aws/knowledge/monthly-cost.ts';
import { parseTemplate } from '../../../../src/providers/aws/template/parse.ts';
import { contextOf } from './marks/stack.ts';

/** List prices of us-east-1, rounded; an estimate may be off by half. */
it.each([
  ['t3.micro', 7.6],
  ['m5.large', 70],
  ['m8g.12xlarge', 1_570],
  ['c7g.xlarge', 106],
  ['r6i.2xlarge', 368],
  ['p4d.24xlarge', 23_900],
  ['db.r6g.large', 157],
  ['cache.r6g.large', 150],
  ['r6g.large.search', 122],
  ['ra3.4xlarge', 2_380],
])('%s costs about %i USD a month', (size, usd) => {
  const estimate = monthlyOfSize(size)!;
  expect(estimate).toBeGreaterThan(usd / 2.5);
  expect(estimate).toBeLessThan(usd * 2.5);
});

it.each(['', 'ON_DEMAND', 'large', '\u{fffd}unresolved\u{fffd}'])('says nothing of %s', (size) => {
  expect(monthlyOfSize(size)).toBeUndefined();
});

const costOf = (resources: object) => {
  const template = parseTemplate(JSON.stringify({ Resources: resources }));
  const context = contextOf(template, template);
  return monthlyUsd(context.after.It!, context.after, context);
};

it('counts the instances of a group by the launch template of the same stack', () => {
  const Launch = { Type: 'AWS::EC2::LaunchTemplate', Properties: { LaunchTemplateData: { InstanceType: 'm5.large' } } };
  const group = (DesiredCapacity: number) => ({
    Type: 'AWS::AutoScaling::AutoScalingGroup',
    Properties: { DesiredCapacity, LaunchTemplate: { LaunchTemplateId: { Ref: 'Launch' }, Version: '1' } },
  });
  expect(costOf({ Launch, It: group(20) })).toBeCloseTo(20 * monthlyOfSize('m5.large')!);
});

it('counts nodes, copies and gigabytes', () => {
  const one = (Type: string, Properties: object) => costOf({ It: { Type, Properties } })!;
  const database = { DBInstanceClass: 'db.m5.large' };
  expect(one('AWS::RDS::DBInstance', { ...database, MultiAZ: true })).toBe(2 * one('AWS::RDS::DBInstance', database));
  expect(one('AWS::EC2::Volume', { Size: 16_384 })).toBeGreaterThan(1_000);
  expect(one('AWS::Redshift::Cluster', { NodeType: 'ra3.4xlarge', NumberOfNodes: 4 })).toBeGreaterThan(5_000);
  expect(costOf({ It: { Type: 'AWS::SQS::Queue' } })).toBeUndefined();
});
