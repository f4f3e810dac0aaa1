/**
 * The AWS clients, loaded lazily, each with the gate below its retries.
 *
 * SECURITY: the gate is a middleware at the end of `finalizeRequest`, relative to and below the SDK's retry
 * middleware, so that it sees every attempt. Nothing outside this file makes a client.
 */
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { S3Client } from '@aws-sdk/client-s3';
import type { STSClient } from '@aws-sdk/client-sts';
import type { Json } from '../../core/digest.ts';
import type { During } from '../../core/observing.ts';
import { admit, type Permit } from '../../core/permit.ts';
import { installAnswerCheck } from './answers.ts';
import { classified, type Service } from './call-classes.ts';
import type { CloudClock } from './clock.ts';
import { installWatch } from './watched-calls.ts';

export interface CloudSettings {
  region: string;
  /** A profile of the shared AWS configuration, instead of the default chain's. */
  profile?: string;
  endpoint?: string;
  /** The sandbox's in-process door. */
  requestHandler?: unknown;
  /** The sandbox needs no real credentials. */
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string; expiration?: Date };
  /** Of every signature, instead of the time at which a call leaves. */
  signingDate?: Date;
  /** Is told the date of each answer. */
  clock?: CloudClock;
  /** Is told of each call, its retries included. Absent: nobody watches. */
  during?: During | undefined;
}

/** What a client may do. Readers hold no permit; a writer's calls leave once each. */
export interface Holder {
  account: string;
  permit?: Permit;
  /** ARNs of roles that the policy names. */
  sessionRoles?: readonly string[];
}

interface Attempt {
  input: Record<string, unknown>;
}

// biome-ignore lint/suspicious/noExplicitAny: the clients' stacks have unrelated type parameters.
function installGate(client: any, service: Service | 's3', { region, during }: CloudSettings, holder: Holder): void {
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  const gate = (next: any, context: { commandName?: string }) => async (attempt: Attempt) => {
    const operation = (context.commandName ?? '').replace(/Command$/, '');
    const call = {
      provider: 'aws',
      service,
      operation,
      input: plainInput(attempt.input),
      account: holder.account,
      region,
    };
    admit(call, holder.permit, classified(call, holder.sessionRoles));
    return next(attempt);
  };
  client.middlewareStack.addRelativeTo(gate, {
    name: 'countersignGate',
    relation: 'after',
    toMiddleware: 'retryMiddleware',
    override: true,
  });
  if (during) installWatch(client, region, during);
}

// biome-ignore lint/suspicious/noExplicitAny: as above.
function signWithDate(client: any, { signingDate }: CloudSettings): void {
  if (signingDate === undefined) return;
  const signerFor = client.config.signer;
  client.config.signer = async (scheme: unknown) => {
    const signer = await signerFor(scheme);
    return { sign: (request: unknown, options: object) => signer.sign(request, { ...options, signingDate }) };
  };
}

/** As JSON, so that a permit's call and an attempt compare byte for byte. */
function plainInput(input: Record<string, unknown>): Record<string, Json> {
  return JSON.parse(JSON.stringify(input)) as Record<string, Json>;
}

function configuration({ region, profile, endpoint, requestHandler, credentials }: CloudSettings, holder: Holder) {
  return {
    region,
    ...(profile === undefined ? {} : { profile }),
    maxAttempts: holder.permit?.kind === 'writing' ? 1 : 4,
    ...(endpoint === undefined ? {} : { endpoint }),
    // A client gives up after 60 s; an attempt that hangs must not eat all of it.
    ...(requestHandler === undefined ? { requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000 } } : {}),
    ...(requestHandler === undefined
      ? {}
      : { requestHandler: requestHandler as never, endpoint: 'http://sandbox.invalid' }),
    ...(credentials === undefined ? {} : { credentials }),
  };
}

export async function cloudFormationClient(settings: CloudSettings, holder: Holder): Promise<CloudFormationClient> {
  const sdk = await import('@aws-sdk/client-cloudformation');
  const client = new sdk.CloudFormationClient(configuration(settings, holder));
  installGate(client, 'cloudformation', settings, holder);
  signWithDate(client, settings);
  installAnswerCheck(client, settings.clock);
  return client;
}

export async function ec2Client(settings: CloudSettings, holder: Holder): Promise<EC2Client> {
  const sdk = await import('@aws-sdk/client-ec2');
  const client = new sdk.EC2Client(configuration(settings, holder));
  installGate(client, 'ec2', settings, holder);
  signWithDate(client, settings);
  installAnswerCheck(client, settings.clock);
  return client;
}

export async function stsClient(settings: CloudSettings, holder: Holder): Promise<STSClient> {
  const sdk = await import('@aws-sdk/client-sts');
  const client = new sdk.STSClient(configuration(settings, holder));
  installGate(client, 'sts', settings, holder);
  installAnswerCheck(client, settings.clock);
  return client;
}

/** Reads templates, and nothing else: its answers are objects, no documents of a protocol. */
export async function s3Client(settings: CloudSettings, holder: Holder): Promise<S3Client> {
  const sdk = await import('@aws-sdk/client-s3');
  // With the bucket in the path, every endpoint is reached under its own name.
  const client = new sdk.S3Client({ ...configuration(settings, holder), forcePathStyle: true });
  installGate(client, 's3', settings, holder);
  return client;
}
