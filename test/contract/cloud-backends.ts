/** Two clouds behind one face, for the contract suite: our sandbox and moto, both over HTTP. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import {
  CreateSecurityGroupCommand,
  CreateVolumeCommand,
  CreateVpcCommand,
  DescribeImagesCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { STSClient } from '@aws-sdk/client-sts';
import { startSandboxServer } from '../../src/sandbox/cloud.ts';
import { makeInstance, makeVolume, type Tag } from '../../src/sandbox/ec2/model.ts';
import { makeSecurityGroup } from '../../src/sandbox/ec2/security-groups.ts';
import { openEndpoint } from '../sandbox/endpoint.ts';

const REGION = 'eu-west-1';

export interface Backend {
  url: string;
  ec2: EC2Client;
  cloudFormation: CloudFormationClient;
  sts: STSClient;
  /** A running instance with a root volume that goes with it and a second one that stays. */
  instance(tags?: Tag[]): Promise<string>;
  volume(): Promise<string>;
  /** An empty group in a VPC that is not the default one. */
  group(name: string): Promise<string>;
  /** Until what was begun is done. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

function clients(endpoint: string) {
  const configuration = { region: REGION, endpoint, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
  return {
    ec2: new EC2Client(configuration),
    cloudFormation: new CloudFormationClient(configuration),
    sts: new STSClient(configuration),
  };
}

export async function openSandboxBackend(): Promise<Backend> {
  const at = openEndpoint({ vpcs: [{ id: 'vpc-0000000a' }] }, 1);
  const server = await startSandboxServer(at.sandbox, 0);
  return {
    url: server.url,
    ...clients(server.url),
    instance: async (tags = []) =>
      at.store.transact(
        (world) =>
          makeInstance(world, {
            ...{ region: REGION, type: 't3.micro', tags },
            volumes: [{ sizeGib: 8 }, { sizeGib: 10, keep: true }],
          }).id,
      ),
    volume: async () => at.store.transact((world) => makeVolume(world, { region: REGION, sizeGib: 10 }).id),
    group: async (name) =>
      at.store.transact(
        (world) =>
          makeSecurityGroup(world, { ...{ region: REGION, name, description: name, tags: [] }, vpcId: 'vpc-0000000a' })
            .id,
      ),
    settle: async () => at.store.advanceClock(60_000),
    async close() {
      await server.close();
      at.close();
    },
  };
}

export const hasMoto = (() => {
  try {
    execFileSync('python3', ['-c', 'import moto'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Asked until it answers; the process having ended is an error at once. */
async function ready(url: string, process: ChildProcess): Promise<void> {
  for (;;) {
    if (process.exitCode !== null) throw new Error(`moto ended with ${process.exitCode} before it answered`);
    const answered = await fetch(`${url}/moto-api/data.json`).then(
      (response) => response.ok,
      () => false,
    );
    if (answered) return;
    await setTimeout(50);
  }
}

export async function openMotoBackend(): Promise<Backend> {
  if (!hasMoto) throw new Error('moto is required here, and not installed: pip install "moto[server]"');
  const port = await freePort();
  const process = spawn('python3', ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  try {
    await ready(url, process);
  } catch (error) {
    process.kill();
    throw error;
  }
  const at = clients(url);
  const { Images = [] } = await at.ec2.send(new DescribeImagesCommand({ Owners: ['amazon'] }));
  const ImageId = Images[0]!.ImageId!;
  const { Vpc } = await at.ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  return {
    url,
    ...at,
    async instance(tags = []) {
      const { Instances = [] } = await at.ec2.send(
        new RunInstancesCommand({
          ...{ ImageId, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 },
          BlockDeviceMappings: [
            { DeviceName: '/dev/sda1', Ebs: { VolumeSize: 8, DeleteOnTermination: true } },
            { DeviceName: '/dev/sdb', Ebs: { VolumeSize: 10, DeleteOnTermination: false } },
          ],
          ...(tags.length > 0 ? { TagSpecifications: [{ ResourceType: 'instance', Tags: tags }] } : {}),
        }),
      );
      return Instances[0]!.InstanceId!;
    },
    async volume() {
      const made = await at.ec2.send(new CreateVolumeCommand({ AvailabilityZone: `${REGION}a`, Size: 10 }));
      return made.VolumeId!;
    },
    async group(GroupName) {
      const { GroupId } = await at.ec2.send(
        new CreateSecurityGroupCommand({ GroupName, Description: GroupName, VpcId: Vpc!.VpcId! }),
      );
      return GroupId!;
    },
    settle: async () => undefined,
    async close() {
      if (process.exitCode !== null) return;
      const ended = once(process, 'exit');
      process.kill();
      await ended;
    },
  };
}
