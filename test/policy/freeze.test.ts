import { describe, expect, it } from 'vitest';
import { type FreezeSubject, freezesInForce, isOver } from '../../src/policy/freeze.ts';
import type { FreezeEntry } from '../../src/policy/schema.ts';
import { policyWith, read } from './plans.ts';

const written = (freeze: string): FreezeEntry => read(policyWith(`freezes: [${freeze}]`)).file.freezes[0]!;
const SHOP: FreezeSubject = { account: 'prod', environment: 'production', stacks: ['shop-api'] };
const isFrozen = (freeze: FreezeEntry, at: string, subject = SHOP) =>
  freezesInForce([freeze], subject, new Date(at)).length > 0;

describe('a freeze', () => {
  const winter = written(
    '{ environment: production, from: 2026-12-18T18:00, to: 2027-01-04T08:00, zone: Europe/Berlin, reason: year end }',
  );
  it('begins and ends by the clock of its zone', () => {
    expect(isFrozen(winter, '2026-12-18T16:59:59Z')).toBe(false);
    expect(isFrozen(winter, '2026-12-18T17:00:00Z')).toBe(true);
    expect(isFrozen(winter, '2027-01-04T06:59:59Z')).toBe(true);
    expect(isFrozen(winter, '2027-01-04T07:00:00Z')).toBe(false);
    expect(isOver(winter, new Date('2027-01-04T07:00:00Z'))).toBe(true);
  });
  it('keeps local time across the change to summer', () => {
    const spring = written(
      '{ account: prod, from: 2026-03-28T18:00, to: 2026-03-29T18:00, zone: Europe/Berlin, reason: r }',
    );
    expect(isFrozen(spring, '2026-03-28T17:00:00Z')).toBe(true);
    expect(isFrozen(spring, '2026-03-29T15:59:59Z')).toBe(true);
    expect(isFrozen(spring, '2026-03-29T16:00:00Z')).toBe(false);
  });
  it('that ends in the hour that is there twice lasts until its second end', () => {
    const autumn = written(
      '{ account: prod, from: 2026-10-24T18:00, to: 2026-10-25T02:30, zone: Europe/Berlin, reason: r }',
    );
    expect(isFrozen(autumn, '2026-10-25T00:45:00Z')).toBe(true);
    expect(isFrozen(autumn, '2026-10-25T01:29:59Z')).toBe(true);
    expect(isFrozen(autumn, '2026-10-25T01:30:00Z')).toBe(false);
  });
  it('whose edges fall into the hour that is not there is the longer one', () => {
    const skipped = written(
      '{ account: prod, from: 2026-03-29T02:30, to: 2026-03-29T02:45, zone: Europe/Berlin, reason: r }',
    );
    expect(isFrozen(skipped, '2026-03-29T00:30:00Z')).toBe(true);
    expect(isFrozen(skipped, '2026-03-29T01:44:59Z')).toBe(true);
    expect(isFrozen(skipped, '2026-03-29T01:45:00Z')).toBe(false);
  });
  it('that begins in the hour that is there twice begins the first time', () => {
    const autumn = written(
      '{ account: prod, from: 2026-10-25T02:30, to: 2026-10-26T02:30, zone: Europe/Berlin, reason: r }',
    );
    expect(isFrozen(autumn, '2026-10-25T00:29:59Z')).toBe(false);
    expect(isFrozen(autumn, '2026-10-25T00:30:00Z')).toBe(true);
  });
  it('is for what it names', () => {
    const at = '2026-12-24T12:00:00Z';
    expect(isFrozen(winter, at, { ...SHOP, environment: 'development' })).toBe(false);
    const stacks = written(
      '{ stacks: ["shop-*"], account: prod, from: 2026-12-18T18:00, to: 2027-01-04T08:00, reason: r }',
    );
    expect(isFrozen(stacks, at)).toBe(true);
    expect(isFrozen(stacks, at, { ...SHOP, account: 'dev' })).toBe(false);
    expect(isFrozen(stacks, at, { ...SHOP, stacks: ['search'] })).toBe(false);
    expect(isFrozen(stacks, at, { ...SHOP, stacks: [] })).toBe(false);
  });
  it('can come every week, over its end', () => {
    const weekend = written(
      '{ environment: production, weekly: { from: fri 18:00, to: mon 08:00 }, zone: America/New_York, reason: weekend }',
    );
    // 27 November 2026 is a Friday; New York is five hours behind.
    expect(isFrozen(weekend, '2026-11-27T22:59:00Z')).toBe(false);
    expect(isFrozen(weekend, '2026-11-27T23:00:00Z')).toBe(true);
    expect(isFrozen(weekend, '2026-11-29T12:00:00Z')).toBe(true);
    expect(isFrozen(weekend, '2026-11-30T12:59:00Z')).toBe(true);
    expect(isFrozen(weekend, '2026-11-30T13:00:00Z')).toBe(false);
    expect(isOver(weekend, new Date('2099-01-01'))).toBe(false);
  });
  it('tells until when', () => {
    expect(freezesInForce([winter], SHOP, new Date('2026-12-24T12:00:00Z'))).toEqual([
      { text: 'year end', until: '2027-01-04T08:00 Europe/Berlin' },
    ]);
  });
});
