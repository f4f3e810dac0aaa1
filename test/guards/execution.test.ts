import { expect, it } from 'vitest';
import { facts, made, plan, vectorsOf } from './builders.ts';

const PERSON = { as: 'https://login.example.com#00u1', client: 'claude-code' };
const CLIENT = { as: null, client: 'nightly' };

vectorsOf('execution', [
  ['enabled', plan(), facts(), 'pass'],
  ['by a runner', plan(), facts({ scope: { text: 's', create: false, execute: 'by_runner' } }), 'pass'],
  ['the scope is plan_only', plan(), facts({ scope: { text: 's', create: false, execute: 'plan_only' } }), 'deny'],
  ['no scope', plan(), facts({ scope: null }), 'deny'],
  ['the sponsor is unknown', plan(), facts({ sponsor: { name: 'x', known: false } }), 'deny'],
  ['the sponsor is not set', plan(), facts({ sponsor: { name: null, known: false } }), 'deny'],
  [
    'nobody of the policy signed in',
    plan(),
    facts({ sponsor: { name: null, known: false, signedIn: PERSON } }),
    'deny',
  ],
  ['a client signed in for itself', plan(), facts({ sponsor: { name: null, known: false, signedIn: CLIENT } }), 'deny'],
  ['a person signed in', plan(), facts({ sponsor: { name: 'alice', known: true, signedIn: PERSON } }), 'pass'],
  ['no policy', plan(), facts({ policy: { present: false, digest: '', standing: 'none' } }), 'deny'],
  ['no adopted policy', plan(), facts({ policy: { present: true, digest: '', standing: 'not_adopted' } }), 'deny'],
  ['another policy is adopted', plan(), facts({ policy: { present: true, digest: '', standing: 'changed' } }), 'deny'],
]);

it('says first that there is no policy', () => {
  const none = facts({ policy: { present: false, digest: '', standing: 'none' } });
  expect(made('execution').judge(plan(), none).message).toContain('There is no policy');
});

it('gives a policy that is not adopted as the cause, which a state folder can mend', () => {
  const standing = (of: 'not_adopted' | 'adopted') => facts({ policy: { present: true, digest: '', standing: of } });
  expect(made('execution').judge(plan(), standing('not_adopted')).cause).toBe('policy_not_adopted');
  expect(made('execution').judge(plan(), standing('adopted')).cause).toBeUndefined();
});

it('names what a person of the policy has to be known as, or that no person signed in', () => {
  const told = (signedIn: typeof PERSON | typeof CLIENT) =>
    made('execution').judge(plan(), facts({ sponsor: { name: null, known: false, signedIn } })).message;
  expect(told(PERSON)).toContain('No person of the policy signs in as https://login.example.com#00u1');
  expect(told(CLIENT)).toContain('The client signed in for itself');
});
