/** Who may reach what. */
import type { ApproverCase } from './case.ts';

const resources = (Resources: object) => ({ Resources });
const FOREIGN = 'arn:aws:iam::604417839920:role/media-quality';
const bucketPolicy = (...statements: object[]) =>
  resources({
    Policy: {
      Type: 'AWS::S3::BucketPolicy',
      Properties: {
        Bucket: 'originals-prod',
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Sid: 'Tls',
              Effect: 'Deny',
              Principal: '*',
              Action: 's3:*',
              Resource: 'arn:aws:s3:::originals-prod/*',
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            },
            ...statements,
          ],
        },
      },
    },
  });
const reading = (Sid: string, Principal: object, more: object = {}) => ({
  Sid,
  Effect: 'Allow',
  Principal,
  Action: ['s3:GetObject'],
  Resource: 'arn:aws:s3:::originals-prod/*',
  ...more,
});
const own = { AWS: 'arn:aws:iam::123456789012:role/thumbnailer' };

const keyPolicy = (...more: object[]) =>
  resources({
    Key: {
      Type: 'AWS::KMS::Key',
      Properties: {
        KeyPolicy: {
          Version: '2012-10-17',
          Statement: [
            {
              Sid: 'Root',
              Effect: 'Allow',
              Principal: { AWS: 'arn:aws:iam::123456789012:root' },
              Action: 'kms:*',
              Resource: '*',
            },
            ...more,
          ],
        },
      },
    },
  });
const trust = (condition: object | undefined, description: string) =>
  resources({
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        Description: description,
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { AWS: 'arn:aws:iam::604417839920:root' },
              Action: 'sts:AssumeRole',
              ...(condition ? { Condition: condition } : {}),
            },
          ],
        },
      },
    },
  });
const EXTERNAL_ID = { StringEquals: { 'sts:ExternalId': 'acme-7781' } };
const permission = (more: object) =>
  resources({
    Bell: { Type: 'AWS::SNS::Topic' },
    Permission: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        FunctionName: 'orders-prod',
        Action: 'lambda:InvokeFunction',
        Principal: 's3.amazonaws.com',
        SourceArn: 'arn:aws:s3:::partner-drop',
        ...more,
      },
    },
  });
const route = (name: string, more: object) => ({
  [name]: {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: { ApiId: 'a1b2c3d4', RouteKey: `GET /${name.toLowerCase()}`, ...more },
  },
});
const subscription = (Endpoint: string) =>
  resources({
    Bell: { Type: 'AWS::SNS::Topic' },
    Told: { Type: 'AWS::SNS::Subscription', Properties: { TopicArn: { Ref: 'Bell' }, Protocol: 'https', Endpoint } },
  });
const group = (...ingress: object[]) =>
  resources({
    Group: {
      Type: 'AWS::EC2::SecurityGroup',
      Properties: { GroupDescription: 'web', VpcId: 'vpc-0123456789abcdef0', SecurityGroupIngress: ingress },
    },
  });
const rule = (CidrIp: string, port: number) => ({ IpProtocol: 'tcp', FromPort: port, ToPort: port, CidrIp });

export const access: ApproverCase[] = [
  {
    name: 'a principal that an always-true condition hides',
    before: bucketPolicy(reading('Thumbs', own)),
    hazard: bucketPolicy(
      reading('Thumbs', own),
      reading(
        'Quality',
        { AWS: FOREIGN },
        { Condition: { StringEquals: { 'aws:PrincipalAccount': '$' + '{aws:PrincipalAccount}' } } },
      ),
    ),
    twin: bucketPolicy(reading('Thumbs', own), reading('Quality', { AWS: 'arn:aws:iam::123456789012:role/quality' })),
    offending: ['FOREIGN ACCOUNT', FOREIGN],
  },
  {
    name: 'a trust condition that goes',
    before: trust(EXTERNAL_ID, 'for the auditors'),
    hazard: trust(undefined, 'for our auditors'),
    twin: trust(EXTERNAL_ID, 'for our auditors'),
    offending: ['sts:ExternalId', 'acme-7781'],
  },
  {
    name: 'a Lambda permission that loses its source account',
    before: permission({ SourceAccount: '123456789012' }),
    hazard: permission({}),
    twin: permission({ SourceAccount: '123456789012', FunctionUrlAuthType: 'AWS_IAM' }),
    offending: ['SourceAccount', '123456789012 is no longer required'],
  },
  {
    name: 'a route without authorization',
    before: resources(route('Orders', { AuthorizationType: 'AWS_IAM' })),
    hazard: resources({
      ...route('Orders', { AuthorizationType: 'AWS_IAM' }),
      ...route('Export', { AuthorizationType: 'NONE' }),
    }),
    twin: resources({
      ...route('Orders', { AuthorizationType: 'AWS_IAM' }),
      ...route('Export', { AuthorizationType: 'AWS_IAM' }),
    }),
    offending: ['GET /export', 'AuthorizationType: NONE'],
  },
  {
    name: 'a subscription of a foreign host',
    before: resources({ Bell: { Type: 'AWS::SNS::Topic' } }),
    hazard: subscription('https://hooks.evil.example/orders'),
    twin: subscription('https://events.eu-west-1.amazonaws.com/orders'),
    offending: ['https://hooks.evil.example/orders'],
  },
  {
    name: 'a security group that opens',
    before: group(rule('10.0.0.0/8', 443)),
    hazard: group(rule('10.0.0.0/8', 443), rule('0.0.0.0/0', 5432)),
    twin: group(rule('10.0.0.0/8', 443), rule('10.0.0.0/8', 5432)),
    offending: ['5432', '0.0.0.0/0'],
  },
  {
    name: 'a key that another account may use',
    before: keyPolicy(),
    hazard: keyPolicy({
      Sid: 'Backup',
      Effect: 'Allow',
      Principal: { AWS: FOREIGN },
      Action: ['kms:Decrypt'],
      Resource: '*',
    }),
    twin: keyPolicy({
      Sid: 'Backup',
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::123456789012:role/backup' },
      Action: ['kms:Encrypt'],
      Resource: '*',
    }),
    offending: [FOREIGN, 'kms:Decrypt'],
  },
  {
    name: 'a bucket policy to another account',
    before: bucketPolicy(reading('Thumbs', own)),
    hazard: bucketPolicy(reading('Thumbs', { AWS: [own.AWS, 'arn:aws:iam::604417839920:root'] })),
    twin: bucketPolicy(reading('Thumbs', { AWS: [own.AWS, 'arn:aws:iam::123456789012:role/archive'] })),
    offending: ['FOREIGN ACCOUNT', 'arn:aws:iam::604417839920:root'],
  },
];
