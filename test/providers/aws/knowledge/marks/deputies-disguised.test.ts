/** Ways around the finder of deputies, each closed. Pages are of the CloudFormation template reference, as read. */
import { describe, expect, it } from 'vitest';
import { marks, marksOfOne, type Resources } from './stack.ts';

const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const role = (...Statement: object[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: { Policies: [{ PolicyName: 'p', PolicyDocument: { Statement } }] },
});
const allow = (Action: unknown, Resource: unknown) => ({ Effect: 'Allow', Action, Resource });
const fn = (Role: unknown) => ({ Type: 'AWS::Lambda::Function', Properties: { Role, Code: { ZipFile: 'x' } } });

/** The bound of a function under a role with these statements. */
const boundUnder = (statements: object[], more: Resources = {}) =>
  marks(
    'deputy',
    {},
    {
      Table: { Type: 'AWS::DynamoDB::Table' },
      Bucket: { Type: 'AWS::S3::Bucket' },
      ...more,
      Role: role(...statements),
      It: fn(arn('Role')),
    },
    'It',
  )[0]?.bound;
const bound = (type: string, properties: object, around: Resources = {}) =>
  marksOfOne('deputy', type, null, properties as never, around)[0]?.bound;

describe('a role is not bounded', () => {
  it('by an own name that is only the prefix of what it reaches', () => {
    expect(boundUnder([allow('s3:DeleteObject', { 'Fn::Join': ['', [arn('Bucket'), '*']] })])).toBe('unbounded');
    expect(boundUnder([allow('s3:DeleteObject', { 'Fn::Join': ['', [arn('Bucket'), '/*']] })])).toBe('own_stack');
  });
  it('by an own name that is a key in somebody’s bucket', () => {
    expect(
      boundUnder([allow('s3:DeleteObject', { 'Fn::Join': ['', ['arn:aws:s3:::prod/', { Ref: 'Bucket' }, '/../*']] })]),
    ).toBe('unbounded');
  });
  it('when it may give itself more', () => {
    expect(boundUnder([allow('iam:PutRolePolicy', arn('Other'))], { Other: role() })).toBe('unbounded');
    expect(
      boundUnder([allow('lambda:UpdateFunctionCode', arn('Admin'))], { Admin: fn('arn:aws:iam::1:role/admin') }),
    ).toBe('unbounded');
  });
  it('when it may take on, or hand on, an own role that reaches further', () => {
    const Other = role(allow('ec2:TerminateInstances', '*'));
    expect(boundUnder([allow('sts:AssumeRole', arn('Other'))], { Other })).toBe('unbounded');
    expect(boundUnder([allow('iam:PassRole', arn('Other'))], { Other })).toBe('unbounded');
    expect(
      boundUnder([allow('sts:AssumeRole', arn('Other'))], { Other: role(allow('dynamodb:PutItem', arn('Table'))) }),
    ).toBe('own_stack');
  });
  it('by exclusions, wildcards in the name of an action, or a reading word before a writing one', () => {
    expect(boundUnder([{ Effect: 'Allow', NotAction: 'iam:*', Resource: arn('Table') }])).toBe('unbounded');
    expect(boundUnder([allow('dynamodb:*', '*')])).toBe('unbounded');
    expect(boundUnder([allow('*:Get*', '*')])).toBe('unbounded');
    expect(boundUnder([allow('DYNAMODB:deletetable', '*')])).toBe('unbounded');
  });
  it('but is by its own resources, whatever it may do with them', () => {
    expect(boundUnder([allow('*', arn('Table'))])).toBe('own_stack');
  });
  it('when it leans on a role that was being judged', () => {
    const Wide = role(allow('sts:AssumeRole', arn('Narrow')), allow('rds:DeleteDBInstance', '*'));
    const Narrow = role(allow('sts:AssumeRole', arn('Wide')));
    const found = marks('deputy', {}, { First: fn(arn('Wide')), Second: fn(arn('Narrow')), Wide, Narrow });
    expect(found.map(({ bound }) => bound)).toEqual(['unbounded', 'unbounded']);
  });
  it('when two roles hand one another on', () => {
    const Other = role(allow('sts:AssumeRole', arn('Role')), allow('rds:DeleteDBInstance', '*'));
    expect(boundUnder([allow('sts:AssumeRole', arn('Other'))], { Other })).toBe('unbounded');
  });
  // AWS::IAM::ManagedPolicy: Roles takes “the name (friendly name, not ARN) of the role to attach the policy to”.
  it('by its own policies alone, when another resource attaches one by its name', () => {
    const Role = { Type: 'AWS::IAM::Role', Properties: { RoleName: 'shop-worker' } };
    const Wide = {
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: { Roles: ['shop-worker'], PolicyDocument: { Statement: [allow('rds:DeleteDBInstance', '*')] } },
    };
    expect(marks('deputy', {}, { Role, Wide, It: fn(arn('Role')) }, 'It')).toMatchObject([{ bound: 'unbounded' }]);
  });
  it('when it comes out of a nested stack or a custom resource', () => {
    const Child = { Type: 'AWS::CloudFormation::Stack', Properties: {} };
    expect(
      bound('AWS::Lambda::Function', fn({ 'Fn::GetAtt': ['Child', 'Outputs.RoleArn'] }).Properties, { Child }),
    ).toBe('unbounded');
    const Made = { Type: 'Custom::Role', Properties: {} };
    expect(bound('AWS::Lambda::Function', fn({ 'Fn::GetAtt': ['Made', 'Arn'] }).Properties, { Made })).toBe(
      'unbounded',
    );
  });
  it('by a harmless name in another account’s policies', () => {
    const Role = {
      Type: 'AWS::IAM::Role',
      Properties: { ManagedPolicyArns: ['arn:aws:iam::999900001111:policy/AWSLambdaBasicExecutionRole'] },
    };
    expect(bound('AWS::Lambda::Function', fn(arn('Role')).Properties, { Role })).toBe('unbounded');
  });
});

