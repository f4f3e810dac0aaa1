import { describe, expect, it } from 'vitest';
import { formsOf, mapsTo, signedIn } from '../../src/people/sign-in.ts';

const alice = { name: 'alice', signsInAs: ['alice@acme.com'] };
const ACCOUNT = '111111111111';

describe('who somebody is', () => {
  it.each([
    ['her user on this machine', 'alice'],
    ['her user, written large', 'ALICE'],
    ['a domain login', 'ACME\\alice'],
    ['her mail address', 'Alice@acme.com'],
    ['an IAM user', `arn:aws:iam::${ACCOUNT}:user/alice`],
    ['an IAM user below a path', `arn:aws:iam::${ACCOUNT}:user/people/dev/alice`],
    ['the session of a role', `arn:aws:sts::${ACCOUNT}:assumed-role/Developer/alice`],
    ['a session of the identity centre', `arn:aws:sts::${ACCOUNT}:assumed-role/AWSReservedSSO_Dev_1a2b/alice@acme.com`],
    ['a federated user', `arn:aws:sts::${ACCOUNT}:federated-user/alice`],
    ['a session in another partition', `arn:aws-cn:sts::${ACCOUNT}:assumed-role/Developer/alice`],
    ['the same letters in another width', 'ａｌｉｃｅ'],
  ])('knows alice as %s', (_what, actor) => {
    expect(mapsTo(alice, actor)).toBe(true);
  });
  it.each([
    ['another user', 'alice2'],
    ['a role that is called like her', `arn:aws:iam::${ACCOUNT}:role/alice`],
    ['a session of a role that is called like her', `arn:aws:sts::${ACCOUNT}:assumed-role/alice/bob`],
    ['somebody whose domain is called like her', 'bob@alice'],
    ['the root user', `arn:aws:iam::${ACCOUNT}:root`],
    ['nobody', ''],
  ])('does not take %s for alice', (_what, actor) => {
    expect(mapsTo(alice, actor)).toBe(false);
  });
  it('compares what signs_in_as lists in all its forms', () => {
    const arn = `arn:aws:sts::${ACCOUNT}:assumed-role/Developer/ab12@acme.com`;
    expect(mapsTo({ name: 'alice', signsInAs: [arn] }, 'ACME\\ab12')).toBe(true);
    expect(mapsTo({ name: 'alice', signsInAs: ['ACME\\ab12'] }, arn)).toBe(true);
    expect(formsOf(arn)).toEqual([arn.toLowerCase(), 'ab12@acme.com', 'ab12']);
  });
});

describe('who is signed in', () => {
  const bob = { name: 'bob', signsInAs: ['bob@a.example'] };
  const other = { name: 'robert', signsInAs: ['bob@b.example'] };
  it('is the one person that a name maps to, however it is written', () => {
    for (const actor of ['bob', 'ACME\\BOB', 'bob@a.example', `arn:aws:sts::${ACCOUNT}:assumed-role/Dev/bob@a.example`])
      expect(signedIn([bob], ['nobody', actor])).toBe(bob);
  });
  it('is nobody where it could be two, or none', () => {
    expect(signedIn([bob, other], ['bob'])).toBeUndefined();
    expect(signedIn([bob], ['carol'])).toBeUndefined();
  });
});
