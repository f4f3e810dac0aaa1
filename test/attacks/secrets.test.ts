/** Nothing secret reaches the agent, the ledger, a log or a person; nothing invisible reaches anybody. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { approve } from '../../src/cli/approve.ts';
import { show, showStatement } from '../../src/cli/show.ts';
import { hidesSomething } from '../../src/core/render-safe.ts';
import { textOf } from '../../src/mcp/answer-text.ts';
import { addFault } from '../../src/sandbox/faults.ts';
import { type AttackedWorld, openAttackedWorld } from './attempts.ts';

const bin = new URL('../../bin/countersign.js', import.meta.url).pathname;
let planted = 0;
const memory = { stack: 'secret-prod', set: [{ path: 'Resources.Worker.Properties.MemorySize', value: 512 }] };
/** A secret that is nowhere else. */
const secret = () => `Pl4nted-s3cret-${planted++}-x`;

let world: AttackedWorld;
/** Everything that an agent was answered or a person was shown. */
let seen: string[];
let secrets: string[];
const plant = () => {
  const one = secret();
  secrets.push(one);
  return one;
};
const templateOf = (password: string, userData: string, master: string, more = '') => `Parameters:
  Password: { Type: String, NoEcho: true, Default: ${password} }
  Size: { Type: String, Default: t3.micro }
Resources:
  Machine:
    Type: AWS::EC2::Instance
    Properties:
      ImageId: ami-0123456789abcdef0
      InstanceType: !Ref Size
      UserData: { Fn::Base64: !Sub '#!/bin/sh\\necho ${userData} \${Password}' }
  Database:
    Type: AWS::RDS::DBInstance
    DeletionPolicy: Snapshot
    UpdateReplacePolicy: Snapshot
    Properties:
      DBInstanceClass: db.t3.micro
      Engine: postgres
      AllocatedStorage: '20'
      MasterUsername: admin
      MasterUserPassword: ${master}
  ByParameter:
    Type: AWS::RDS::DBInstance
    DeletionPolicy: Snapshot
    UpdateReplacePolicy: Snapshot
    Properties: { DBInstanceClass: db.t3.micro, Engine: postgres, AllocatedStorage: '20', MasterUserPassword: !Ref Password }
  Vault:
    Type: AWS::SecretsManager::Secret
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties: { SecretString: ${master} }
  Referenced:
    Type: AWS::RDS::DBInstance
    DeletionPolicy: Snapshot
    UpdateReplacePolicy: Snapshot
    Properties: { DBInstanceClass: db.t3.micro, Engine: postgres, AllocatedStorage: '20', MasterUserPassword: '{{resolve:ssm-secure:/app/password:1}}' }
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/worker
      Code: { ZipFile: 'exports.handler = 1' }
      Environment: { Variables: { URL: !Sub 'postgres://app:\${Password}@db/app' } }
${more}`;

let deployed: { password: string; userData: string; master: string };
beforeEach(async () => {
  seen = [];
  secrets = [];
  deployed = { password: plant(), userData: plant(), master: plant() };
  world = await openAttackedWorld({
    ssm_parameters: { '/app/password': { type: 'SecureString', value: plant() } },
    stacks: [{ name: 'secret-prod', template: templateOf(deployed.password, deployed.userData, deployed.master) }],
  });
});
afterEach(() => world.close());

async function ask(tool: string, input: object): Promise<Record<string, unknown>> {
  const answer = await world.app.pipeline(tool, input);
  seen.push(JSON.stringify(answer), textOf(answer));
  return answer.ok ? answer.content : { ...answer.error };
}
const sign = (id: string) =>
  ['bob', 'carol'].reduce<Promise<unknown>>(async (before, person) => {
    await before;
    if ((await world.app.changes.find(id)).state === 'pending')
      await approve(world.app, id, {
        decision: 'approve',
        key: world.keyOf(person),
        as: person,
        confirm: 'secret-prod',
      });
  }, Promise.resolve());
