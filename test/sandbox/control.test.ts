import { request } from 'node:http';
import { DescribeInstancesCommand, StopInstancesCommand } from '@aws-sdk/client-ec2';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSandboxServer } from '../../src/sandbox/cloud.ts';
import { openWorld } from '../../src/sandbox/world.ts';
import { type Endpoint, openEndpoint } from './endpoint.ts';

let at: Endpoint;
let server: Awaited<ReturnType<typeof startSandboxServer>>;
beforeEach(async () => {
  at = openEndpoint({ instances: [{ id: 'i-00000001' }] }, 1);
  server = await startSandboxServer(at.sandbox, 0);
});
afterEach(async () => {
  await server.close();
  at.close();
});

const ask = async (method: string, path: string, body?: unknown) => {
  const response = await fetch(`${server.url}/_countersign/${path}`, {
    method,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as never };
};
const state = async () => {
  const { Reservations } = await at.ec2().send(new DescribeInstancesCommand({ InstanceIds: ['i-00000001'] }));
  return Reservations?.[0]?.Instances?.[0]?.State?.Name;
};
const stop = () => at.ec2({ maxAttempts: 1 }).send(new StopInstancesCommand({ InstanceIds: ['i-00000001'] }));

describe('the control endpoints', () => {
  it('advances the clock, and with it what takes time', async () => {
    await stop();
    expect(await state()).toBe('stopping');
    expect(await ask('POST', 'clock', { advanceMilliseconds: 2_500 })).toMatchObject({ status: 200 });
    expect(await state()).toBe('stopped');
  });
  it('sets the pace for every process of the world', async () => {
    await ask('POST', 'pace', { pace: 0 });
    expect((await ask('GET', 'clock')).body).toMatchObject({ pace: 0 });
    const elsewhere = openWorld(at.home, { pace: 7 });
    expect(elsewhere.transact(({ pace }) => pace)).toBe(0);
    elsewhere.close();
  });
  it('adds, lists and removes faults', async () => {
    const { body } = await ask('POST', 'faults', { kind: 'denied', operation: 'StopInstances', times: 'always' });
    const { id } = body as { id: string };
    await expect(stop()).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
    expect((await ask('GET', 'faults')).body).toMatchObject([{ id, kind: 'denied' }]);
    await ask('POST', 'faults', { kind: 'latency', milliseconds: 1 });
    await ask('DELETE', `faults/${id}`);
    expect((await ask('GET', 'faults')).body).toMatchObject([{ kind: 'latency' }]);
    await ask('DELETE', 'faults');
    expect((await ask('GET', 'faults')).body).toEqual([]);
    await expect(stop()).resolves.toBeDefined();
  });
  it('lists who assumed what', async () => {
    await at
      .sts()
      .send(new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::210987654321:role/executor', RoleSessionName: 'chg-1' }));
    expect((await ask('GET', 'sessions')).body).toMatchObject([
      { arn: 'arn:aws:sts::210987654321:assumed-role/executor/chg-1' },
    ]);
  });
  it('starts over: the world as seeded, and neither calls nor faults', async () => {
    await stop();
    await ask('POST', 'faults', { kind: 'denied' });
    expect((await ask('GET', 'calls')).body).toHaveLength(1);
    await ask('POST', 'reset');
    expect((await ask('GET', 'calls')).body).toEqual([]);
    expect(await state()).toBe('running');
  });
  it.each([
    ['POST', 'faults', { kind: 'meteor' }, 400],
    ['POST', 'clock', {}, 400],
    ['POST', 'pace', { pace: -1 }, 400],
    ['POST', 'faults', 'not json', 400],
    ['GET', 'nothing', undefined, 404],
  ] as const)('answers %s %s %o with an explanation and %i', async (method, path, body, status) => {
    const answer = await ask(method, path, body);
    expect([answer.status, (answer.body as { error: string }).error]).toEqual([status, expect.stringMatching(/\w{3}/)]);
  });
});

describe('who comes in', () => {
  const answered = (headers: Record<string, string>) =>
    new Promise<number | undefined>((resolve, reject) => {
      const asking = request(`${server.url}/_countersign/calls`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      asking.on('error', reject).end();
    });
  it.each([
    { host: 'evil.example' },
    { host: '127.0.0.1.evil.example:4566' },
    { host: 'localhost.evil.example' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
  ])('is nobody by another name than loopback’s: %j', async (headers) => {
    expect(await answered(headers)).toBe(403);
  });
  it.each([
    { host: 'localhost:4566' },
    { host: '127.0.0.1' },
    { host: '[::1]:80' },
    { origin: 'http://localhost:3000' },
  ])('is whoever comes by a loopback name: %j', async (headers) => {
    expect(await answered(headers)).toBe(200);
  });
});
