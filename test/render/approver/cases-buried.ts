/** What stands among much else, or looks like what was there. */
import type { ApproverCase } from './case.ts';

const functions = (count: number, of: (index: number) => object) => ({
  Resources: Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `Fn${String(index).padStart(2, '0')}`,
      {
        Type: 'AWS::Lambda::Function',
        Properties: {
          Role: 'arn:aws:iam::123456789012:role/service',
          Handler: 'index.handler',
          Runtime: 'nodejs22.x',
          Code: { S3Bucket: 'acme-artifacts', S3Key: 'shop/1.zip' },
          ...of(index),
        },
      },
    ]),
  ),
});
const variables = (Variables: object) => ({ Environment: { Variables } });
const settings = (more: object) => variables({ API_HOST: 'https://api.acme.example', LOG: 'debug', ...more });
const before = functions(1, () => variables({ API_HOST: 'https://api.acme.example', LOG: 'info' }));
const one = (more: object) => functions(1, () => settings(more));
const LOADED = '--require /opt/hook.js';
const launched = (KeyName: string, InstanceType: string) => ({
  Resources: {
    Template: {
      Type: 'AWS::EC2::LaunchTemplate',
      Properties: { LaunchTemplateData: { ImageId: 'ami-0123456789abcdef0', InstanceType, KeyName } },
    },
  },
});

export const buried: readonly ApproverCase[] = [
  {
    name: 'a host among thirty of another domain',
    before: functions(30, () => settings({})),
    hazard: functions(30, (index) => settings({ V: `${index === 29 ? 'collect.evil' : `v${index}.acme`}.example` })),
    twin: functions(30, (index) => settings({ V: `v${index}.acme.example` })),
    offending: ['Fn29', 'collect.evil.example'],
  },
  {
    name: 'what a runtime loads among thirty changes',
    before: functions(30, (index) => settings({ V: `old ${index}` })),
    hazard: functions(30, (index) =>
      settings({ V: `new ${index}`, ...(index === 17 ? { NODE_OPTIONS: LOADED } : {}) }),
    ),
    twin: functions(30, (index) => settings({ V: `new ${index}` })),
    offending: ['Fn17', 'NODE_OPTIONS', LOADED],
  },
  {
    name: 'code of another bucket among thirty',
    before: functions(30, () => ({})),
    hazard: functions(30, (index) => ({
      Code: { S3Bucket: index === 17 ? 'acrne-artifacts' : 'acme-artifacts', S3Key: '2' },
    })),
    twin: functions(30, () => ({ Code: { S3Bucket: 'acme-artifacts', S3Key: '2' } })),
    offending: ['Fn17', 'acrne-artifacts'],
  },
  {
    name: 'a host in letters that look alike',
    before,
    hazard: one({ API_HOST: 'https://api.\u{430}cme.example' }),
    twin: one({}),
    offending: ['https://api.\\u{430}cme.example'],
  },
  {
    name: 'a host below the domain of the cloud',
    before,
    hazard: one({ API_HOST: 'ec2-203-0-113-9.eu-west-1.compute.amazonaws.com' }),
    twin: one({ API_HOST: 'lambda.eu-west-1.amazonaws.com' }),
    offending: ['HOST', 'ec2-203-0-113-9.eu-west-1.compute.amazonaws.com'],
  },
  {
    name: 'another key to log in with',
    before: launched('ops', 't3.micro'),
    hazard: launched('mallory', 't3.small'),
    twin: launched('ops', 't3.small'),
    offending: ['KEY', 'mallory'],
  },
];
