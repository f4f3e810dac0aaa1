/** The unchanged SDK client on an empty sandbox, with the few calls that most tests make. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as cfn from '@aws-sdk/client-cloudformation';
import { createSandbox, sandboxRequestHandler } from '../../src/sandbox/cloud.ts';
import { openWorld, type World, type WorldStore } from '../../src/sandbox/world.ts';

export interface CloudFormation {
  store: WorldStore;
  client: cfn.CloudFormationClient;
  create(StackName: string, TemplateBody: string, more?: Partial<cfn.CreateStackInput>): Promise<string>;
  update(StackName: string, TemplateBody: string, more?: Partial<cfn.UpdateStackInput>): Promise<void>;
  /** Made, described, and not yet executed. */
  changeSet(
    StackName: string,
    TemplateBody: string,
    more?: Partial<cfn.CreateChangeSetInput>,
    values?: boolean,
  ): Promise<cfn.DescribeChangeSetCommandOutput>;
  stack(StackName: string): Promise<cfn.Stack>;
  status(StackName: string): Promise<string | undefined>;
  resources(StackName: string): Promise<Record<string, cfn.StackResourceSummary>>;
  /** Newest first: `LogicalId STATUS reason`. */
  events(StackName: string): Promise<string[]>;
  inWorld<T>(run: (world: World) => T): T;
  close(): void;
}

export function openCloudFormation(pace = 0): CloudFormation {
  const home = mkdtempSync(join(tmpdir(), 'countersign-cfn-'));
  const store = openWorld(home, { pace });
  const client = new cfn.CloudFormationClient({
    region: 'eu-west-1',
    endpoint: 'http://sandbox.invalid',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
    requestHandler: sandboxRequestHandler(createSandbox(store)) as never,
  });
  const stack: CloudFormation['stack'] = async (StackName) =>
    (await client.send(new cfn.DescribeStacksCommand({ StackName }))).Stacks![0]!;
  return {
    store,
    client,
    stack,
    create: async (StackName, TemplateBody, more = {}) =>
      (await client.send(new cfn.CreateStackCommand({ StackName, TemplateBody, ...more }))).StackId!,
    update: async (StackName, TemplateBody, more = {}) => {
      await client.send(new cfn.UpdateStackCommand({ StackName, TemplateBody, ...more }));
    },
    async changeSet(StackName, TemplateBody, more = {}, IncludePropertyValues = false) {
      const input = { StackName, TemplateBody, ChangeSetName: 'change', ...more };
      const { Id } = await client.send(new cfn.CreateChangeSetCommand(input));
      return client.send(new cfn.DescribeChangeSetCommand({ ChangeSetName: Id, IncludePropertyValues }));
    },
    status: async (StackName) => (await stack(StackName)).StackStatus,
    async resources(StackName) {
      const { StackResourceSummaries = [] } = await client.send(new cfn.ListStackResourcesCommand({ StackName }));
      return Object.fromEntries(StackResourceSummaries.map((resource) => [resource.LogicalResourceId, resource]));
    },
    async events(StackName) {
      const { StackEvents = [] } = await client.send(new cfn.DescribeStackEventsCommand({ StackName }));
      return StackEvents.map(({ LogicalResourceId, ResourceStatus, ResourceStatusReason }) =>
        [LogicalResourceId, ResourceStatus, ResourceStatusReason].join(' ').trim(),
      );
    },
    inWorld: (run) => store.transact(run),
    close() {
      store.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** A queue, as YAML flow: properties, and what else its resource has. */
export const queue = (properties = 'VisibilityTimeout: 30', rest = '') =>
  `{ Type: AWS::SQS::Queue, Properties: { ${properties} }${rest ? `, ${rest}` : ''} }`;
/** A template of resources by logical id. */
export const template = (resources: Record<string, string>, rest = '') =>
  `${rest}\nResources:\n${Object.entries(resources)
    .map(([id, body]) => `  ${id}: ${body}\n`)
    .join('')}`;
/** Metadata that makes a resource fail. */
export const failing = (faults: string) => `Metadata: { CountersignSandbox: { ${faults} } }`;
