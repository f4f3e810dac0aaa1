import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  mergeRanges,
  type NetworkRule,
  networkGain,
  normaliseRange,
} from '../../../../../src/providers/aws/knowledge/marks/network.ts';
import { marks } from './stack.ts';

const rule = (range: string, protocol = 'tcp', fromPort = 22, toPort = fromPort): NetworkRule => ({
  range,
  protocol,
  fromPort,
  toPort,
});

describe('normaliseRange', () => {
  it.each([
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['203.0.113.7', '203.0.113.7/32'],
    ['1.2.3.4/0', '0.0.0.0/0'],
    ['2001:DB8::1/32', '2001:db8::/32'],
    ['::/0', '::/0'],
    ['::1', '::1/128'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1/128'],
    ['::ffff:1.2.3.4/96', '::ffff:0:0/96'],
    ['sg-0123', 'sg-0123'],
    ['10.0.0.0/33', '10.0.0.0/33'],
    ['1.2.3.256/8', '1.2.3.256/8'],
  ])('%s is %s', (given, expected) => {
    expect(normaliseRange(given)).toBe(expected);
  });
});

describe('mergeRanges', () => {
  it('makes two halves of the world the world', () => {
    expect(mergeRanges(['128.0.0.0/1', '0.0.0.0/1'])).toEqual(['0.0.0.0/0']);
    expect(mergeRanges(['8000::/1', '::/1'])).toEqual(['::/0']);
  });
  it('keeps apart what does not touch, and families', () => {
    expect(mergeRanges(['10.0.0.0/24', '10.0.2.0/24', 'fd00::/8'])).toEqual(['10.0.0.0/24', '10.0.2.0/24', 'fd00::/8']);
  });
  it('counts what is no range as the world', () => {
    expect(mergeRanges(['everywhere'])).toEqual(['0.0.0.0/0']);
  });
});

describe('networkGain', () => {
  it('is empty for rules that other rules cover', () => {
    expect(networkGain([rule('10.0.0.0/8', '-1')], [rule('10.1.0.0/16'), rule('10.0.0.0/8', 'udp', 53)])).toEqual([]);
  });
  it('tells the range that is reached afterwards, so that a second half shows the world', () => {
    const half = rule('0.0.0.0/1');
    expect(networkGain([half], [half, rule('128.0.0.0/1')])).toEqual([rule('0.0.0.0/0')]);
  });
  it('merges ports that were cut into single ones', () => {
    const ports = Array.from({ length: 10 }, (_, index) => rule('0.0.0.0/0', 'tcp', 8000 + index));
    expect(networkGain([], ports)).toEqual([rule('0.0.0.0/0', 'tcp', 8000, 8009)]);
  });
  it('tells only the ports that are new', () => {
    expect(networkGain([rule('0.0.0.0/0', 'tcp', 443)], [rule('0.0.0.0/0', 'tcp', 442, 444)])).toEqual([
      rule('0.0.0.0/0', 'tcp', 442),
      rule('0.0.0.0/0', 'tcp', 444),
    ]);
  });
  it('knows protocols by number, and all ports by -1, absence and protocol', () => {
    expect(networkGain([rule('10.0.0.0/8', '6')], [rule('10.0.0.0/8', 'TCP')])).toEqual([]);
    expect(networkGain([], [rule('10.0.0.0/8', '6', -1)])).toEqual([rule('10.0.0.0/8', 'tcp', 0, 65_535)]);
    expect(networkGain([], [rule('10.0.0.0/8', 'all', 22)])).toEqual([rule('10.0.0.0/8', '-1', -1)]);
    expect(networkGain([], [rule('10.0.0.0/8', 'icmp', 8, 0)])).toEqual([rule('10.0.0.0/8', 'icmp', -1)]);
  });
  it('finds the world in two halves of which one is open for every protocol', () => {
    expect(networkGain([], [rule('0.0.0.0/1', '-1'), rule('128.0.0.0/1')])).toContainEqual(rule('0.0.0.0/0'));
  });
  it('tells many scattered public ranges as one, and private ones as they are', () => {
    const scattered = Array.from({ length: 40 }, (_, index) => rule(`${20 + 2 * index}.0.0.0/9`));
    expect(networkGain([], scattered)).toContainEqual(rule('0.0.0.0/1'));
    const internal = [rule('10.0.0.0/8'), rule('172.16.0.0/12'), rule('192.168.0.0/16')];
    expect(networkGain([], internal)).toEqual(internal);
  });
  it('holds groups and prefix lists by name', () => {
    expect(networkGain([rule('pl-1')], [rule('pl-1'), rule('pl-2')])).toEqual([rule('pl-2')]);
  });

  const anyRule = fc.record({
    range: fc
      .tuple(fc.nat(3), fc.nat(255), fc.integer({ min: 0, max: 32 }))
      .map(([a, b, bits]) => `${a * 60}.${b}.0.0/${bits}`),
    protocol: fc.constantFrom('tcp', 'udp', '-1', '6', 'icmp'),
    fromPort: fc.nat(5),
    toPort: fc.integer({ min: 5, max: 10 }),
  });
  const someRules = fc.array(anyRule, { maxLength: 6 });
  it('never gains from nothing new, whatever the order (property)', () => {
    fc.assert(
      fc.property(someRules, (rules) => {
        expect(networkGain(rules, [...rules].reverse())).toEqual([]);
      }),
    );
  });
  it('covers everything that the new rules reach, given as old rules (property)', () => {
    fc.assert(
      fc.property(someRules, someRules, (before, after) => {
        expect(networkGain([...before, ...networkGain(before, after)], after)).toEqual([]);
      }),
    );
  });
});

describe('what CloudFormation does with the rules of a group', () => {
  const rule = (more: object = {}) => ({
    CidrIp: '10.9.0.0/16',
    IpProtocol: 'tcp',
    FromPort: 8443,
    ToPort: 8443,
    ...more,
  });
  const group = (more: object = {}) => ({ Type: 'AWS::EC2::SecurityGroup', Properties: { VpcId: 'vpc-1', ...more } });
  const inline = (...SecurityGroupIngress: object[]) => group({ SecurityGroupIngress });
  const GroupId = { 'Fn::GetAtt': ['Door', 'GroupId'] };
  const own = { Type: 'AWS::EC2::SecurityGroupIngress', Properties: { GroupId, ...rule() } };
  const out = { Type: 'AWS::EC2::SecurityGroupEgress', Properties: { GroupId, ...rule() } };
  it('one of equal rules that goes takes the other with it, inline or separate', () => {
    const twice = inline(rule({ Description: 'first' }), rule({ Description: 'again' }));
    expect(marks('disconnect', { Door: twice }, { Door: inline(rule({ Description: 'first' })) })).toHaveLength(1);
    expect(marks('disconnect', { Door: inline(rule()), Own: own }, { Door: inline(rule()) })).toHaveLength(1);
    expect(marks('disconnect', { Door: twice }, { Door: inline(rule(), rule()) })).toEqual([]);
    expect(marks('disconnect', { Door: inline(rule()) }, { Door: inline(rule({ Description: 'new' })) })).toEqual([]);
  });
  it('the first separate rule for what goes out takes away the one that lets everything out', () => {
    expect(marks('disconnect', { Door: group() }, { Door: group(), Out: out })).toMatchObject([
      { text: expect.stringContaining('0.0.0.0/0') },
    ]);
    const two = { ...out, Properties: { ...out.Properties, FromPort: 1, ToPort: 1 } };
    expect(marks('disconnect', { Door: group(), Out: out }, { Door: group(), Out: out, Two: two })).toEqual([]);
    expect(marks('disconnect', {}, { Door: group(), Out: out })).toEqual([]);
  });
});
