import { describe, expect, it } from 'vitest';
import { formatRule, parseRule } from '../../src/core/network-rule.ts';

describe('a network rule on one line', () => {
  it.each([
    ['ingress tcp 443 10.0.0.0/8', { protocol: 'tcp', fromPort: 443, toPort: 443, peer: '10.0.0.0/8' }],
    ['ingress udp 53-54 ::/0', { protocol: 'udp', fromPort: 53, toPort: 54, peer: '::/0' }],
    ['egress all pl-0123456789abcdef0', { direction: 'egress', protocol: '-1', fromPort: -1, toPort: -1 }],
    ['ingress icmp 10.0.0.0/8', { protocol: 'icmp', fromPort: -1, toPort: -1 }],
    ['ingress icmp 8 10.0.0.0/8', { protocol: 'icmp', fromPort: 8, toPort: -1 }],
    ['ingress icmp 8-8 10.0.0.0/8', { protocol: 'icmp', fromPort: 8, toPort: 8 }],
    ['ingress 50 sg-01234567', { protocol: '50', fromPort: -1, toPort: -1, peer: 'sg-01234567' }],
  ])('%s is read, and written as it was', (line, rule) => {
    expect(parseRule(line)).toMatchObject(rule);
    expect(formatRule(parseRule(line)!)).toBe(line);
  });

  it('has other names for the same protocol, and may have a description', () => {
    expect(formatRule(parseRule('ingress 6 22 10.0.0.0/8')!)).toBe('ingress tcp 22 10.0.0.0/8');
    expect(parseRule('ingress -1 10.0.0.0/8')).toMatchObject({ protocol: '-1' });
    expect(parseRule('ingress tcp 22 10.0.0.0/8 # the office')).toMatchObject({ description: 'the office' });
  });

  it.each([
    'ingress tcp 10.0.0.0/8',
    'ingress tcp 443-80 10.0.0.0/8',
    'ingress tcp -1 10.0.0.0/8',
    'ingress tcp 65536 10.0.0.0/8',
    'ingress all 443 10.0.0.0/8',
    'ingress 50 443 10.0.0.0/8',
    'ingress tcp 443 10.0.0.1',
    'ingress tcp 443 example.com',
    'ingress tcp 443 10.0.0.0/8\nall 0.0.0.0/0',
    'tcp 443 10.0.0.0/8',
  ])('%j is none', (line) => {
    expect(parseRule(line)).toBeUndefined();
  });
});