describe('a direct call stays one', () => {
  const machine = (more: object) =>
    bound('AWS::StepFunctions::StateMachine', { RoleArn: arn('Role'), ...more }, { Role: role() });
  const task = (Resource: string) => JSON.stringify({ States: { A: { Type: 'Task', Resource } } });
  // AWS::StepFunctions::StateMachine: DefinitionSubstitutions fill “placeholder variables in the state machine definition”.
  it('when a state machine names it by a substitution', () => {
    expect(
      machine({
        DefinitionString: task('arn:aws:states:::$' + '{Api}:deleteTable'),
        DefinitionSubstitutions: { Api: 'aws-sdk:dynamodb' },
      }),
    ).toBe('direct_api');
    expect(machine({ DefinitionString: task('arn:aws:states:::$' + '{Missing}') })).toBe('direct_api');
  });
  it('when it is escaped, an object, or deep inside a map', () => {
    expect(
      machine({
        DefinitionString: task('X').replace('"X"', '"arn:aws:states:::aws\\u002dsdk:ec2:terminateInstances"'),
      }),
    ).toBe('direct_api');
    expect(
      machine({
        Definition: {
          States: { A: { ItemProcessor: { States: { B: { Resource: 'arn:aws:states:::aws-sdk:s3:deleteBucket' } } } } },
        },
      }),
    ).toBe('direct_api');
  });
  it('when the definition is not known', () => {
    expect(machine({ DefinitionString: { Ref: 'Unknown' } })).toBe('direct_api');
  });
  it('when an alarm stops or terminates', () => {
    expect(bound('AWS::CloudWatch::Alarm', { AlarmActions: ['arn:aws:automate:eu-west-1:ec2:terminate'] })).toBe(
      'direct_api',
    );
    expect(
      bound('AWS::CloudWatch::Alarm', {
        OKActions: ['arn:aws:swf:eu-west-1:111122223333:action/actions/AWS_EC2.InstanceId.Terminate/1.0'],
      }),
    ).toBe('direct_api');
  });
  it('when a rule names an automation, or a built-in target', () => {
    const rule = (Arn: string) => ({ Targets: [{ Id: 'a', Arn, RoleArn: arn('Role') }] });
    expect(
      bound('AWS::Events::Rule', rule('arn:aws:ssm:eu-west-1:111122223333:automation-definition/AWS-StopEC2Instance'), {
        Role: role(),
      }),
    ).toBe('direct_api');
    expect(
      bound('AWS::Events::Rule', rule('arn:aws:events:eu-west-1:111122223333:target/terminate-instance'), {
        Role: role(),
      }),
    ).toBe('direct_api');
  });
  it('when it is written into a custom resource for a function that calls whatever it is told', () => {
    const properties = {
      ServiceToken: arn('Fn'),
      Create: JSON.stringify({ service: 'RDS', action: 'deleteDBInstance' }),
    };
    expect(bound('Custom::AWS', properties, { Role: role(), Fn: fn(arn('Role')) })).toBe('direct_api');
  });
  it('when a gateway or a data source makes it', () => {
    const Integration = {
      Type: 'AWS',
      Uri: 'arn:aws:apigateway:eu-west-1:dynamodb:action/DeleteTable',
      Credentials: arn('Role'),
    };
    expect(bound('AWS::ApiGateway::Method', { Integration }, { Role: role() })).toBe('direct_api');
    expect(
      bound(
        'AWS::ApiGateway::Method',
        { Integration: { ...Integration, Uri: 'arn:aws:apigateway:eu-west-1:dynamodb:action/PutItem' } },
        { Role: role() },
      ),
    ).toBe('own_stack');
    expect(
      bound('AWS::AppSync::DataSource', {
        HttpConfig: { Endpoint: 'https://rds.eu-west-1.amazonaws.com', AuthorizationConfig: { AwsIamConfig: {} } },
      }),
    ).toBe('direct_api');
  });
  // AWS::SSM::Association: “You can specify Command or Automation documents.”
  it('when an association runs an automation, its own or one of AWS', () => {
    expect(bound('AWS::SSM::Association', { Name: 'AWS-TerminateEC2Instance' })).toBe('direct_api');
    const Doc = {
      Type: 'AWS::SSM::Document',
      Properties: { DocumentType: 'Automation', Content: { mainSteps: [{ action: 'aws:executeAwsApi' }] } },
    };
    expect(bound('AWS::SSM::Association', { Name: { Ref: 'Doc' } }, { Doc })).toBe('direct_api');
    expect(bound('AWS::SSM::Association', { Name: 'AWS-RunShellScript' })).toBe('unbounded');
  });
});

