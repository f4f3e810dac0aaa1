/** What is masked and what is not: leaves, names, pairs, shapes, and what is made of a secret. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { wantedTemplate } from '../../../../src/providers/aws/planners/wanted-template.ts';
import { parseTemplate, type Value } from '../../../../src/providers/aws/template/parse.ts';
import { MASK, maskLeaves, maskTemplate } from '../../../../src/providers/aws/template/secrets.ts';
import { createTaint } from '../../../../src/providers/aws/template/taint.ts';

const SECRET = 'hunter2-s3cret';
const nowhere = {
  templateRoots: [],
  templateBuckets: [],
  objects: () => Promise.reject(new Error('nothing is read from S3')),
  identity: { name: '', role: null, account: '', region: '' },
};
const wantedFor = async (template: string, deployed: string) =>
  (await wantedTemplate(nowhere, { stack: 's', template }, () => deployed)).text;
const env = (name: string, value: unknown) => maskLeaves({ [name]: value }, 'Properties.Environment.Variables');

describe('a leaf is masked', () => {
  it.each([
    'DB_PASSWORD',
    'dbPassword',
    'MasterUserPassword',
    'STRIPE_KEY',
    'API_TOKEN',
    'TOKEN',
    'CLIENT_SECRET',
    'apiKey',
    'GITHUB_TOKEN',
    'AWS_SECRET_ACCESS_KEY',
    'PASSPHRASE',
    'APP_CREDENTIALS',
  ])('by its name: %s', (name) => {
    expect(env(name, SECRET)).toEqual({ [name]: MASK });
    expect(maskLeaves([{ Name: name, Value: SECRET }], 'Properties.Environment')).toEqual([
      { Name: name, Value: MASK },
    ]);
    expect(maskLeaves(SECRET, `Properties.Environment.Variables.${name}`)).toBe(MASK);
    expect(maskLeaves(JSON.stringify({ Variables: { LOG: 'x', [name]: SECRET } }), 'Properties.Environment')).toBe(
      JSON.stringify({ Variables: { LOG: 'x', [name]: MASK } }),
    );
  });
  it.each([
    `AKIA${'ABCDEFGHIJKLMNOP'}`,
    `ghp_${'a1B2'.repeat(9)}`,
    `xoxb-${'123456789012'}-abcdefghijkl`,
    `sk_live_${'4eC39HqLyjWDarjtT1zdp7dc'}`,
    '-----BEGIN RSA PRIVATE KEY-----\nMII',
    '-----BEGIN PRIVATE KEY-----\nMII',
    `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.${'s'.repeat(20)}`,
    'postgres://app:hunter2@db.example/app',
    'see amqps://u:p@ss-word@mq/',
  ])('by its shape, wherever it stands: %.24s', (value) => {
    expect(env('SETTING', value)).toEqual({ SETTING: MASK });
    expect(maskLeaves({ a: [{ b: `--x ${value}` }] }, 'Metadata')).toEqual({ a: [{ b: MASK }] });
  });
  it('by what it stands under, user data and secret strings', () => {
    expect(maskLeaves({ UserData: { 'Fn::Base64': { 'Fn::Sub': 'curl x' } } }, 'Properties')).toEqual({
      UserData: { 'Fn::Base64': { 'Fn::Sub': MASK } },
    });
    expect(maskLeaves({ SecretString: '{"user":"a","pin":"b"}' }, 'Properties')).toEqual({ SecretString: MASK });
  });
  it('each part of a password that is put together', () => {
    expect(
      maskLeaves({ MasterUserPassword: { 'Fn::Join': ['-', ['hun', 'ter2', { Ref: 'P' }]] } }, 'Properties'),
    ).toEqual({
      MasterUserPassword: { 'Fn::Join': ['-', [MASK, MASK, { Ref: 'P' }]] },
    });
  });
});

describe('a leaf is not masked', () => {
  it.each<[string, unknown]>([
    ['ManageMasterUserPassword', true],
    ['ManageMasterUserPassword', 'true'],
    ['MinimumPasswordLength', 16],
    ['PasswordLength', 16],
    ['AccessTokenValidity', 60],
    ['AccessToken', 'hours'],
    ['SecretArn', 'arn:aws:secretsmanager:eu-west-1:1:secret:a-b'],
    ['DB_SECRET', 'arn:aws:secretsmanager:eu-west-1:1:secret:a-b'],
    ['DB_PASSWORD_NAME', 'prod/db'],
    ['MasterUserPassword', '{{resolve:secretsmanager:db:SecretString:password}}'],
    ['DATABASE_URL', 'postgres://app:{{resolve:ssm-secure:/p:1}}@db/app'],
    ['DATABASE_URL', 'postgres://db.example:5432/app'],
    ['PARTITION_KEY', 'day'],
    ['KMS_KEY', 'alias/app-key'],
    ['PUBLIC_KEY', 'ssh-ed25519 AAAAC3'],
    ['DB_PASSWORD', { Ref: 'Password' }],
    ['DB_PASSWORD', { 'Fn::GetAtt': ['Secret', 'Value'] }],
    ['DB_PASSWORD', { 'Fn::Sub': '${Password}' }],
    ['PasswordPolicy', { MinimumLength: 8, RequireSymbols: true }],
    ['KeySchema', [{ AttributeName: 'apiKey', KeyType: 'HASH' }]],
    ['Secrets', [{ Name: 'DB_PASSWORD', ValueFrom: 'arn:aws:ssm:eu-west-1:1:parameter/db' }]],
    ['EnvironmentVariables', [{ Name: 'DB_PASSWORD', Type: 'PARAMETER_STORE', Value: '/app/db' }]],
  ])('%s', (name, value) => {
    expect(env(name, value)).toEqual({ [name]: value });
  });
  it('for the name of the thing that it belongs to', () => {
    const template = `Resources:
  DatabaseSecret: # kept
    Type: AWS::SecretsManager::Secret
    Properties: { Description: of the database, GenerateSecretString: { PasswordLength: 32 } }
  ApiKey:
    Type: AWS::ApiGateway::ApiKey
    Properties: { Enabled: true, Description: for the shop }
  Password: { Type: AWS::RDS::DBInstance, Properties: { ManageMasterUserPassword: true, Engine: postgres } }
Conditions:
  HasPassword: !Not [!Equals [!Ref AWS::Region, eu-west-1]]
`;
    expect(maskTemplate(template)).toBe(template);
    expect(maskTemplate(JSON.stringify(parseTemplate(template)))).not.toContain(MASK);
  });
});

describe('a template', () => {
  const written = `Parameters:
  Hidden: { Type: String, NoEcho: true, Default: ${SECRET}1 }
  DbPassword: { Type: String, Default: ${SECRET}2, Description: of the database }
Mappings: { Stage: { prod: { ApiKey: ${SECRET}3, Size: large } } }
Metadata: { Notes: { token: x, AUTH_TOKEN: ${SECRET}4 } }
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Metadata: { Init: { DB_PASSWORD: ${SECRET}5 } }
    Properties:
      ContainerDefinitions:
        - Name: web
          Environment: [{ Name: DB_PASSWORD, Value: ${SECRET}6 }, { Name: LOG, Value: debug }] # pairs
          Command: [!Sub 'postgres://a:${SECRET}7@db/x', !If [UseSecret, !Ref Hidden, plain]]
  Note: { Type: AWS::SSM::Parameter, Properties: { Type: String, Value: '{"password":"${SECRET}8","size":1}' } }
Outputs:
  AdminPassword: { Value: ${SECRET}9 }
  Url: { Value: !Sub 'https://\${Task}/' }
`;
  it('shows none of its secrets, and all else, in YAML and in JSON', () => {
    for (const text of [
      written,
      JSON.stringify(parseTemplate(written), null, 1),
      JSON.stringify(parseTemplate(written)).replaceAll('{"', '{\t"'),
    ]) {
      const shown = maskTemplate(text);
      expect(shown).not.toContain(SECRET);
      for (const kept of ['large', 'debug', 'web', 'plain', 'UseSecret', 'of the database'])
        expect(shown).toContain(kept);
      expect(() => parseTemplate(shown)).not.toThrow();
    }
    expect(maskTemplate(written)).toContain('# pairs');
  });
  it('that cannot be read is not shown', () => {
    expect(maskTemplate(`Resources:\n  A: [${SECRET}\n`)).not.toContain(SECRET);
  });
  it('that is sent back as it was described is the deployed one; with a change, its masks stay masks', async () => {
    const described = maskTemplate(written);
    const request = (template: string) => wantedFor(template, written);
    expect(await request(described)).toBe(written);
    expect(await request(JSON.stringify(parseTemplate(described)))).toBe(written);
    expect(await request(described.replace('debug', 'info'))).toContain(MASK);
    expect(await request(described.replace('debug', 'info'))).not.toContain(SECRET);
  });
});

describe('what is made of a NoEcho parameter', () => {
  const template = parseTemplate(`Parameters:
  Hidden: { Type: String, NoEcho: true }
  Plain: { Type: String }
Resources:
  Param: { Type: AWS::SSM::Parameter, Properties: { Type: String, Value: !Sub 'x-\${Hidden}' } }
  Again: { Type: AWS::SSM::Parameter, Properties: { Type: String, Value: !GetAtt Param.Value } }
  Child: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: u, Parameters: { Token: !Ref Hidden, Size: !Ref Plain } } }
  Other: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: u, Parameters: { Size: !Ref Plain } } }
  Loop: { Type: AWS::SSM::Parameter, Properties: { Type: String, Value: !GetAtt Pool.Value } }
  Pool: { Type: AWS::SSM::Parameter, Properties: { Type: String, Value: !GetAtt Loop.Value } }
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      Environment: { Variables: { A: !Ref Hidden, B: !Ref Plain, C: !GetAtt Child.Outputs.Token, D: !Join ['', [a, !GetAtt Again.Value]] } }
      Layers: !Split [',', !Ref Hidden]
`);
  const taint = createTaint(template);
  it.each<[Value, boolean]>([
    [{ Ref: 'Hidden' }, true],
    [{ 'Fn::GetAtt': ['Param', 'Value'] }, true],
    [{ 'Fn::GetAtt': 'Again.Value' }, true],
    [{ 'Fn::Sub': 'a${Again.Value}' }, true],
    [{ 'Fn::Sub': ['a${X}', { X: { Ref: 'Hidden' } }] }, true],
    [{ 'Fn::Sub': ['a${Hidden}', { Hidden: 'mine' }] }, false],
    [{ 'Fn::GetAtt': ['Child', 'Outputs.Token'] }, true],
    [{ 'Fn::GetAtt': ['Other', 'Outputs.Token'] }, false],
    [{ 'Fn::Join': ['', ['a', { 'Fn::If': ['C', { Ref: 'Hidden' }, 'b'] }]] }, true],
    [{ 'Fn::ImportValue': 'shop:DbPassword' }, true],
    [{ 'Fn::ImportValue': 'shop:VpcId' }, false],
    [{ Ref: 'Plain' }, false],
    [{ 'Fn::GetAtt': ['Loop', 'Value'] }, false],
    [{ Ref: 'Param' }, false],
  ])('%j is secret: %s', (value, secret) => {
    expect(taint.ofValue(value)).toBe(secret);
  });
  it('is masked at its leaf', () => {
    const isTainted = (path: readonly string[]) => taint.at('Fn', path);
    const value = { Environment: { Variables: { A: 'clear', B: 'seen', C: 'clear', D: 'clear' } }, Layers: ['clear'] };
    expect(maskLeaves(value, 'Properties', { isTainted })).toEqual({
      Environment: { Variables: { A: MASK, B: 'seen', C: MASK, D: MASK } },
      Layers: [MASK],
    });
    expect(maskLeaves('clear', 'Properties.Environment.Variables.A', { isTainted })).toBe(MASK);
  });
  it('is secret below a nested stack that is given it, NoEcho or not', () => {
    expect([...taint.givenTo('Child')]).toEqual(['Token']);
    const child = parseTemplate('Parameters: { Token: { Type: String } }\nResources: { A: { Type: AWS::SNS::Topic } }');
    expect(createTaint(child, { given: taint.givenTo('Child') }).ofValue({ Ref: 'Token' })).toBe(true);
    expect(createTaint(child).ofValue({ Ref: 'Token' })).toBe(false);
  });
});

describe('every template of the corpus', () => {
  const folder = join(import.meta.dirname, '../../../corpus/templates');
  it.each(['cdk-before.json', 'cdk-after.json'])(
    '%s that is described and sent back is the deployed one',
    async (name) => {
      const text = readFileSync(join(folder, name), 'utf8');
      expect(await wantedFor(maskTemplate(text), text)).toBe(text);
    },
  );
});
