/** For whatever templates: a NoEcho value is told nowhere; what is described can be sent back; what is no secret stays told. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { show } from '../../src/cli/show.ts';
import { textOf } from '../../src/mcp/answer-text.ts';
import { seedWorld } from '../../src/sandbox/seed-file.ts';
import { openTestWorld, type TestWorld } from '../world.ts';

/** Each part is found nowhere else, so that a piece of the secret is a leak too. */
const PARTS = ['Zq7xQkVw', 'Kx9pLmTr', 'Wv3nHdYb'];
const SECRET = PARTS.join('-');
const found = (text: string) =>
  PARTS.flatMap((part) => [
    part,
    ...[0, 1, 2].map((at) =>
      Buffer.from(' '.repeat(at) + part)
        .toString('base64')
        .slice(at === 0 ? 0 : 4, -4),
    ),
  ]).filter((spelling) => spelling.length >= 4 && text.includes(spelling));

type Json = string | number | boolean | Json[] | { [key: string]: Json };
const PLAIN = ['Alpha', 'Beta', 'Gamma', 'LOG_LEVEL', 'Endpoint', 'Copy'];
const KINDS = ['AWS::SSM::Parameter', 'AWS::SNS::Topic', 'AWS::Lambda::Function'] as const;
const ATTRIBUTE = { 'AWS::SSM::Parameter': 'Value', 'AWS::SNS::Topic': 'TopicName', 'AWS::Lambda::Function': 'Arn' };

/** A value that may be made of the secret, of plain text, or of the resources before. */
const expression = (before: readonly string[], depth = 3): fc.Arbitrary<Json> => {
  const leaves: fc.Arbitrary<Json>[] = [
    fc.constantFrom('plain', 'other', '80'),
    fc.constant({ Ref: 'Hidden' }),
    fc.constant({ Ref: 'Open' }),
    fc.constant({ 'Fn::Sub': 'postgres://app:${Hidden}@db/app' }),
    fc.constant({ 'Fn::Sub': '{"inner": {"value": "${Hidden}"}}' }),
    fc.constant({ 'Fn::Select': [1, { 'Fn::Split': ['-', { Ref: 'Hidden' }] }] }),
    ...(before.length === 0
      ? []
      : [
          fc.constantFrom(...before).map((name): Json => ({ 'Fn::GetAtt': name })),
          fc.constantFrom(...before).map((name): Json => ({ 'Fn::Sub': `x-\${${name}}` })),
          fc.constantFrom(...before).map((name): Json => ({ Ref: name.split('.')[0]! })),
        ]),
  ];
  if (depth === 0) return fc.oneof(...leaves);
  const inner = expression(before, depth - 1);
  return fc.oneof(
    ...leaves,
    fc.tuple(inner, inner).map(([a, b]): Json => ({ 'Fn::Join': ['/', [a, b, 'end']] })),
    fc.tuple(inner, inner).map(([a, b]): Json => ({ 'Fn::If': ['IsBig', a, b] })),
    inner.map((a): Json => ({ 'Fn::Sub': ['<${V}>', { V: a }] })),
    inner.map((a): Json => ({ 'Fn::Base64': a })),
  );
};

const propertiesOf = (kind: (typeof KINDS)[number], [one, two]: [Json, Json], size: number): Json =>
  kind === 'AWS::SSM::Parameter'
    ? { Type: 'String', Value: one, Description: two }
    : kind === 'AWS::SNS::Topic'
      ? { DisplayName: one, Tags: [{ Key: 'Copy', Value: two }] }
      : {
          Runtime: 'nodejs22.x',
          Handler: 'index.handler',
          MemorySize: size,
          Role: 'arn:aws:iam::123456789012:role/w',
          Code: { ZipFile: 'x' },
          Environment: { Variables: { Alpha: one, LOG_LEVEL: two } },
        };

/** Resources each of which may name those before it; outputs and metadata of all of them. */
const template = fc
  .array(fc.tuple(fc.constantFrom(...KINDS), fc.nat(999)), { minLength: 1, maxLength: 5 })
  .chain((kinds) => {
    const attributes = kinds.map(([kind], index) => `R${index}.${ATTRIBUTE[kind]}`);
    const values = kinds.map((_, index) =>
      fc.tuple(expression(attributes.slice(0, index)), expression(attributes.slice(0, index))),
    );
    const outputs = fc.array(fc.tuple(fc.constantFrom(...PLAIN), expression(attributes)), {
      minLength: 1,
      maxLength: 3,
    });
    return fc.tuple(fc.tuple(...values), outputs).map(
      ([written, told]) =>
        (size: number): Json => ({
          Parameters: { Hidden: { Type: 'String', NoEcho: true }, Open: { Type: 'String', Default: 'told' } },
          Conditions: { IsBig: { 'Fn::Equals': [{ Ref: 'Open' }, 'told'] } },
          Resources: {
            ...Object.fromEntries(
              kinds.map(([kind], index) => [
                `R${index}`,
                { Type: kind, Properties: propertiesOf(kind, written[index]!, size) },
              ]),
            ),
            Last: { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: size } },
          },
          Outputs: Object.fromEntries(
            told.map(([name, value]) => [name.replace('_', ''), { Value: { 'Fn::Join': ['', [value]] } }]),
          ),
        }),
    );
  });

