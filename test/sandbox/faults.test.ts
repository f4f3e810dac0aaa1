import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  CreateSnapshotCommand,
  CreateTagsCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  paginateDescribeVolumes,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSandboxServer } from '../../src/sandbox/cloud.ts';
import { addFault, type FaultRequest, listFaults } from '../../src/sandbox/faults.ts';
import { openWorld } from '../../src/sandbox/world.ts';
import { type Endpoint, openEndpoint } from './endpoint.ts';

const VOLUME = 'vol-00000001';
let at: Endpoint;
beforeEach(() => {
  at = openEndpoint({
    instances: [{ id: 'i-00000001', name: 'batch' }],
    volumes: [{ id: VOLUME, size_gib: 10 }, { size_gib: 20 }, { size_gib: 30 }],
  });
});
afterEach(() => at.close());

const fault = (request: FaultRequest) => at.store.transact((world) => addFault(world, request));
const once = () => at.ec2({ maxAttempts: 1 });
const logOf = (operation: string) => at.store.calls().filter((call) => call.operation === operation);
const snapshots = async () => (await at.ec2().send(new DescribeSnapshotsCommand({}))).Snapshots ?? [];

describe('faults of the sandbox', () => {
  it.each([
    ['throttled', 'RequestLimitExceeded', 503],
    ['denied', 'UnauthorizedOperation', 403],
    ['expired_credentials', 'RequestExpired', 400],
    ['clock_skew', 'RequestExpired', 400],
    ['server_error', 'InternalError', 500],
  ] as const)('answers %s on EC2 as %s', async (kind, name, status) => {
    fault({ kind, operation: 'DescribeInstances' });
    await expect(once().send(new DescribeInstancesCommand({}))).rejects.toMatchObject({
      name,
      $metadata: { httpStatusCode: status },
    });
    await expect(once().send(new DescribeInstancesCommand({}))).resolves.toBeDefined();
  });
  it.each([
    ['throttled', 'Throttling'],
    ['denied', 'AccessDenied'],
    ['expired_credentials', 'ExpiredToken'],
    ['clock_skew', 'SignatureDoesNotMatch'],
    ['server_error', 'InternalFailure'],
  ] as const)('answers %s on CloudFormation as %s', async (kind, name) => {
    fault({ kind, service: 'cloudformation' });
    await expect(at.cloudFormation({ maxAttempts: 1 }).send(new DescribeStacksCommand({}))).rejects.toMatchObject({
      name,
    });
  });
  it('names the action and the caller in a denial', async () => {
    fault({ kind: 'denied', operation: 'StopInstances' });
    await expect(once().send(new StopInstancesCommand({ InstanceIds: ['i-00000001'] }))).rejects.toMatchObject({
      message: expect.stringMatching(/arn:aws:iam::123456789012:user\/sandbox.*ec2:StopInstances/),
    });
  });
  it('logs what a fault stopped, with the fault, and what was a dry run', async () => {
    fault({ kind: 'denied', operation: 'StopInstances' });
    const stop = (DryRun?: true) =>
      once()
        .send(new StopInstancesCommand({ InstanceIds: ['i-00000001'], ...(DryRun ? { DryRun } : {}) }))
        .catch(() => undefined);
    await stop();
    await stop(true);
    expect(logOf('StopInstances')).toMatchObject([
      { service: 'ec2', class: 'write', fault: 'denied', account: '123456789012' },
      { service: 'ec2', class: 'plan', dryRun: true },
    ]);
    expect(logOf('StopInstances')[1]).not.toHaveProperty('fault');
  });
  it('logs a request that is not signed', async () => {
    const { status } = await at.sandbox.respond({
      method: 'POST',
      path: '/',
      headers: {},
      body: 'Action=TerminateInstances',
    });
    expect([status, logOf('TerminateInstances')]).toMatchObject([403, [{ service: 'unsigned' }]]);
  });
  it('drops a connection before the effect, or after it', async () => {
    const snap = () => once().send(new CreateSnapshotCommand({ VolumeId: VOLUME }));
    fault({ kind: 'drop_before', operation: 'CreateSnapshot' });
    await expect(snap()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await snapshots()).toHaveLength(0);
    fault({ kind: 'drop_after', operation: 'CreateSnapshot' });
    await expect(snap()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await snapshots()).toHaveLength(1);
    expect(logOf('CreateSnapshot').map((call) => call.fault)).toEqual(['drop_before', 'drop_after']);
  });
  it('drops a connection after a refusal too', async () => {
    fault({ kind: 'drop_after', operation: 'CreateSnapshot' });
    await expect(once().send(new CreateSnapshotCommand({ VolumeId: 'vol-0000ffff' }))).rejects.toMatchObject({
      code: 'ECONNRESET',
    });
  });
  it('drops the socket over HTTP', async () => {
    const server = await startSandboxServer(at.sandbox, 0);
    try {
      fault({ kind: 'drop_after', operation: 'CreateSnapshot' });
      const { EC2Client } = await import('@aws-sdk/client-ec2');
      const client = new EC2Client({
        region: 'eu-west-1',
        endpoint: server.url,
        credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
        maxAttempts: 1,
      });
      await expect(client.send(new CreateSnapshotCommand({ VolumeId: VOLUME }))).rejects.toMatchObject({
        code: 'ECONNRESET',
      });
      expect(await snapshots()).toHaveLength(1);
    } finally {
      await server.close();
    }
  });
  it('lets the retries of an SDK client meet the fault, and get through when it is used up', async () => {
    fault({ kind: 'server_error', operation: 'DescribeInstances', times: 2 });
    const { Reservations } = await at.ec2({ maxAttempts: 3 }).send(new DescribeInstancesCommand({}));
    expect([Reservations?.length, logOf('DescribeInstances').map((call) => call.fault)]).toEqual([
      1,
      ['server_error', 'server_error', undefined],
    ]);
  });
  it('lets an SDK client correct its clock by the date of the answer', async () => {
    fault({ kind: 'clock_skew', operation: 'DescribeInstances' });
    await at.ec2({ maxAttempts: 2 }).send(new DescribeInstancesCommand({}));
    expect(logOf('DescribeInstances').map((call) => call.fault)).toEqual(['clock_skew', undefined]);
  });
  it('fails half-way through a list, and gives the rest when asked again', async () => {
    const ids = async () => {
      const found: string[] = [];
      for await (const { Volumes = [] } of paginateDescribeVolumes({ client: once() }, {}))
        found.push(...Volumes.map(({ VolumeId = '' }) => VolumeId));
      return found;
    };
    const all = await ids();
    expect(all).toHaveLength(4);
    fault({ kind: 'half_page', operation: 'DescribeVolumes' });
    await expect(ids()).rejects.toMatchObject({ name: 'InternalError' });
    expect(logOf('DescribeVolumes').map((call) => call.fault)).toEqual([undefined, 'half_page', 'half_page']);
    fault({ kind: 'half_page', operation: 'DescribeVolumes' });
    const found: string[] = [];
    for await (const { Volumes = [] } of paginateDescribeVolumes({ client: at.ec2() }, {}))
      found.push(...Volumes.map(({ VolumeId = '' }) => VolumeId));
    expect(found).toEqual(all);
  });
  it('skips, counts and picks by operation', async () => {
    fault({ kind: 'throttled', operation: 'Create*', skip: 1, times: 2 });
    const names: string[] = [];
    for (let call = 0; call < 4; call += 1)
      await once()
        .send(new CreateTagsCommand({ Resources: [VOLUME], Tags: [{ Key: 'n', Value: String(call) }] }))
        .then(() => names.push('done'))
        .catch(({ name }) => names.push(name));
    expect(names).toEqual(['done', 'RequestLimitExceeded', 'RequestLimitExceeded', 'done']);
    expect(at.store.transact(listFaults)).toEqual([]);
  });
  it('is met by every process of a world, and stays until it is removed when it is always', async () => {
    const elsewhere = openWorld(at.home);
    elsewhere.transact((world) => addFault(world, { kind: 'denied', times: 'always' }));
    elsewhere.close();
    for (let call = 0; call < 2; call += 1)
      await expect(once().send(new DescribeInstancesCommand({}))).rejects.toMatchObject({
        name: 'UnauthorizedOperation',
      });
    expect(at.store.transact(listFaults)).toHaveLength(1);
  });
  it('lets a client give up on a slow answer', async () => {
    fault({ kind: 'latency', operation: 'DescribeInstances', milliseconds: 5_000 });
    await expect(
      once().send(new DescribeInstancesCommand({}), { abortSignal: AbortSignal.timeout(20) }),
    ).rejects.toMatchObject({ name: expect.stringMatching(/AbortError|TimeoutError/) });
    expect(logOf('DescribeInstances')).toMatchObject([{ fault: 'latency' }]);
  });
  it('refuses a fault that it does not know', () => {
    expect(() => fault({ kind: 'meteor' } as never)).toThrow(/Invalid option/);
    expect(() => fault({ kind: 'denied', often: true } as never)).toThrow(/Unrecognized key/);
  });
});