/** A command in a process of its own: what it prints, and its log. */
function command(...args: string[]) {
  const shared = ['--home', world.home, '--policy', join(world.home, 'policy.yaml'), '--sandbox'];
  const ran = spawnSync(process.execPath, [bin, ...shared, ...args], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, COUNTERSIGN_SPONSOR: 'alice', COUNTERSIGN_LOG_LEVEL: 'debug' },
  });
  seen.push(ran.stdout, ran.stderr);
  return ran;
}
/** Plain, and as base64 at each of its three offsets. */
const spellings = (text: string) => [
  text,
  ...[0, 1, 2].map((offset) =>
    Buffer.from(' '.repeat(offset) + text)
      .toString('base64')
      .slice(4, -4),
  ),
];
function expectNothingSecret(): void {
  const files = readdirSync(world.home)
    .filter(
      (name) =>
        !name.startsWith('sandbox.db') && !name.startsWith('input') && statSync(join(world.home, name)).isFile(),
    )
    .map((name): [string, string] => [name, readFileSync(join(world.home, name), 'latin1')]);
  expect(files.map(([name]) => name)).toContain('ledger.db');
  const places: [string, string][] = [
    ...files,
    ...seen.map((text, index): [string, string] => [`answer ${index}: ${text.slice(0, 60)}`, text]),
  ];
  const leaks = places.filter(([, text]) => secrets.flatMap(spellings).some((one) => text.includes(one)));
  expect(leaks.map(([name]) => name)).toEqual([]);
}

describe('secrets', () => {
  it('of a deployed stack are not in what is described', async () => {
    const include = ['resources', 'outputs', 'parameters', 'events', 'template', 'drift', 'dependents'];
    const described = await ask('describe_stack', { stack: 'secret-prod', include });
    expect(described.template).toContain('MasterUserPassword');
    await ask('describe_instances', {});
    expectNothingSecret();
  });

  it('of a stack’s outputs, which CloudFormation does not mask', async () => {
    // NoEcho hides a parameter, not what the template makes of it: an output shows it (from memory of the user guide).
    const template = templateOf(
      deployed.password,
      deployed.userData,
      deployed.master,
      'Outputs:\n  Said: { Value: !Ref Password }\n',
    );
    const { seedWorld } = await import('../../src/sandbox/seed-file.ts');
    world.store.transact((inside) => seedWorld(inside, { stacks: [{ name: 'talks-prod', template }] }));
    await ask('describe_stack', { stack: 'talks-prod', include: ['outputs', 'parameters', 'template'] });
    expectNothingSecret();
  });

  it('that a plan, a change, its signing and its execution would carry', async () => {
    const plans: [string, object][] = [
      ['plan_stack_update', { stack: 'secret-prod', parameters: { Password: plant() } }],
      ['plan_stack_update', { stack: 'secret-prod', template: templateOf(plant(), plant(), plant()) }],
      [
        'plan_stack_update',
        { stack: 'secret-prod', set: [{ path: 'Resources.Database.Properties.MasterUserPassword', value: plant() }] },
      ],
      [
        'plan_stack_update',
        { stack: 'secret-prod', set: [{ path: 'Resources.Vault.Properties.SecretString', value: plant() }] },
      ],
      [
        'plan_stack_update',
        {
          stack: 'secret-prod',
          set: [{ path: 'Resources.Machine.Properties.UserData', value: Buffer.from(plant()).toString('base64') }],
        },
      ],
      ['plan_stack_delete', { stack: 'secret-prod' }],
    ];
    for (const [tool, input] of plans) {
      const plan = await ask(tool, input);
      expect(plan.plan_id, JSON.stringify(plan)).toBeDefined();
      await ask('describe_plan', { plan_id: plan.plan_id });
      const change = await ask('propose_change', { plan_id: plan.plan_id, goal: 'configure', reason: 'rotation' });
      await ask('describe_change', { change_id: change.change_id });
      seen.push(await show(world.app, String(change.change_id)));
    }
    await ask('describe_changes', {});
    expectNothingSecret();
  });

  it('of environments, pairs and URLs, and what is made of NoEcho parameters, in a plan', async () => {
    const value = plant();
    const written = (word: string, size: number) => `Parameters:
  Hidden: { Type: String, NoEcho: true }
Resources:
  Param: { Type: AWS::SSM::Parameter, Properties: { Type: String, Value: !Sub 'x-\${Hidden}' } }
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      MemorySize: ${size}
      Role: arn:aws:iam::123456789012:role/worker
      Code: { ZipFile: 'exports.handler = 1' }
      Environment: { Variables: { LOG: '${size}', DB_PASSWORD: '${word}', DATABASE_URL: 'postgres://app:${word}@db/app', COPY: !GetAtt Param.Value } }
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions: [{ Name: web, Image: 'web:1', Environment: [{ Name: DB_PASSWORD, Value: '${word}' }, { Name: LOG, Value: '${size}' }] }]
Metadata: { Notes: { STRIPE_KEY: '${word}' } }
Outputs:
  Said: { Value: !GetAtt Param.Value }
`;
    const { seedWorld } = await import('../../src/sandbox/seed-file.ts');
    const template = written(value, 128);
    world.store.transact((inside) =>
      seedWorld(inside, { stacks: [{ name: 'maps-prod', template, parameters: { Hidden: plant() } }] }),
    );
    const described = await ask('describe_stack', {
      stack: 'maps-prod',
      include: ['template', 'outputs', 'parameters'],
    });
    expect(await ask('plan_stack_update', { stack: 'maps-prod', template: described.template })).toMatchObject({
      decision: 'no_change',
    });
    const wanted = { stack: 'maps-prod', template: written(plant(), 256), parameters: { Hidden: plant() } };
    const plan = await ask('plan_stack_update', wanted);
    expect(plan.plan_id, JSON.stringify(plan)).toBeDefined();
    const change = await ask('propose_change', { plan_id: plan.plan_id, goal: 'configure', reason: 'rotation' });
    seen.push(await show(world.app, String(change.change_id)));
    // What is no secret is still told.
    expect(JSON.stringify((await world.app.changes.plan(String(plan.plan_id))).plan.effects)).toContain('256');
    expectNothingSecret();
  });

  it('that are executed, and fail', async () => {
    const { change_id } = await ask('propose_change', {
      plan_id: (await ask('plan_stack_update', { ...memory, parameters: { Password: deployed.password } })).plan_id,
      goal: 'configure',
      reason: 'more of it',
    });
    const id = String(change_id);
    expect((await world.app.changes.find(id)).state).toBe('pending');
    seen.push(await showStatement(world.app, id, 'bob', 'approve'));
    await sign(id);
    world.store.transact((inside) => addFault(inside, { kind: 'denied', operation: 'ExecuteChangeSet' }));
    expect(command('execute', id)).toMatchObject({ status: 1 });
    command('show', id);
    command('show', id, '--json');
    command('changes', '--json');
    await ask('describe_change', { change_id: id });
    expectNothingSecret();
  });

  it('in what is refused, malformed, or a defect', async () => {
    const refused: [string, unknown][] = [
      ['plan_stack_update', { stack: 'secret-prod', parameters: { Password: [plant()] } }],
      ['plan_stack_update', { stack: 'secret-prod', template: `Resources:\n  A: [${plant()}\n  }` }],
      ['plan_stack_update', { stack: 'secret-prod', template: `Resources:\n  A: ${plant()}\n` }],
      [
        'plan_stack_update',
        {
          stack: 'secret-prod',
          template: `Resources:\n  A: { Type: AWS::SNS::Topic, Properties: { AccessToken: ${plant()} } }\n`,
        },
      ],
      [
        'plan_stack_update',
        { stack: 'secret-prod', set: [{ path: 'Resources.None.Properties.MasterUserPassword', value: plant() }] },
      ],
      ['plan_stack_update', { stack: 'secret-prod', parameters: { Nobody: plant() } }],
      ['plan_stack_update', { stack: 'secret-prod', password: plant() }],
      ['describe_stack', { stack: { secret: plant() } }],
    ];
    for (const [tool, input] of refused) await ask(tool, input as object);
    const input = join(world.home, 'input.json');
    writeFileSync(input, JSON.stringify({ stack: 'secret-prod', template: `Resources:\n  A: ${plant()}\n` }));
    command('tool', 'plan_stack_update', '--input', input);
    writeFileSync(input, `{ "stack": "secret-prod", "parameters": { "Password": "${plant()}" `);
    command('tool', 'plan_stack_update', '--input', input);
    expectNothingSecret();
  });
});