describe('a deputy stays one', () => {
  // AWS::CloudFormation::CustomResource: the token may be “an Amazon SNS topic ARN or Lambda function ARN”.
  it('when a custom resource is served by a topic of the stack, so that nobody knows who answers', () => {
    expect(bound('Custom::Thing', { ServiceToken: { Ref: 'Topic' } }, { Topic: { Type: 'AWS::SNS::Topic' } })).toBe(
      'unbounded',
    );
  });
  it('in a type that no row knows, by its role', () => {
    expect(
      bound('AWS::Brand::NewThing', { Config: { ExecutionRoleArn: 'arn:aws:iam::111122223333:role/admin' } }),
    ).toBe('unbounded');
  });
  it('when only the role in its instance profile is another one', () => {
    const profile = (id: string) => ({ Roles: [{ Ref: id }] });
    const around = { Small: role(), Wide: role(allow('*', '*')) };
    expect(marksOfOne('deputy', 'AWS::IAM::InstanceProfile', profile('Small'), profile('Wide'), around)).toMatchObject([
      { bound: 'unbounded' },
    ]);
  });
  it('when its role is widened while it stays as it is: that is an exposure', () => {
    const It = fn(arn('Role'));
    expect(
      marks(
        'expose',
        { Role: role(), It },
        { Role: role(allow('rds:DeleteDBInstance', 'arn:aws:rds:eu-west-1:111122223333:db:prod')), It },
      ),
    ).toHaveLength(1);
  });
  it('when it is a macro, a stack set, a hook or a remediation', () => {
    expect(bound('AWS::CloudFormation::Macro', { FunctionName: 'f' })).toBe('unbounded');
    expect(bound('AWS::CloudFormation::StackSet', {})).toBe('unbounded');
    expect(bound('AWS::Config::RemediationConfiguration', {})).toBe('direct_api');
  });
});
