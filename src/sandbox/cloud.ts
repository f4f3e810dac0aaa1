/** One core, two doors: an SDK request handler in process, and an HTTP endpoint on loopback. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { classifyCall, type Service as ServiceName } from '../providers/aws/call-classes.ts';
import { type Wire, wireFor } from '../providers/aws/wire.ts';
import { addressOf, type From } from './addressing.ts';
import { cloudformation } from './cloudformation/index.ts';
import { control, isControl } from './control.ts';
import { ec2 } from './ec2/index.ts';
import { ecr } from './ecr.ts';
import { ConnectionDropped, failureIn, faultAnswer, halfOf, type Met, meetFaults } from './faults.ts';
import { refuseWrongForm } from './model-limits.ts';
import { jsonFault, jsonTargetOf, type PlainService, pathOf, type WireRequest, type WireResponse } from './plain.ts';
import { s3 } from './s3.ts';
import { type Caller, SandboxFault, type Service } from './service.ts';
import { refuseBySession } from './session-policy.ts';
import { ssm } from './ssm.ts';
import { callerOf, sts } from './sts.ts';
import type { WorldStore } from './world.ts';

export type { WireRequest, WireResponse } from './plain.ts';

export const SERVICES: Record<ServiceName, Service> = { cloudformation, ec2, sts };
/** Who acts past countersign, in a test's `prepare`. */
export const somebodyElse = (account: string, region: string): Caller => ({
  account,
  region,
  arn: `arn:aws:iam::${account}:user/somebody-else`,
  accessKeyId: account,
});
/** Of a test's `prepare` that names none. */
export const USUAL_SERVICE: ServiceName = 'cloudformation';
/** No SDK of theirs is here: they are read and answered as they are. */
const PLAIN: Record<string, PlainService> = { ecr, s3, ssm };
const MAX_BODY_BYTES = 4_000_000;
/** Of an object that is sent in one piece. */
const MAX_OBJECT_BYTES = 64_000_000;
/** Of a signature that is older, or of a later time, AWS says that it has expired. */
const ACCEPTED_MILLISECONDS = 15 * 60_000;
const SKEW_MILLISECONDS = 20 * 60_000;

export interface Sandbox {
  store: WorldStore;
  /** @throws ConnectionDropped when a fault drops the connection: a door has no answer to give. */
  respond(request: WireRequest): Promise<WireResponse>;
}

export function createSandbox(store: WorldStore): Sandbox {
  return {
    store,
    async respond(request) {
      const path = request.path.split('?')[0] ?? '/';
      if (isControl(path)) return control(store, request.method, path, request.body, request.headers);
      const { service, named, ...from } = addressOf(request.headers);
      if (Object.hasOwn(PLAIN, named)) return answerPlain(store, named, request, from);
      if (!service && jsonTargetOf(request) !== undefined)
        return jsonFault('InvalidAction', `The sandbox does not simulate ${named}:${jsonTargetOf(request)}.`);
      if (service) return answer(store, service, request.body, from);
      const operation = new URLSearchParams(request.body).get('Action') ?? '';
      store.log({ ...logged('unsigned', operation, 'unknown'), account: '', region: '', caller: '' });
      // Of a service that speaks JSON over plain requests, such as Lambda.
      if (named !== '' && operation === '')
        return jsonFault(
          'AccessDeniedException',
          `The sandbox does not simulate ${named}: ${request.method} ${path}.`,
          403,
        );
      return xml(
        403,
        '<ErrorResponse><Error><Code>MissingAuthenticationToken</Code><Message>The request is not signed for cloudformation, ec2 or sts.</Message></Error></ErrorResponse>',
      );
    },
  };
}

const xml = (status: number, body: string, headers: Record<string, string> = {}): WireResponse => ({
  status,
  headers: { 'content-type': 'text/xml', date: new Date().toUTCString(), ...headers },
  body,
});
const logged = (service: string, operation: string, callClass: string) => ({
  service,
  operation,
  class: callClass,
  at: new Date().toISOString(),
});

function answerPlain(store: WorldStore, name: string, request: WireRequest, from: From): WireResponse {
  const service = PLAIN[name]!;
  const operation = service.operationOf(request);
  const caller = store.transact((world) => callerOf(world, from.accessKeyId, from.region));
  const { account, region, arn } = caller;
  const isRead = /^(?:Get|Head)/.test(operation);
  store.log({ ...logged(name, operation, isRead ? 'read' : 'write'), account, region, caller: arn });
  if (caller.expired)
    return jsonFault('ExpiredTokenException', 'The security token included in the request is expired');
  return store.transact((world) => {
    for (const { advance } of Object.values(SERVICES)) advance?.(world);
    return service.respond(world, request, caller);
  }, account);
}

/**
 * Two transactions: the first learns who calls, meets the faults and logs, so that what a fault stops is in the
 * log too; the second has the effect.
 *
 * @throws ConnectionDropped when a fault says so, before or after the effect.
 */
async function answer(store: WorldStore, service: ServiceName, body: string, from: From): Promise<WireResponse> {
  const wire = await wireFor(service);
  const { operation, input } = wire.decode(body);
  const { caller, met } = admit(store, service, operation, input, from);
  if (met.latencyMilliseconds > 0) await setTimeout(met.latencyMilliseconds);
  if (met.kind === 'drop_before') throw new ConnectionDropped();
  const response = perform(store, wire, service, { operation, input, caller, met });
  if (met.kind === 'drop_after') throw new ConnectionDropped();
  return response;
}

