import { describe, expect, it } from 'vitest';
import { fillSeats, seatsOf } from '../../src/people/seats.ts';

const signer = (person: string, roles: string[] = [], keyFingerprint = `key of ${person}`) => ({
  person,
  roles,
  keyFingerprint,
});
const need = (needed: number, roles: string[] = [], excluded: string[] = []) => ({ needed, roles, excluded });

describe('seats', () => {
  it('are not filled by one person for two roles', () => {
    const both = signer('bob', ['sre', 'data']);
    expect(fillSeats(need(1, ['sre', 'data']), [both])).toMatchObject({ filled: false, missingRoles: ['data'] });
    expect(fillSeats(need(2, ['sre', 'data']), [both, signer('dan')])).toMatchObject({ filled: false });
    expect(fillSeats(need(2, ['sre', 'data']), [both, signer('carol', ['sre'])])).toMatchObject({
      filled: true,
      missingRoles: [],
    });
  });

  it('find the arrangement in which every role has its person, whatever the order of names and roles', () => {
    const people = [signer('a', ['x', 'y']), signer('b', ['x']), signer('c', ['x', 'y', 'z'])];
    for (const roles of [
      ['x', 'y', 'z'],
      ['z', 'y', 'x'],
      ['y', 'x', 'z'],
    ])
      expect(fillSeats(need(3, roles), people)).toMatchObject({ filled: true, missingRoles: [] });
    const twoRolesBetween = [signer('a', ['x']), signer('b', ['x']), signer('c', ['z'])];
    expect(fillSeats(need(3, ['x', 'y', 'z']), twoRolesBetween)).toMatchObject({ filled: false, missingRoles: ['y'] });
  });

  it('count a person once, a key once, and the excluded never', () => {
    expect(fillSeats(need(2), [signer('bob', [], 'k1'), signer('bob', [], 'k2')])).toMatchObject({ filled: false });
    expect(fillSeats(need(2), [signer('bob', [], 'k1'), signer('carol', [], 'k1')])).toMatchObject({ filled: false });
    expect(fillSeats(need(1, [], ['alice']), [signer('alice')])).toMatchObject({ filled: false, filledBy: [] });
    expect(fillSeats(need(2), [signer('bob'), signer('carol')])).toMatchObject({
      filled: true,
      filledBy: ['bob', 'carol'],
    });
  });
});

describe('the seats of a change', () => {
  const approval = (person: string, more: object = {}) => ({
    decision: 'approve' as const,
    person,
    keyFingerprint: `key of ${person}`,
    roles: [],
    statement: '',
    signature: '',
    ...more,
  });
  const brokenGlass = { opened: 1, until: '2026-11-29T00:00:00.000Z' };
  const isFilled = (proof: 'software' | 'touch' | 'verified', ...approvals: ReturnType<typeof approval>[]) =>
    seatsOf(
      { judgement: { decision: 'needs_approval', verdicts: [], seats: 2, roles: ['sre'] }, excluded: [], proof },
      approvals,
    ).filled;

  it('are filled by break-glass with what the change asks an approval to prove, and never less than a touch', () => {
    expect(isFilled('software', approval('bob', { brokenGlass, userVerified: false }))).toBe(true);
    expect(isFilled('software', approval('bob', { brokenGlass }))).toBe(false);
    expect(isFilled('verified', approval('bob', { brokenGlass, userVerified: false }))).toBe(false);
    expect(isFilled('verified', approval('bob', { brokenGlass, userVerified: true }))).toBe(true);
    expect(isFilled('software', approval('bob', { brokenGlass, userVerified: true, isVoid: true }))).toBe(false);
  });
});
