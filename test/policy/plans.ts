/** Plans and policies for tests of the policy: every value is one that a planner could have made. */

import { generateKeyPairSync } from 'node:crypto';
import { guards } from '../../guards/index.ts';
import type { Effect } from '../../src/core/effect.ts';
import { parsePolicy } from '../../src/policy/load.ts';
import type { Policy } from '../../src/policy/model.ts';
import type { ObservedInstance, ObservedStack } from '../../src/providers/aws/observed.ts';
import * as ordinary from '../guards/builders.ts';

export const { NOW } = ordinary;
export const PROD = '111111111111';
export const DEV = '222222222222';

/** The public half of a fresh OpenSSH key. */
export function sshKey(): string {
  const field = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  const { x } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  const blob = Buffer.concat([field(Buffer.from('ssh-ed25519')), field(Buffer.from(x!, 'base64url'))]);
  return `ssh-ed25519 ${blob.toString('base64')}`;
}

export const read = (text: string, now = NOW): Policy => parsePolicy(text, 'policy.yaml', guards, now);

/** Three people with keys, two accounts; `rest` follows, and can replace a part. */
export function policyWith(rest = '', parts: { scopes?: string; people?: string } = {}): string {
  return `version: 1
accounts:
  prod: { id: "${PROD}", regions: [eu-west-1] }
  dev: { id: "${DEV}", regions: [eu-west-1, us-east-1] }
scopes:
${parts.scopes ?? '  - { account: prod, stacks: ["shop-*"], execute: by_command }'}
people:
${
  parts.people ??
  `  alice: { signs_in_as: [alice@acme.com], roles: [dev], keys: ["${sshKey()}"] }
  bob: { signs_in_as: [bob@acme.com], roles: [sre], keys: ["${sshKey()}"] }
  carol: { signs_in_as: [carol@acme.com], roles: [data], keys: ["${sshKey()}"] }`
}
${rest}
`;
}

export const effect = (over: Partial<Effect> = {}): Effect =>
  ordinary.effect({ owner: { kind: 'stack', name: 'shop-api' }, ...over });

export const stack = (over: Partial<ObservedStack> = {}): ObservedStack =>
  ordinary.stack({
    stackId: 'arn:aws:cloudformation:eu-west-1:111111111111:stack/shop-api/1',
    stackName: 'shop-api',
    status: 'CREATE_COMPLETE',
    resourceCount: 5,
    ...over,
  });

export const instance = (over: Partial<ObservedInstance> = {}): ObservedInstance =>
  ordinary.instance({ id: 'i-1', instanceType: 't3.micro', ...over });

export const plan = (over: ordinary.PlanOver = {}): ordinary.AwsPlan =>
  ordinary.plan({
    id: 'plan_1',
    agent: 'claude-code',
    target: { kind: 'stack', account: PROD, region: 'eu-west-1', name: 'shop-api', ids: ['arn:s'] },
    calls: [{ ...ordinary.call('ExecuteChangeSet'), input: {}, account: PROD, region: 'eu-west-1' }],
    effects: [effect()],
    observed: { identity: { account: PROD, arn: `arn:aws:iam::${PROD}:role/planner` }, stack: stack() },
    recipe: { planner: 'change_set', input: null },
    ...over,
  });

/** On resources of no stack. */
export const resourcePlan = (instances: ObservedInstance[], over: ordinary.PlanOver = {}): ordinary.AwsPlan =>
  plan({
    target: {
      kind: 'resources',
      account: PROD,
      region: 'eu-west-1',
      name: instances.map(({ id }) => id).join(','),
      ids: instances.map(({ id }) => id),
    },
    observed: { identity: { account: PROD, arn: `arn:aws:iam::${PROD}:role/planner` }, instances },
    ...over,
  });

/** Before anything was asked of the cloud. */
export const unplanned = (over: ordinary.PlanOver = {}): ordinary.AwsPlan =>
  plan({
    calls: [],
    effects: [],
    observed: { identity: { account: PROD, arn: `arn:aws:iam::${PROD}:role/planner` } },
    recipe: { planner: 'none', input: null },
    ...over,
  });