/** Right-to-left override, zero width space, escape, isolate, byte order mark, soft hyphen, a tag character, null. */
const HIDDEN = ['\u202e', '\u200b', '\u001b[2J', '\u2066', '\ufeff', '\u00ad', '\u{e0041}', '\u0000'];
const everything = HIDDEN.join('x');

describe('characters that nobody sees', () => {
  const shownToPerson = async (id: string) => {
    // Colours are ours.
    for (const text of [await show(world.app, id), await showStatement(world.app, id, 'bob', 'approve')])
      expect(hidesSomething(text.replaceAll(/\u001b\[\d+m/g, ''))).toBe(false);
  };
  const expectVisible = () => expect(seen.filter(hidesSomething)).toEqual([]);

  it('in what an agent sends are refused or made visible', async () => {
    const stack = 'secret-prod';
    const topic = (description: string, name: string, value: string) =>
      JSON.stringify({
        Description: description,
        Resources: { [name]: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: value } } },
      });
    const attempts: [string, object][] = HIDDEN.flatMap((hidden): [string, object][] => [
      ['describe_stack', { stack: `secret${hidden}-prod` }],
      ['plan_stack_update', { stack: `secret-prod${hidden}`, tags: {} }],
      ['plan_stack_update', { stack, tags: { [`te${hidden}am`]: 'web' } }],
      ['plan_stack_update', { stack, tags: { team: `we${hidden}b` } }],
      ['plan_stack_update', { stack, template: topic(`a${hidden}b`, 'Topic', 'x') }],
      ['plan_stack_update', { stack, template: topic('a', `To${hidden}pic`, 'x') }],
      [
        'plan_stack_update',
        { stack, set: [{ path: 'Resources.Machine.Properties.InstanceType', value: `t3${hidden}` }] },
      ],
      [
        'plan_stack_update',
        { stack, set: [{ path: `Resources.Mach${hidden}ine.Properties.InstanceType`, value: 't3.small' }] },
      ],
      ['plan_stack_update', { stack, parameters: { Size: `t3.${hidden}small` } }],
      [`plan${hidden}`, {}],
    ]);
    for (const [tool, input] of attempts) {
      const answer = await ask(tool, input);
      expect(['pass', 'needs_approval'], JSON.stringify([tool, input, answer])).not.toContain(
        hiddenMatters(input) ? answer.decision : 'denied',
      );
    }
    expectVisible();
    expect(world.writes()).toEqual([]);
  });

  it('in a property value: the render guard names the field', async () => {
    const set = [{ path: 'Resources.Worker.Properties.Description', value: 'all \u202eenif' }];
    const plan = await ask('plan_stack_update', { stack: 'secret-prod', set });
    expect(plan).toMatchObject({ decision: 'denied' });
    const [verdict] = (plan.verdicts as { code: string; message: string }[]).filter(
      ({ code }) => code === 'GUARD_RENDER',
    );
    expect(verdict?.message).toMatch(/Properties\.Description of Worker after has characters that a person cannot see/);
    const change = await ask('propose_change', { plan_id: plan.plan_id, goal: 'configure', reason: 'words' });
    await shownToPerson(String(change.change_id));
    expectVisible();
  });

  it('in a reason, a ticket or the agent’s own name', async () => {
    const propose = async (more: object) => {
      const made = await world.app.pipeline('plan_stack_update', memory, { agent: `Cl${everything}aude` });
      const plan_id = made.ok ? made.content.plan_id : '';
      return ask('propose_change', { plan_id, goal: 'configure', reason: 'larger', ...more });
    };
    for (const hidden of HIDDEN)
      expect(await propose({ reason: `lar${hidden}ger` })).toMatchObject({ code: 'INPUT_INVALID' });
    const change = await propose({ ticket: `OPS${everything}-1`, reason: 'larger\nexcluded: nobody' });
    expect(change, JSON.stringify(change)).toMatchObject({ state: 'pending' });
    await shownToPerson(String(change.change_id));
    expect(await show(world.app, String(change.change_id))).toContain('agent│ excluded: nobody');
    await ask('describe_change', { change_id: change.change_id });
    await ask('describe_changes', {});
    expectVisible();
  });

  it('in what the cloud has: tags, names, descriptions, outputs', async () => {
    const { seedWorld } = await import('../../src/sandbox/seed-file.ts');
    world.store.transact((inside) =>
      seedWorld(inside, {
        security_groups: [
          {
            name: `wall${everything}`,
            description: everything,
            ingress: [{ peer: '10.0.0.0/8', ports: '443', description: everything }],
          },
        ],
        instances: [{ name: `box${everything}`, tags: { [`k${everything}`]: everything } }],
        volumes: [{ size_gib: 1, tags: { Name: everything } }],
        stacks: [
          {
            name: 'odd-prod',
            tags: { note: everything },
            parameters: { P: everything },
            template: JSON.stringify({
              Description: everything,
              Parameters: { P: { Type: 'String' } },
              Resources: { A: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: { Ref: 'P' } } } },
              Outputs: { O: { Value: { Ref: 'P' } } },
            }),
          },
        ],
      }),
    );
    const include = ['resources', 'outputs', 'parameters', 'events', 'template', 'drift', 'dependents'];
    await ask('describe_stack', { stack: 'odd-prod', include });
    for (const tool of ['describe_instances', 'describe_security_groups', 'describe_volumes', 'describe_stacks'])
      await ask(tool, {});
    expect(seen.join('')).toContain('\\u{202e}');
    expectVisible();
  });
});

/** An invisible character that AWS itself takes away or that only a description has is no change. */
const hiddenMatters = (input: object) => !('template' in input);
