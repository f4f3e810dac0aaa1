/** What is signed is the endpoint that the SDK resolves, service by service. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { approve } from '../../../src/cli/approve.ts';
import { createApp } from '../../../src/compose.ts';
import { readConfig } from '../../../src/config.ts';
import { endpointOf } from '../../../src/providers/aws/endpoint.ts';
import { createSandbox, startSandboxServer } from '../../../src/sandbox/cloud.ts';
import { openTestWorld, STACK } from '../../world.ts';

const outside = { ...process.env };
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-endpoint-'));
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  Object.assign(process.env, {
    AWS_CONFIG_FILE: join(folder, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials'),
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 'b',
  });
});
afterEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  Object.assign(process.env, outside);
  rmSync(folder, { recursive: true });
});

const resolved = (env: Record<string, string>, region = 'eu-west-1', profile?: string) => {
  Object.assign(process.env, env);
  return endpointOf({ region, ...(profile === undefined ? {} : { profile }) });
};
const vpce = (service: string, suffix = 'eu-west-1.vpce.amazonaws.com') =>
  `https://vpce-0123456789abcdef0-abcdefgh.${service}.${suffix}`;

describe('an endpoint is AWS’s own', () => {
  it.each<[string, Record<string, string>, string?]>([
    ['standard', {}],
    ['of China', {}, 'cn-north-1'],
    ['of GovCloud', {}, 'us-gov-west-1'],
    ['FIPS', { AWS_USE_FIPS_ENDPOINT: 'true' }, 'us-east-1'],
    ['dual stack', { AWS_USE_DUALSTACK_ENDPOINT: 'true' }],
    ['FIPS and dual stack', { AWS_USE_FIPS_ENDPOINT: 'true', AWS_USE_DUALSTACK_ENDPOINT: 'true' }, 'us-east-1'],
    ['written out', { AWS_ENDPOINT_URL_CLOUDFORMATION: 'https://cloudformation.eu-west-1.amazonaws.com' }],
    ['of a VPC', { AWS_ENDPOINT_URL_CLOUDFORMATION: vpce('cloudformation'), AWS_ENDPOINT_URL_EC2: vpce('ec2') }],
    ['ignored', { AWS_ENDPOINT_URL: 'http://evil.example', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }],
  ])('%s', async (_name, env, region) => {
    expect(await resolved(env, region)).toBe('aws');
  });
});

describe('an endpoint is named by its URL', () => {
  it.each<[string, Record<string, string>, string]>([
    ['of all services', { AWS_ENDPOINT_URL: 'http://localhost:4566/' }, 'http://localhost:4566'],
    [
      'of one service',
      { AWS_ENDPOINT_URL_CLOUDFORMATION: 'http://localhost:4566/cfn' },
      'cloudformation=http://localhost:4566/cfn ec2=aws sts=aws',
    ],
    [
      'of a service against that of all',
      { AWS_ENDPOINT_URL: 'http://localhost:1', AWS_ENDPOINT_URL_EC2: 'http://localhost:2' },
      'cloudformation=http://localhost:1 ec2=http://localhost:2 sts=http://localhost:1',
    ],
    [
      'of another region',
      { AWS_ENDPOINT_URL_EC2: 'https://ec2.us-east-1.amazonaws.com' },
      'cloudformation=aws ec2=https://ec2.us-east-1.amazonaws.com sts=aws',
    ],
    [
      'of another service',
      { AWS_ENDPOINT_URL_EC2: 'https://cloudformation.eu-west-1.amazonaws.com' },
      'cloudformation=aws ec2=https://cloudformation.eu-west-1.amazonaws.com sts=aws',
    ],
    [
      'without TLS',
      { AWS_ENDPOINT_URL_EC2: 'http://ec2.eu-west-1.amazonaws.com' },
      'cloudformation=aws ec2=http://ec2.eu-west-1.amazonaws.com sts=aws',
    ],
    [
      'that only looks like AWS’s',
      { AWS_ENDPOINT_URL_EC2: 'https://ec2.eu-west-1.amazonaws.com.evil.example' },
      'cloudformation=aws ec2=https://ec2.eu-west-1.amazonaws.com.evil.example sts=aws',
    ],
    [
      'that only looks like a VPC’s',
      { AWS_ENDPOINT_URL_EC2: 'https://vpce-0a.ec2.us-east-1.vpce.amazonaws.com' },
      'cloudformation=aws ec2=https://vpce-0a.ec2.us-east-1.vpce.amazonaws.com sts=aws',
    ],
  ])('%s', async (_name, env, endpoint) => {
    expect(await resolved(env)).toBe(endpoint);
  });
  it('of a profile, and of its services section', async () => {
    writeFileSync(
      join(folder, 'config'),
      '[profile whole]\nendpoint_url = http://localhost:3\n[profile part]\nservices = local\n[services local]\ncloudformation =\n  endpoint_url = http://localhost:4\n',
    );
    expect(await resolved({ AWS_PROFILE: 'whole' })).toBe('http://localhost:3');
    expect(await resolved({ AWS_PROFILE: 'part' })).toBe('cloudformation=http://localhost:4 ec2=aws sts=aws');
  });
});

it('refuses to execute where the plan was not made, and the change stays approved', async () => {
  const world = await openTestWorld();
  const server = await startSandboxServer(createSandbox(world.store), 0);
  const apps: ReturnType<typeof createApp>[] = [];
  const appWith = (env: Record<string, string>) => {
    Object.assign(process.env, env);
    const config = readConfig({ home: world.home, policy: join(world.home, 'policy.yaml') });
    const app = createApp({ ...config, region: 'eu-west-1', sponsor: 'alice', actsAs: ['nobody'] });
    apps.push(app);
    return app;
  };
  try {
    const planner = appWith({ AWS_ENDPOINT_URL: server.url });
    const set = [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 1024 }];
    const plan = await planner.pipeline('plan_stack_update', { stack: STACK, set });
    const plan_id = plan.ok ? plan.content.plan_id : plan.error;
    const proposed = await planner.pipeline('propose_change', { plan_id, goal: 'fix', reason: 'more memory' });
    const id = String(proposed.ok && proposed.content.change_id);
    expect((await planner.changes.plan(String(plan_id))).plan.endpoint).toBe(server.url);
    await approve(planner, id, { decision: 'approve', key: world.keyOf('bob'), as: 'bob', confirm: STACK });
    expect((await planner.changes.find(id)).state).toBe('approved');
    const executor = appWith({ AWS_ENDPOINT_URL_EC2: 'http://127.0.0.1:9' });
    await expect(world.execute(id, executor)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(`cloudformation=${server.url} ec2=http://127.0.0.1:9`),
    });
    expect((await planner.changes.find(id)).state).toBe('approved');
    expect(world.writes()).toEqual([]);
    delete process.env.AWS_ENDPOINT_URL_EC2;
    expect(await world.execute(id, appWith({}))).toMatchObject({ state: 'succeeded' });
  } finally {
    for (const app of apps) app.close();
    await server.close();
    world.close();
  }
}, 60_000);