let world: TestWorld;
let count = 0;
beforeAll(async () => {
  world = await openTestWorld();
  const policy = world.policyText.replace(
    'people:',
    'guards: { plan-budget: { plans_per_hour: 1000 }, budget: { mode: observe } }\npeople:',
  );
  await world.another({ policy });
});
afterAll(() => world.close());

const files = () =>
  readdirSync(world.home)
    .filter((name) => !name.startsWith('sandbox.db') && statSync(join(world.home, name)).isFile())
    .map((name) => readFileSync(join(world.home, name), 'latin1'))
    .join('\n');

describe('for random templates', () => {
  it('what is made of a NoEcho value is in no answer, event, document or page', { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(template, template, async (deployed, wanted) => {
        const stack = `random-${count++}-dev`;
        world.store.transact((inside) =>
          seedWorld(inside, {
            stacks: [{ name: stack, template: deployed(30) as never, parameters: { Hidden: SECRET } }],
          }),
        );
        const seen: string[] = [];
        const ask = async (tool: string, input: object) => {
          const answer = await world.app.pipeline(tool, input);
          seen.push(JSON.stringify(answer), textOf(answer));
          return answer.ok ? answer.content : { ...answer.error };
        };
        const include = ['resources', 'outputs', 'parameters', 'events', 'template', 'drift'];
        await ask('describe_stack', { stack, include });
        for (const next of [deployed(60), wanted(60)]) {
          const plan = await ask('plan_stack_update', { stack, template: JSON.stringify(next) });
          if (plan.plan_id === undefined)
            expect(plan.code, JSON.stringify(plan)).toMatch(/^(?:AWS_VALIDATION|AWS_CHANGE_SET_FAILED|INPUT_)/);
          else {
            await ask('describe_plan', { plan_id: plan.plan_id });
            const change = await ask('propose_change', {
              plan_id: plan.plan_id,
              goal: 'configure',
              reason: 'more of it',
            });
            seen.push(await show(world.app, String(change.change_id)));
          }
        }
        for (const text of seen) expect(found(text), text.slice(0, 2_000)).toEqual([]);
      }),
      { numRuns: 25 },
    );
    expect(found(files())).toEqual([]);
  });
});

/** Names with what stands under them, and whether that is a secret. */
const member = fc.oneof(
  fc.constantFrom<[string, Json, boolean]>(
    ['DB_PASSWORD', 'hunter2-hunter2', true],
    ['apiKey', 'k-1234567890', true],
    ['STRIPE_KEY', 'rk-0987654321', true],
    ['DATABASE_URL', 'postgres://app:s3cr3t-word@db/app', true],
    ['CONFIG', '{"password":"hunter2-hunter2","level":"debug"}', true],
    ['LOG_LEVEL', 'debug', false],
    ['DB_PASSWORD_NAME', 'prod/db', false],
    ['SecretArn', 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:x', false],
    ['DB_SECRET', { Ref: 'Bucket' }, false],
    ['API_TOKEN', '{{resolve:secretsmanager:app:SecretString:token}}', false],
    ['DATABASE_HOST', 'postgres://db.internal/app', false],
    ['USE_PASSWORD', 'true', false],
    ['SETTINGS', '{"level":"debug","size":3}', false],
    ['PARTITION_KEY', 'tenant', false],
  ),
);
const leavesOf = (value: unknown, path = ''): Map<string, unknown> =>
  value !== null && typeof value === 'object'
    ? new Map(Object.entries(value).flatMap(([key, inner]) => [...leavesOf(inner, `${path}/${key}`)]))
    : new Map([[path, value]]);

describe('a described template, random', () => {
  it('sent back is no change, and masks what is secret and nothing else', { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(member, { selector: ([name]) => name, maxLength: 8 }),
        fc.constantFrom('ApiKey', 'DatabaseSecret', 'Worker', 'Passwords'),
        fc.boolean(),
        async (members, id, asPairs) => {
          const stack = `described-${count++}-dev`;
          const variables = Object.fromEntries(members.map(([name, value]) => [name, value]));
          const written = {
            Resources: {
              Bucket: { Type: 'AWS::S3::Bucket', DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' },
              [id]: asPairs
                ? {
                    Type: 'AWS::ECS::TaskDefinition',
                    Properties: {
                      ContainerDefinitions: [
                        { Name: 'web', Image: 'web:1', Environment: members.map(([Name, Value]) => ({ Name, Value })) },
                      ],
                    },
                  }
                : {
                    Type: 'AWS::Lambda::Function',
                    Properties: {
                      Runtime: 'nodejs22.x',
                      Handler: 'a.b',
                      Role: 'arn:aws:iam::123456789012:role/w',
                      Code: { ZipFile: 'x' },
                      Environment: { Variables: variables },
                    },
                  },
            },
          };
          world.store.transact((inside) =>
            seedWorld(inside, { stacks: [{ name: stack, template: JSON.stringify(written) }] }),
          );
          const described = await world.call('describe_stack', { stack, include: ['template'] });
          const [told, real] = [leavesOf(JSON.parse(String(described.template))), leavesOf(written)];
          const masked = [...real].filter(([path, value]) => told.get(path) !== value).map(([, value]) => value);
          expect(masked.sort()).toEqual(members.flatMap(([, value, isSecret]) => (isSecret ? [value] : [])).sort());
          const back = await world.call('plan_stack_update', { stack, template: described.template });
          expect(back, JSON.stringify(back)).toMatchObject({ decision: 'no_change' });
        },
      ),
      { numRuns: 40 },
    );
  });
});
