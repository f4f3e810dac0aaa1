/** The everyday changes that are planned only: stacks as teams write them, and one change each, judged in both environments. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudFormationClient,
  CreateChangeSetCommand,
  CreateStackCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { parse } from 'yaml';
import { createApp } from '../../src/compose.ts';
import { readConfig } from '../../src/config.ts';
import { adoptFirst } from '../../src/policy/pin.ts';
import { createSandbox, sandboxRequestHandler } from '../../src/sandbox/cloud.ts';
import { putTemplateObject } from '../../src/sandbox/facts.ts';
import { seedWorld } from '../../src/sandbox/seed-file.ts';
import { openWorld, SANDBOX_ACCOUNT } from '../../src/sandbox/world.ts';

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type Template = { [name: string]: Json };
export type Environment = 'production' | 'development';

export interface EverydayChange {
  change: string;
  /** The stack that it changes, of the same file. */
  of: string;
  /** `Fn.MemorySize`: a property of a resource; `Fn`: the resource; `/Outputs/X`: any path. null: removed. */
  set?: Record<string, Json>;
  /** Instead of a template. */
  parameters?: Record<string, string>;
  goal?: string;
  /** Approvals needed. */
  production?: number | 'denied';
  development?: number | 'denied';
  /** Guards that hold or deny it in production, beside `approval`. */
  held_by?: string[];
  held_in_development_by?: string[];
  /** Why it needs more than one approval in production, or any in development. */
  why?: string;
}
export interface Domain {
  /** Deployed before: other stacks that these read. */
  elsewhere?: Record<string, Template>;
  stacks: Record<string, Template>;
  changes: EverydayChange[];
}

const here = new URL('.', import.meta.url).pathname;
export const domains = (): string[] => readdirSync(join(here, 'changes')).map((file) => file.replace(/\.yaml$/, ''));
export const readDomain = (name: string): Domain =>
  parse(readFileSync(join(here, 'changes', `${name}.yaml`), 'utf8'), { merge: true }) as Domain;

function at(path: string): string[] {
  if (path.startsWith('/')) return path.slice(1).split('/');
  const [id = '', ...rest] = path.split('.');
  return ['Resources', id, ...(rest.length > 0 ? ['Properties', ...rest] : [])];
}

/** A copy with each of these set. */
export function withSet(template: Template, set: Record<string, Json>): Template {
  const copy = structuredClone(template);
  for (const [path, value] of Object.entries(set)) {
    const parts = at(path);
    const last = parts.pop()!;
    let inner = copy as Record<string, Json>;
    for (const part of parts) {
      inner[part] ??= {};
      inner = inner[part] as Record<string, Json>;
    }
    if (value === null) delete inner[last];
    else inner[last] = structuredClone(value);
  }
  return copy;
}

export interface Verdict {
  /** Approvals, or what else was decided. */
  needs: number | string;
  heldBy: string[];
  goals: string[];
  told: string;
}

export interface ChangesWorld {
  deploy(name: string, template: Template, parameters?: Record<string, string>): Promise<void>;
  plan(input: Record<string, unknown>, tool?: string): Promise<Verdict>;
  /** A file below a folder that templates may be read from. */
  file(template: Template): string;
  /** A change set that somebody else's tool prepares. */
  prepare(stack: string, template: Template): Promise<string>;
  /** What a nested stack's TemplateURL answers from now on. */
  serve(url: string, template: Template): void;
  close(): void;
}

const SSM = { '/cdk-bootstrap/hnb659fds/version': { type: 'String', value: '25' } };
/** Ids that templates of the corpus name. */
const VPCS = [{ id: 'vpc-0000000a', cidr: '10.0.0.0/16', tags: {} }];

export async function openChangesWorld(
  environment: Environment,
  seed: Record<string, unknown> = {},
): Promise<ChangesWorld> {
  const home = mkdtempSync(join(tmpdir(), 'countersign-changes-'));
  const policy = join(here, 'policies', `${environment}-unhurried.yaml`);
  const store = openWorld(home, { pace: 0 });
  store.transact((world) =>
    seedWorld(
      world,
      { account: SANDBOX_ACCOUNT, region: 'eu-west-1', ssm_parameters: SSM, vpcs: VPCS, ...seed } as never,
      here,
    ),
  );
  const requestHandler = sandboxRequestHandler(createSandbox(store));
  const app = createApp(
    {
      ...readConfig({ home, policy }),
      templateRoots: [home],
      region: 'eu-west-1',
      endpointUrl: undefined,
      sponsor: 'alice',
      actsAs: [],
    },
    { sandbox: { store, requestHandler, account: SANDBOX_ACCOUNT }, logDefect: (error) => console.error(error) },
  );
  await adoptFirst(app.ledger, app.policyFile!, ['test']);
  const client = new CloudFormationClient({
    region: 'eu-west-1',
    endpoint: 'http://sandbox.invalid',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: requestHandler as never,
  });
  return {
    async deploy(StackName, template, parameters = {}) {
      await client.send(
        new CreateStackCommand({
          StackName,
          TemplateBody: JSON.stringify(template),
          Capabilities: ['CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'],
          Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
            ParameterKey,
            ParameterValue,
          })),
        }),
      );
      const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName }));
      if (stack?.StackStatus !== 'CREATE_COMPLETE')
        throw new Error(`${StackName}: ${stack?.StackStatus} ${stack?.StackStatusReason ?? ''}`);
    },
    async plan(input, tool = 'plan_stack_update') {
      const answer = await app.pipeline(tool, input);
      if (!answer.ok) return { needs: answer.error.code, heldBy: [], goals: [], told: JSON.stringify(answer.error) };
      const content = answer.content as unknown as {
        decision: string;
        plan_id?: string;
        goals_allowed?: string[];
        seats?: { needed: number };
      };
      if (content.plan_id === undefined)
        return { needs: content.decision, heldBy: [], goals: [], told: JSON.stringify(content) };
      const { judgement } = await app.changes.plan(content.plan_id);
      const stopping = judgement.verdicts.filter(({ outcome }) => outcome === 'hold' || outcome === 'deny');
      return {
        needs: content.decision === 'denied' ? 'denied' : (content.seats?.needed ?? 0),
        heldBy: stopping
          .map(({ guard }) => guard.toUpperCase().replaceAll('-', '_'))
          .filter((guard) => guard !== 'APPROVAL')
          .sort(),
        goals: content.goals_allowed ?? [],
        told: stopping.map(({ guard, message }) => `${guard}: ${message}`).join('\n'),
      };
    },
    async prepare(StackName, template) {
      const ChangeSetName = 'prepared';
      await client.send(
        new CreateChangeSetCommand({
          StackName,
          ChangeSetName,
          TemplateBody: JSON.stringify(template),
          Capabilities: ['CAPABILITY_NAMED_IAM'],
          IncludeNestedStacks: true,
        }),
      );
      return ChangeSetName;
    },
    file(template) {
      const path = join(home, 'template.json');
      writeFileSync(path, JSON.stringify(template));
      return path;
    },
    serve: (url, template) => store.transact((world) => putTemplateObject(world, url, JSON.stringify(template))),
    close() {
      app.close();
      store.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** The value that stands there. */
export function valueIn(template: Template, path: string): Json | undefined {
  return at(path).reduce<Json | undefined>(
    (inner, part) => (inner === null || typeof inner !== 'object' ? undefined : (inner as Record<string, Json>)[part]),
    template as Json,
  );
}
