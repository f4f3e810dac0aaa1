/** A sandbox for tests of the sandbox itself: its world, described, and real SDK clients that talk to it in process. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { EC2Client } from '@aws-sdk/client-ec2';
import { STSClient } from '@aws-sdk/client-sts';
import { createSandbox, type Sandbox, sandboxRequestHandler } from '../../src/sandbox/cloud.ts';
import { seedWorld, type WorldDescription } from '../../src/sandbox/seed-file.ts';
import { openWorld, type WorldStore } from '../../src/sandbox/world.ts';

export const REGION = 'eu-west-1';

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}
export interface Endpoint {
  home: string;
  store: WorldStore;
  sandbox: Sandbox;
  ec2(from?: { region?: string; credentials?: Credentials; maxAttempts?: number }): EC2Client;
  sts(from?: { credentials?: Credentials; maxAttempts?: number }): STSClient;
  cloudFormation(from?: { maxAttempts?: number }): CloudFormationClient;
  close(): void;
}

export function openEndpoint(described: WorldDescription, pace = 0): Endpoint {
  const home = mkdtempSync(join(tmpdir(), 'countersign-sandbox-'));
  const store = openWorld(home, { pace, seed: { fill: (world) => seedWorld(world, described) } });
  const sandbox = createSandbox(store);
  const configuration = {
    region: REGION,
    endpoint: 'http://sandbox.invalid',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: sandboxRequestHandler(sandbox) as never,
  };
  return {
    home,
    store,
    sandbox,
    ec2: (from = {}) => new EC2Client({ ...configuration, ...from }),
    sts: (from = {}) => new STSClient({ ...configuration, ...from }),
    cloudFormation: (from = {}) => new CloudFormationClient({ ...configuration, ...from }),
    close() {
      store.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
