/** What a stack makes of a secret is as secret in the stacks that are given it: nested ones, and those that import it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { putTemplateObject } from '../../src/sandbox/facts.ts';
import { seedWorld } from '../../src/sandbox/seed-file.ts';
import { openTestWorld, type TestWorld } from '../world.ts';

const SECRET = 'Pl4nted-s3cret-zq';
const lambda = (variables: string, memory = 128) => `  Worker:
    Type: AWS::Lambda::Function
    Properties: { Runtime: nodejs22.x, Handler: index.handler, MemorySize: ${memory}, Role: 'arn:aws:iam::123456789012:role/w', Code: { ZipFile: x }, Environment: { Variables: { ${variables} } } }
`;
let world: TestWorld;
let seen: string[];
beforeEach(async () => {
  world = await openTestWorld();
  seen = [];
});
afterEach(() => world.close());

const seed = (stacks: object[]) => world.store.transact((inside) => seedWorld(inside, { stacks } as never));
async function ask(tool: string, input: object) {
  const answer = await world.call(tool, input);
  seen.push(JSON.stringify(answer));
  return answer;
}
async function everythingOf(stack: string, template: string) {
  await ask('describe_stack', { stack, include: ['outputs', 'parameters', 'template', 'events', 'drift'] });
  const plan = await ask('plan_stack_update', { stack, template });
  expect(plan.plan_id, JSON.stringify(plan)).toBeDefined();
  const { plan: stored } = await world.app.changes.plan(String(plan.plan_id));
  seen.push(JSON.stringify(stored), JSON.stringify(await world.app.changes.picture(stored)));
}
const expectNothingSecret = () => expect(seen.filter((text) => text.includes(SECRET))).toEqual([]);

const producer = `Parameters: { Hidden: { Type: String, NoEcho: true } }
Resources:
  Kept: { Type: AWS::SSM::Parameter, Properties: { Type: String, Value: !Sub 'x-\${Hidden}' } }
Outputs:
  One: { Value: !GetAtt Kept.Value, Export: { Name: shared-thing } }
  Two: { Value: plain-and-told, Export: { Name: shared-plain } }
`;

describe('an export that tells a secret, whatever it is called', () => {
  const consumer = (memory: number) => `Parameters: { Producer: { Type: String, Default: shared } }
Resources:
${lambda("A: !ImportValue shared-thing, B: !ImportValue { 'Fn::Sub': '${Producer}-thing' }, C: !ImportValue shared-plain", memory)}
Outputs:
  Again: { Value: !ImportValue shared-thing, Export: { Name: again-thing } }
  Plain: { Value: !ImportValue shared-plain }
`;
  it('is secret where it is imported, and where that is exported again', async () => {
    seed([
      { name: 'one-dev', template: producer, parameters: { Hidden: SECRET } },
      { name: 'two-dev', template: consumer(128) },
      {
        name: 'three-dev',
        template: `Resources:\n${lambda('D: !ImportValue again-thing')}Outputs:\n  Third: { Value: !ImportValue again-thing }\n`,
      },
    ]);
    await everythingOf('two-dev', consumer(256));
    await everythingOf(
      'three-dev',
      `Resources:\n${lambda('D: !Sub [ "x-${V}", { V: !ImportValue again-thing } ]')}Outputs:\n  Third: { Value: !ImportValue again-thing }\n`,
    );
    expectNothingSecret();
    // What is no secret is told.
    expect(seen.join()).toContain('plain-and-told');
  });
});

describe('an export that tells a secret and that a mark would name', () => {
  const hooks = `Parameters: { Hidden: { Type: String, NoEcho: true } }
Resources:
  Topic: { Type: AWS::SNS::Topic }
Outputs:
  Hook: { Value: !Sub 'https://hooks.partner.example/\${Hidden}', Export: { Name: shared-address } }
`;
  const child = `Resources:
  Bell: { Type: AWS::SNS::Topic }
  Told: { Type: AWS::SNS::Subscription, Properties: { Protocol: https, TopicArn: !Ref Bell, Endpoint: !ImportValue shared-address } }
`;
  const url = (name: string) => `https://templates.s3.amazonaws.com/${name}.yaml`;
  it('is named nowhere: in a stack, in a nested stack, and when that goes', async () => {
    seed([{ name: 'hooks-dev', template: hooks, parameters: { Hidden: SECRET } }]);
    seed([{ name: 'rings-dev', template: `Resources:\n  Bell: { Type: AWS::SNS::Topic }\n` }]);
    await everythingOf('rings-dev', child);
    seed([{ name: 'rang-dev', template: child }]);
    const gone = await ask('plan_stack_delete', { stack: 'rang-dev' });
    seen.push(JSON.stringify((await world.app.changes.plan(String(gone.plan_id))).plan));
    world.store.transact((inside) => {
      putTemplateObject(inside, url('child'), child);
      putTemplateObject(inside, url('empty'), 'Resources:\n  Bell: { Type: AWS::SNS::Topic }\n');
    });
    const parent = (name: string) =>
      `Resources:\n  Child: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: '${url(name)}' } }\n`;
    seed([{ name: 'parent-dev', template: parent('empty') }]);
    await everythingOf('parent-dev', parent('child'));
    expectNothingSecret();
  });
});

describe('a nested stack that is given a secret by a parameter that is not NoEcho', () => {
  const child = (memory: number) => `Parameters: { Given: { Type: String } }
Resources:
${lambda('A: !Ref Given', memory)}
Outputs:
  Out: { Value: !Sub 'v-\${Given}' }
`;
  it('tells it nowhere, asked for by itself or through its parent', async () => {
    const parent = (size: number) =>
      JSON.stringify({
        Parameters: { Hidden: { Type: 'String', NoEcho: true } },
        Resources: {
          Child: {
            Type: 'AWS::CloudFormation::Stack',
            Properties: {
              TemplateURL: `https://templates.s3.amazonaws.com/child-${size}.yaml`,
              Parameters: { Given: { Ref: 'Hidden' } },
            },
          },
        },
        Outputs: { Up: { Value: { 'Fn::GetAtt': ['Child', 'Outputs.Out'] } } },
      });
    world.store.transact((inside) => {
      putTemplateObject(inside, 'https://templates.s3.amazonaws.com/child-1.yaml', child(128));
      putTemplateObject(inside, 'https://templates.s3.amazonaws.com/child-2.yaml', child(256));
    });
    // Nested stacks are in scope too.
    await world.another({ policy: world.policyText.replace('["*-dev"]', '["*-dev", "parent-dev-*"]') });
    seed([{ name: 'parent-dev', template: parent(1), parameters: { Hidden: SECRET } }]);
    await everythingOf('parent-dev', parent(2));
    const { stacks } = (await world.call('describe_stacks', { name_prefix: 'parent-dev-' })) as never as {
      stacks: { stack: string }[];
    };
    expect(stacks).toHaveLength(1);
    for (const { stack } of stacks) {
      await ask('describe_stack', { stack, include: ['outputs', 'parameters', 'template', 'events'] });
      await ask('plan_stack_update', { stack, template: child(512) });
    }
    expectNothingSecret();
  });
});

describe('within one stack', () => {
  it.each([
    ['the name that Ref gives back of a thing named after it', 'Value: !Ref Named'],
    ['an ARN that contains such a name', 'Value: !GetAtt Named.TopicName'],
    ['a secret that is resolved in an output', "Value: '{{resolve:ssm-secure:/hidden/one:1}}'"],
  ])('%s is no output to be told', async (_what, value) => {
    const template = (memory: number) => `Parameters: { Hidden: { Type: String, NoEcho: true } }
Resources:
  Named: { Type: AWS::SNS::Topic, Properties: { TopicName: !Sub 'x-\${Hidden}' } }
${lambda('A: b', memory)}
Outputs:
  Out: { ${value} }
`;
    seed([{ name: 'four-dev', template: template(128), parameters: { Hidden: SECRET } }]);
    const described = await ask('describe_stack', { stack: 'four-dev', include: ['outputs'] });
    expect(described.outputs).toEqual([{ key: 'Out', value: '****' }]);
    await everythingOf('four-dev', template(256));
    expectNothingSecret();
  });
});
