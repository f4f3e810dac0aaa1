// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the templates' own placeholders
/** Inputs and answers that were made to hang, to exhaust or to confuse: a code and a remedy, and nothing left behind. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand, ListChangeSetsCommand } from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../src/compose.ts';
import { readConfig } from '../../src/config.ts';
import { addFault, type FaultRequest, removeFaults } from '../../src/sandbox/faults.ts';
import { openTestWorld, pastCountersign, STACK, type TestWorld } from '../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const client = () => new CloudFormationClient(pastCountersign(world));
const changeSets = async (stack = STACK) =>
  ((await client().send(new ListChangeSetsCommand({ StackName: stack }))).Summaries ?? []).map(
    (one) => one.ChangeSetName,
  );
const set = (path: string, value: unknown) => ({ stack: STACK, set: [{ path, value }] });
const MEMORY = 'Resources.QueryFunction.Properties.MemorySize';
const nested = (depth: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = { a: [value] };
  return value;
};
const template = (body: object) => JSON.stringify({ Resources: { A: { Type: 'AWS::SNS::Topic' } }, ...body });
const refused = (code: string) => ({ code, message: expect.stringMatching(/\w/), remedy: expect.stringMatching(/\w/) });

describe('a value that was made to hang its reader', () => {
  const deep = `{"a":${'['.repeat(9_000)}${']'.repeat(9_000)}}`;
  it.each<[string, string]>([
    ['JSON of 9,000 levels in a string', deep],
    ['one word without an end', 'a'.repeat(40_000)],
    ['words joined by dashes', 'eyJ-'.repeat(10_000)],
    ['dots', 'a.'.repeat(20_000)],
    ['pluses', 'a+'.repeat(20_000)],
    ['schemes', 'a://'.repeat(10_000)],
  ])('is planned like any other: %s', async (_what, Value) => {
    const Resources = { A: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value } } };
    const plan = await world.call('plan_stack_update', {
      stack: 'cost-explorer-dev',
      template: JSON.stringify({ Resources }),
    });
    expect(plan.plan_id, JSON.stringify(plan).slice(0, 500)).toBeDefined();
  });
});

describe('an input', () => {
  it.each<[string, string, unknown, string]>([
    ['half a character', 'plan_stack_update', set(MEMORY, 'x\ud800'), 'INPUT_INVALID'],
    ['half a character in a name', 'plan_stack_update', { stack: STACK, tags: { 'a\udc00': 'b' } }, 'INPUT_INVALID'],
    [
      'half a character in a parameter',
      'plan_stack_update',
      { stack: STACK, parameters: { A: '\ud800' } },
      'INPUT_INVALID',
    ],
    [
      'half a character, escaped in a template',
      'plan_stack_update',
      { stack: STACK, template: template({ Description: '\ud800' }) },
      'INPUT_TEMPLATE_INVALID',
    ],
    ['a value of 5,000 levels', 'plan_stack_update', set(MEMORY, nested(5_000)), 'INPUT_TOO_LARGE'],
    [
      'a template of 5,000 levels',
      'plan_stack_update',
      {
        stack: STACK,
        template: `{"Resources":{"A":{"Type":"AWS::SNS::Topic","Metadata":${'['.repeat(5_000)}${']'.repeat(5_000)}}}}`,
      },
      'INPUT_TEMPLATE_INVALID',
    ],
    [
      'a YAML template of 20,000 levels',
      'plan_stack_update',
      { stack: STACK, template: `Resources:\n  A: ${'['.repeat(20_000)}` },
      'INPUT_TEMPLATE_INVALID',
    ],
    [
      'an index far behind a list',
      'plan_stack_update',
      set('Resources.CostTable.Properties.KeySchema[99999999]', 1),
      'INPUT_INVALID',
    ],
    [
      'a name in a list',
      'plan_stack_update',
      set('Resources.CostTable.Properties.KeySchema.length', 0),
      'INPUT_INVALID',
    ],
    [
      'the name __proto__',
      'plan_stack_update',
      { stack: STACK, tags: JSON.parse('{"__proto__": "x"}') },
      'INPUT_INVALID',
    ],
    ['more than is read', 'plan_stack_update', { stack: STACK, template: 'x'.repeat(1_300_000) }, 'INPUT_TOO_LARGE'],
    [
      'a template with aliases',
      'plan_stack_update',
      { stack: STACK, template: 'Resources: &a\n  B: *a\n' },
      'INPUT_TEMPLATE_INVALID',
    ],
  ])('with %s is refused', async (_what, tool, input, code) => {
    expect(await world.call(tool, input)).toMatchObject(refused(code));
    expect(await changeSets()).toEqual([]);
  });

  it('whose list grows by one is planned', async () => {
    const edited = await world.call(
      'plan_stack_update',
      set('Resources.CostTable.Properties.KeySchema[0].AttributeName', 'day'),
    );
    expect(edited).toHaveProperty('decision');
  });

  it.each(['constructor', 'toString', 'hasOwnProperty', 'valueOf'])(
    'with the name %s is like any other',
    async (name) => {
      const tagged = await world.call('plan_stack_update', { stack: STACK, tags: { [name]: 'a' } });
      expect(tagged).toMatchObject({ decision: 'needs_approval' });
      const { plan } = await world.app.changes.plan(String(tagged.plan_id));
      expect(plan.effects[0]?.properties).toEqual([{ path: `Tags.${name}`, after: 'a', replaces: 'never' }]);
      const made = template({
        Parameters: { [name]: { Type: 'String', Default: 'p' } },
        Conditions: { [name]: { 'Fn::Equals': [{ Ref: name }, 'p'] } },
        Mappings: { [name]: { p: { x: 'y' } } },
        Resources: {
          [`${name}1`]: {
            Type: 'AWS::SQS::Queue',
            Condition: name,
            Properties: { QueueName: { 'Fn::FindInMap': [name, { Ref: name }, 'x'] } },
          },
        },
        Outputs: { [name]: { Value: { Ref: `${name}1` } } },
      });
      expect(await world.call('plan_stack_update', { stack: STACK, template: made })).toHaveProperty('decision');
      const missing = template({ Outputs: { O: { Value: { Ref: name } } } });
      expect(await world.call('plan_stack_update', { stack: STACK, template: missing })).toHaveProperty('code');
      expect(
        await world.call('plan_tags', { resource_ids: ['vol-0123456789abcdef0'], set: { [name]: 'x' } }),
      ).not.toMatchObject({ code: 'INTERNAL' });
    },
  );

  it('that names no stack by 2,048 dashes is judged by its scopes', async () => {
    expect(await world.call('plan_stack_update', { stack: '-'.repeat(2_048) })).toMatchObject({
      code: expect.not.stringMatching('INTERNAL'),
    });
  });
});

describe('a template that grows when it is worked out', () => {
  const doubled = (depth: number): unknown =>
    depth === 0 ? 'xx' : { 'Fn::Sub': ['${a}${a}', { a: doubled(depth - 1) }] };
  const encoded = (depth: number): unknown => (depth === 0 ? 'xx' : { 'Fn::Base64': encoded(depth - 1) });
  const quoted = (depth: number): unknown => (depth === 0 ? '"' : { 'Fn::ToJsonString': { a: quoted(depth - 1) } });
  const looped = (depth: number, items: string[]): object =>
    depth === 0
      ? { 'A${a}': { Type: 'AWS::SNS::Topic' } }
      : { [`Fn::ForEach::L${depth}`]: [depth === 1 ? 'a' : `b${depth}`, items, looped(depth - 1, items)] };

  it.each<[string, unknown]>([
    ['Sub', doubled(30)],
    ['Base64', encoded(80)],
    ['ToJsonString', quoted(30)],
  ])('by nested %s is judged as unknown', async (_name, DisplayName) => {
    const { resolveTemplate, isUnresolved } = await import('../../src/providers/aws/template/resolve.ts');
    const { parseTemplate } = await import('../../src/providers/aws/template/parse.ts');
    const written = JSON.stringify({ Resources: { A: { Type: 'AWS::SNS::Topic', Properties: { DisplayName } } } });
    const pseudo = { AccountId: '1', Region: 'eu-west-1', StackId: 's', StackName: 's' };
    const { resources } = resolveTemplate(parseTemplate(written), { parameters: {}, pseudo });
    expect(isUnresolved(resources.A!.properties.DisplayName)).toBe(true);
  });
  it('by nested loops is refused', async () => {
    const items = Array.from({ length: 100 }, (_, index) => `i${index}`);
    const Resources = looped(6, items);
    const grown = JSON.stringify({ Transform: 'AWS::LanguageExtensions', Resources });
    expect(await world.call('plan_stack_update', { stack: STACK, template: grown })).toMatchObject({
      code: expect.stringMatching(/INPUT|AWS/),
    });
    expect(await changeSets()).toEqual([]);
  });
});

describe('a template file', () => {
  const file = (name: string) => {
    mkdirSync(join(process.cwd(), 'node_modules', '.inputs'), { recursive: true });
    return join(process.cwd(), 'node_modules', '.inputs', name);
  };
  it('of 3 GB is not read', async () => {
    const path = file('huge.yaml');
    writeFileSync(path, 'Resources:');
    truncateSync(path, 3_000_000_000);
    const before = process.memoryUsage().rss;
    expect(await world.call('plan_stack_update', { stack: STACK, template_file: path })).toMatchObject(
      refused('INPUT_TOO_LARGE'),
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(200_000_000);
    truncateSync(path, 0);
  });
  it('that is a pipe, a device or a folder is refused, and not waited for', async () => {
    const fifo = file(`pipe-${process.pid}`);
    execFileSync('mkfifo', [fifo]);
    for (const path of [fifo, file('.')])
      expect(await world.call('plan_stack_update', { stack: STACK, template_file: path })).toMatchObject({
        code: expect.stringMatching(/^INPUT_/),
      });
    execFileSync('rm', [fifo]);
  });
});

describe('a plan that fails', () => {
  const during = (fault: FaultRequest) => world.store.transact((inner) => addFault(inner, fault));
  const always = { times: 'always' } as const;
  it.each<[string, FaultRequest]>([
    ['while its change set is read', { kind: 'denied', operation: 'DescribeChangeSet', ...always }],
    ['while its template is read', { kind: 'denied', operation: 'GetTemplate', skip: 1, ...always }],
    ['by an answer that got lost', { kind: 'drop_after', operation: 'CreateChangeSet', ...always }],
  ])('%s leaves no change set', async (_when, fault) => {
    during(fault);
    expect(await world.call('plan_stack_update', set(MEMORY, 1_024))).toHaveProperty('code');
    world.store.transact((inner) => removeFaults(inner));
    expect(await changeSets()).toEqual([]);
  });
  it('for what would change nothing leaves no change set', async () => {
    expect(await world.call('plan_stack_update', { stack: STACK })).toMatchObject({ decision: 'no_change' });
    expect(await changeSets()).toEqual([]);
  });
  it('of a new stack says that an empty one is left', async () => {
    const policy = world.policyText.replace('stacks: ["*-dev"]', 'stacks: ["*-dev"], create: true');
    const app = await world.another({ policy });
    during({ kind: 'denied', operation: 'DescribeChangeSet', ...always });
    const answer = await app.pipeline('plan_stack_create', { stack: 'new-dev', template: template({}) });
    world.store.transact((inner) => removeFaults(inner));
    expect(answer).toMatchObject({
      ok: false,
      error: {
        code: 'AWS_ACCESS_DENIED',
        message: expect.stringContaining('The empty stack new-dev stays in REVIEW_IN_PROGRESS'),
      },
    });
    const { Stacks } = await client().send(new DescribeStacksCommand({ StackName: 'new-dev' }));
    expect(Stacks?.[0]?.StackStatus).toBe('REVIEW_IN_PROGRESS');
    expect(await changeSets('new-dev')).toEqual([]);
  });
});

describe('what answers in place of AWS', () => {
  let server: Server;
  let asked: string[];
  async function appBehind(answer: (operation: string, count: number) => string) {
    asked = [];
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (part) => {
        body += part;
      });
      request.on('end', () => {
        const operation = new URLSearchParams(body).get('Action') ?? '';
        asked.push(operation);
        response.setHeader('content-type', 'text/xml').end(answer(operation, asked.length));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    process.env.AWS_ACCESS_KEY_ID = 'a';
    process.env.AWS_SECRET_ACCESS_KEY = 'b';
    const endpointUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const config = { ...readConfig({ home: world.home }), policyPath: undefined, region: 'eu-west-1', endpointUrl };
    return createApp({ ...config, sponsor: 'alice', actsAs: [] }, { logDefect: () => undefined });
  }
  afterEach(() => server.close());
  const who =
    '<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/a</Arn><UserId>A</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>';
  const page = '<!DOCTYPE html><html><body><form action="/login">Welcome to the hotel</form></body></html>';

  it.each<[string, string]>([
    ['a captive portal’s page', page],
    ['nothing', ''],
    ['another operation', '<ListStacksResponse><ListStacksResult/></ListStacksResponse>'],
    ['a cut-off list', '<DescribeStacksResponse><DescribeStacksResult><Stacks>'],
    ['JSON', '{"Stacks": []}'],
  ])('with %s is no empty list', async (_what, body) => {
    const app = await appBehind((operation) => (operation === 'GetCallerIdentity' ? who : body));
    const answer = await app.pipeline('describe_stacks', {});
    app.close();
    expect(answer).toMatchObject({ ok: false, error: refused('AWS_ANSWER_INVALID') });
  });
  it('with a page for the question who one is, is refused too', async () => {
    const app = await appBehind(() => page);
    const answer = await app.pipeline('describe_stacks', {});
    app.close();
    expect(answer).toMatchObject({ ok: false, error: refused('AWS_ANSWER_INVALID') });
  });
  it.each<[string, (count: number) => string]>([
    ['the same page again and again', () => 'again'],
    ['pages without end', (count) => `page${count}`],
  ])('with %s is not followed for ever', async (_what, token) => {
    const stack =
      '<member><StackId>arn:aws:cloudformation:eu-west-1:123456789012:stack/a/1</StackId><StackName>a</StackName><StackStatus>CREATE_COMPLETE</StackStatus><CreationTime>2026-01-01T00:00:00Z</CreationTime></member>';
    const app = await appBehind((operation, count) =>
      operation === 'GetCallerIdentity'
        ? who
        : operation === 'DescribeStacks'
          ? `<DescribeStacksResponse><DescribeStacksResult><Stacks>${stack}</Stacks></DescribeStacksResult></DescribeStacksResponse>`
          : `<${operation}Response><${operation}Result><NextToken>${token(count)}</NextToken></${operation}Result></${operation}Response>`,
    );
    const answer = await app.pipeline('describe_stack', { stack: 'a', include: ['resources'] });
    app.close();
    expect(answer).toMatchObject({ ok: false, error: refused('AWS_ANSWER_INVALID') });
    expect(asked.length).toBeLessThan(600);
  });
});