function perform(
  store: WorldStore,
  wire: Wire,
  service: ServiceName,
  { operation, input, caller, met }: { operation: string; input: Record<string, unknown>; caller: Caller; met: Met },
): WireResponse {
  try {
    const failure = failureIn(met, input);
    if (failure) throw faultAnswer(failure, service, operation, caller);
    const { operations } = SERVICES[service];
    const run = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
    if (!run) throw new SandboxFault('InvalidAction', `The sandbox does not simulate ${service}:${operation}.`);
    refuseWrongForm(service, operation, input);
    const output = store.transact((world) => {
      refuseBySession(world, caller, service, operation, input);
      for (const { advance } of Object.values(SERVICES)) advance?.(world);
      return run(world, input, caller);
    }, caller.account);
    return xml(200, wire.encode(operation, met.kind === 'half_page' ? halfOf(output) : output), dateOf(store));
  } catch (error) {
    if (!(error instanceof SandboxFault))
      return xml(500, wire.encodeFault('InternalFailure', error instanceof Error ? error.message : String(error)));
    const isSkewed = met.kind === 'clock_skew' && !met.isStale;
    return xml(
      error.status,
      wire.encodeFault(error.code, error.message),
      dateOf(store, isSkewed ? SKEW_MILLISECONDS : 0),
    );
  }
}

/** A client corrects its clock by this header, and by nothing else. */
const dateOf = (store: WorldStore, skewMilliseconds = 0) => ({
  date: new Date(store.transact((world) => world.now()) + skewMilliseconds).toUTCString(),
});

function admit(
  store: WorldStore,
  service: ServiceName,
  operation: string,
  input: Record<string, unknown>,
  from: From,
): { caller: Caller; met: Met } {
  return store.transact((world) => {
    const { expired, ...caller } = callerOf(world, from.accessKeyId, from.region);
    const met: Met = meetFaults(world, { service, operation, input });
    const ahead = (from.signedAt ?? world.now()) - world.now();
    // Who was told of another clock, by a fault, signs by that.
    const isStale = Math.min(Math.abs(ahead), Math.abs(ahead - SKEW_MILLISECONDS)) > ACCEPTED_MILLISECONDS;
    if (isStale && met.kind === undefined)
      Object.assign(met, { kind: 'clock_skew', isStale: true } satisfies Partial<Met>);
    if (expired && met.kind === undefined) met.kind = 'expired_credentials';
    const fault = met.kind ?? (met.latencyMilliseconds > 0 ? 'latency' : undefined);
    store.log({
      ...logged(service, operation, classifyCall(service, operation, input)),
      account: caller.account,
      region: caller.region,
      caller: caller.arn,
      ...(input.DryRun === true ? { dryRun: true } : {}),
      ...(fault === undefined ? {} : { fault }),
    });
    return { caller, met };
  });
}

/** An SDK `requestHandler`: the unchanged clients talk to the core without a socket. */
export function sandboxRequestHandler(sandbox: Sandbox) {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(
      request: {
        method: string;
        path: string;
        query?: Record<string, string | string[] | null>;
        headers: Record<string, string>;
        body?: unknown;
      },
      { abortSignal, requestTimeout }: { abortSignal?: AbortSignal; requestTimeout?: number } = {},
    ) {
      const body =
        typeof request.body === 'string'
          ? request.body
          : request.body instanceof Uint8Array
            ? Buffer.from(request.body).toString('utf8')
            : '';
      const {
        status,
        headers,
        body: text,
      } = await patiently(
        sandbox.respond({ method: request.method, path: pathOf(request), headers: request.headers, body }),
        abortSignal,
        requestTimeout,
      );
      return {
        response: {
          statusCode: status,
          headers,
          body: typeof text === 'string' ? Buffer.from(text) : Readable.from([text]),
        },
      };
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
    destroy() {},
  };
}

/** What a client gives up on goes on here, as in any cloud. */
function patiently<T>(answer: Promise<T>, aborted: AbortSignal | undefined, timeoutMilliseconds = 0): Promise<T> {
  const limits = [aborted, timeoutMilliseconds > 0 ? AbortSignal.timeout(timeoutMilliseconds) : undefined];
  const signals = limits.filter((signal) => signal !== undefined);
  if (signals.length === 0) return answer;
  return new Promise((resolve, reject) => {
    const either = AbortSignal.any(signals);
    // AbortError or TimeoutError, the names by which SDKs tell them apart.
    const giveUp = () => reject(either.reason);
    if (either.aborted) giveUp();
    either.addEventListener('abort', giveUp, { once: true });
    answer.then(resolve, reject).finally(() => either.removeEventListener('abort', giveUp));
  });
}

/** @param port 0 for a free one. Loopback only. */
export async function startSandboxServer(
  sandbox: Sandbox,
  port: number,
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const limit = /\/s3\/aws4_request/.test(request.headers.authorization ?? '') ? MAX_OBJECT_BYTES : MAX_BODY_BYTES;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) request.destroy();
      else chunks.push(chunk);
    });
    request.on('end', () => {
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      const bytes = Buffer.concat(chunks);
      sandbox
        .respond({
          method: request.method ?? 'GET',
          path: request.url ?? '/',
          headers,
          body: bytes.toString('utf8'),
          bytes,
        })
        .then(
          ({ status, headers: answered, body }) => response.writeHead(status, answered).end(body),
          (error: unknown) => {
            if (error instanceof ConnectionDropped) request.socket.destroy();
            else response.writeHead(500).end(error instanceof Error ? error.message : String(error));
          },
        );
    });
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
