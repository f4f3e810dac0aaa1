/** How each level stands, from what was tried: the client's user lowers a level and never lifts one. */
import { describe, expect, it } from 'vitest';
import { assuranceOf, LEVELS, type Level } from '../../src/core/assurance.ts';
import { levelsOf, type Tried } from '../../src/doctor/levels.ts';
import type { Reached } from '../../src/doctor/reach.ts';

const key = (type: string, more: object = {}) =>
  ({
    type,
    fingerprint: `SHA256:${type}`,
    ...(type.startsWith('sk-') ? { application: 'ssh:' } : {}),
    ...more,
  }) as Tried['people'][number]['keys'][number];
const BEST: Tried = {
  client: { kind: 'other_host', who: 'host', why: 'from another host' },
  reached: [],
  exposed: [],
  entrance: { isClosed: true, why: 'forced' },
  people: [{ name: 'bob', keys: [key('sk-ssh-ed25519@openssh.com')] }],
  touchIsAsked: false,
  writes: [{ operation: 'CreateVpc', answer: 'denied_by_organisation' }],
  declared: [],
};
const standing = (level: Level, more: Partial<Tried>) =>
  levelsOf({ ...BEST, ...more }).find((one) => one.level === level)?.standing;
const reached = (what: string): Partial<Tried> => ({ reached: [{ what, how: 'use', at: 'there' } satisfies Reached] });

it('the best that can be tried proves all but L3, so that L2 is reached', () => {
  expect(levelsOf(BEST).map(({ standing: how }) => how)).toEqual(['proven', 'proven', 'unknown', 'proven']);
  expect(assuranceOf(levelsOf(BEST))).toBe('L2');
});

describe.each<[Level, string, Partial<Tried>, string]>([
  ['L1', 'a client of the same user', { client: { kind: 'same_user', who: 'uid 1', why: '' } }, 'refuted'],
  ['L1', 'a client that the kernel does not tell', { client: { kind: 'unknown', who: 'unknown', why: '' } }, 'unknown'],
  ['L1', 'another user of the same machine', { client: { kind: 'other_user', who: 'uid 1', why: '' } }, 'proven'],
  ['L1', 'a ledger in reach', reached('the ledger'), 'refuted'],
  ['L1', 'a policy in reach', reached('the policy'), 'refuted'],
  ['L1', 'the server’s user in reach', reached('the user guard'), 'refuted'],
  ['L1', 'a file that others can write', { exposed: ['the policy: others can write it'] }, 'refuted'],
  ['L1', 'a key that gives a shell', { entrance: { isClosed: false, why: 'a shell' } }, 'refuted'],
  ['L1', 'keys that cannot be read', { entrance: { isClosed: null, why: 'unreadable' } }, 'unknown'],
  ['L1', 'no ssh at all', { entrance: null }, 'proven'],
  ['L1', 'credentials that can write', reached('cloud credentials that can write'), 'refuted'],
  ['L1', 'credentials of unknown rights', reached('cloud credentials'), 'unknown'],
  ['L1', 'the credentials of the machine', reached('credentials of the machine'), 'unknown'],
  ['L1', 'credentials that cannot write', reached('cloud credentials that cannot write'), 'proven'],
  ['L2', 'a software key', { people: [{ name: 'bob', keys: [key('ssh-ed25519')] }] }, 'refuted'],
  [
    'L2',
    'one software key among security keys',
    { people: [...BEST.people, { name: 'eve', keys: [key('ssh-rsa')] }] },
    'refuted',
  ],
  [
    'L2',
    'a passkey',
    { people: [{ name: 'bob', keys: [key('ssh-ed25519', { passkey: { credentialId: 'a' } })] }] },
    'proven',
  ],
  [
    'L2',
    'a software key that the policy lets approve nothing',
    { people: [...BEST.people, { name: 'eve', keys: [key('ssh-rsa')] }], touchIsAsked: true },
    'proven',
  ],
  [
    'L2',
    'software keys alone, though the policy asks for a touch',
    { people: [{ name: 'bob', keys: [key('ssh-rsa')] }], touchIsAsked: true },
    'refuted',
  ],
  ['L2', 'nobody with a key', { people: [{ name: 'bob', keys: [] }] }, 'unknown'],
  ['L2', 'a signing key in reach', reached('key of bob'), 'refuted'],
  ['L3', 'whatever was tried', {}, 'unknown'],
  ['L3', 'a declaration', { declared: ['L3'] }, 'declared'],
  ['L4', 'a planner that can write', { writes: [{ operation: 'CreateVpc', answer: 'allowed' }] }, 'refuted'],
  [
    'L4',
    'a planner that can write, and a declaration',
    { writes: [{ operation: 'CreateVpc', answer: 'allowed' }], declared: ['L4'] },
    'refuted',
  ],
  ['L4', 'a planner without rights of its own', { writes: [{ operation: 'CreateVpc', answer: 'denied' }] }, 'unknown'],
  [
    'L4',
    'an answer that says nothing',
    { writes: [...BEST.writes!, { operation: 'CreateVpc', answer: 'unknown' }] },
    'unknown',
  ],
  ['L4', 'a cloud that was not reached', { writes: undefined }, 'unknown'],
  ['L4', 'no write that was tried', { writes: [] }, 'unknown'],
  ['L4', 'credentials of the client that can write', reached('cloud credentials that can write'), 'refuted'],
])('%s with %s', (level, _what, more, expected) => {
  it(`is ${expected}`, () => expect(standing(level, more)).toBe(expected));
});

it('a declaration never counts, and never hides what was tried', () => {
  const declared = [...LEVELS];
  const refuted = levelsOf({ ...BEST, ...reached('the ledger'), declared });
  expect(refuted[0]).toMatchObject({ level: 'L1', standing: 'refuted' });
  const unknown = levelsOf({ ...BEST, client: { kind: 'unknown', who: 'unknown', why: '' }, declared });
  expect(unknown[0]).toMatchObject({ level: 'L1', standing: 'declared' });
  expect(assuranceOf(unknown)).toBe('L0');
});

it('no report lifts a level: of every word that a client’s user can say, none proves more than silence', () => {
  const words = ['the ledger', 'cloud credentials that cannot write', 'proven', 'L4', 'key of bob', ''];
  const weakest: Tried = { ...BEST, client: { kind: 'same_user', who: 'uid 1', why: '' }, writes: undefined };
  for (const what of words) expect(assuranceOf(levelsOf({ ...weakest, ...reached(what) }))).toBe('L0');
});
