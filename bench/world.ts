/** What the cloud benchmarks run against: the simulated cloud in its own process, and the app in this one. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, CreateStackCommand, waitUntilStackCreateComplete } from '@aws-sdk/client-cloudformation';
import { type App, createApp } from '../src/compose.ts';
import { readConfig } from '../src/config.ts';
import { adoptFirst } from '../src/policy/pin.ts';
import { atDistance } from './distance.ts';

export const REGION = 'eu-west-1';
export const STACK = 'cost-explorer-prod';
export const POLICY = `version: 1
accounts:
  main: { id: "123456789012", regions: [${REGION}] }
scopes:
  - { account: main, stacks: ["*"], environment: production, execute: by_command }
people:
  alice: { signs_in_as: [alice], roles: [dev] }
  bob: { signs_in_as: [bob], roles: [sre], keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILgeKYgLF3O0uA5HYXic49R6JCRLLvhWLG4Q7Tr2LTXM"] }
`;

export interface BenchWorld {
  app: App;
  /** As a script would make one: same endpoint, same credentials, no gate. */
  bareClient: CloudFormationClient;
  call(tool: string, input: unknown): Promise<Record<string, unknown>>;
  callsMade(): Promise<number>;
  close(): void;
}

/**
 * @param pace how long the simulated cloud takes: 1 as a person would see it, 0 at once.
 * @param awayMilliseconds how far away it is.
 */
export async function openBenchWorld(pace: number, awayMilliseconds = 0): Promise<BenchWorld> {
  const home = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
  const bin = new URL('../bin/countersign.js', import.meta.url).pathname;
  const args = [bin, '--home', join(home, 'cloud'), 'sandbox', '--port', '0', '--pace', String(pace)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const near = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error('the sandbox ended')));
    child.stdout.on('data', (chunk) => {
      const [found] = /http:\/\/[\d.:]+/.exec(String(chunk)) ?? [];
      if (found) resolve(found);
    });
  });
  const far = await atDistance(near, awayMilliseconds);
  const { url } = far;
  const policyPath = join(home, 'policy.yaml');
  writeFileSync(policyPath, POLICY);
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'bench', AWS_SECRET_ACCESS_KEY: 'bench' });
  const base = readConfig({ home: join(home, 'state'), policy: policyPath });
  const app = createApp({ ...base, region: REGION, endpointUrl: url, sponsor: 'alice', actsAs: ['nobody'] });
  await adoptFirst(app.ledger, app.policyFile!, ['bench']);
  return {
    app,
    bareClient: new CloudFormationClient({ region: REGION, endpoint: url }),
    async call(tool, input) {
      const answer = await app.pipeline(tool, input);
      if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.message}`);
      return answer.content;
    },
    callsMade: async () => ((await (await fetch(`${near}/_countersign/calls`)).json()) as unknown[]).length,
    close() {
      app.close();
      far.close();
      child.kill();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** A stack of so many queues, all of which change with one parameter. */
export async function createQueues(client: CloudFormationClient, stack: string, count: number): Promise<void> {
  const queue = { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: { Ref: 'Seconds' } } };
  const names = Array.from({ length: count }, (_, index) => `Queue${index}`);
  const template = {
    Parameters: { Seconds: { Type: 'Number', Default: 30 } },
    Resources: Object.fromEntries(names.map((name) => [name, queue])),
  };
  await client.send(new CreateStackCommand({ StackName: stack, TemplateBody: JSON.stringify(template) }));
  await waitUntilStackCreateComplete({ client, maxWaitTime: 120, minDelay: 1, maxDelay: 1 }, { StackName: stack });
}
