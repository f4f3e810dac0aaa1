/** osls (the maintained Serverless Framework 3) against the sandbox: deploy, an update, and a plan on what it made. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { needs } from '../needs.ts';
import { areInstalled, DEPLOY_TOOLS } from './folder.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeEach(async (context) => {
  needs(context, 'deploy-tools', areInstalled());
  stage = await openStage();
});
afterEach(() => stage?.close());

const service = (memory: number) => `service: orders
provider: { name: aws, runtime: nodejs22.x, region: eu-west-1 }
functions:
  hello:
    handler: handler.hello
    memorySize: ${memory}
    events: [{ httpApi: GET /hello }]
resources:
  Resources:
    Jobs: { Type: AWS::SQS::Queue, Properties: { VisibilityTimeout: 60 } }
`;
const osls = (...args: string[]) =>
  stage.run(process.execPath, [join(DEPLOY_TOOLS.folder, 'node_modules/osls/bin/serverless.js'), ...args]);
const memory = async () => {
  const asked = { stack: 'orders-dev', include: ['template'] };
  const described = await stage.app.pipeline('describe_stack', asked);
  return /MemorySize[^0-9]{1,4}(\d+)/.exec(JSON.stringify(described))?.[1];
};

it('deploys, updates, and its stack is changed and executed by a plan', { timeout: 300_000 }, async () => {
  stage.file('handler.js', 'exports.hello = async () => ({ statusCode: 200 });\n');
  stage.file('serverless.yml', service(256));
  expect(await osls('deploy')).toContain('Service deployed to stack orders-dev');
  stage.file('serverless.yml', service(512));
  expect(await osls('deploy')).toContain('Service deployed to stack orders-dev');
  expect(await memory()).toBe('512');
  const set = [{ path: 'Resources.HelloLambdaFunction.Properties.MemorySize', value: 1024 }];
  expect(await stage.carryOut('plan_stack_update', { stack: 'orders-dev', set })).toMatchObject({ state: 'succeeded' });
  expect(await memory()).toBe('1024');
  expect(await osls('remove')).toContain('Service orders has been successfully removed');
});
