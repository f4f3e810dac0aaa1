/** One core, two doors: an SDK request handler in process, and an HTTP endpoint on loopback. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Wire, wireFor } from '../aws/wire.ts';
import { classifyCall, type Service as ServiceName } from '../core/call.ts';
import { cloudformation } from './cloudformation/index.ts';
import { ec2 } from './ec2/index.ts';
import { SandboxFault, type Service } from './service.ts';
import { callerOf, sts } from './sts.ts';
import type { WorldStore } from './world.ts';

const SERVICES: Record<ServiceName, Service> = { cloudformation, ec2, sts };
const MAX_BODY_BYTES = 4_000_000;

export interface WireRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}
export interface WireResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}
export interface Sandbox {
  store: WorldStore;
  respond(request: WireRequest): Promise<WireResponse>;
}

export function createSandbox(store: WorldStore): Sandbox {
  return {
    store,
    async respond(request) {
      const path = request.path.split('?')[0] ?? '/';
      if (path.startsWith('/_countersign/')) return control(store, request.method, path, request.body);
      const { service, region, accessKeyId } = addressOf(request.headers);
      if (!service)
        return {
          status: 403,
          headers: {},
          body: '<ErrorResponse><Error><Code>MissingAuthenticationToken</Code><Message>The request is not signed for cloudformation, ec2 or sts.</Message></Error></ErrorResponse>',
        };
      const wire = await wireFor(service);
      return answer(store, wire, service, request.body, region, accessKeyId);
    },
  };
}

function answer(
  store: WorldStore,
  wire: Wire,
  service: ServiceName,
  body: string,
  region: string,
  accessKeyId: string,
): WireResponse {
  let operation = '';
  try {
    const request = wire.decode(body);
    operation = request.operation;
    store.log({
      service,
      operation,
      class: classifyCall(service, operation, request.input),
      at: new Date().toISOString(),
    });
    const run = SERVICES[service].operations[operation];
    if (!run) throw new SandboxFault('InvalidAction', `The sandbox does not simulate ${service}:${operation}.`);
    const output = store.transact((world) => {
      for (const { advance } of Object.values(SERVICES)) advance?.(world);
      return run(world, request.input, callerOf(world, accessKeyId, region));
    });
    return { status: 200, headers: { 'content-type': 'text/xml' }, body: wire.encode(operation, output) };
  } catch (error) {
    if (!(error instanceof SandboxFault)) {
      return {
        status: 500,
        headers: {},
        body: wire.encodeFault('InternalFailure', error instanceof Error ? error.message : String(error)),
      };
    }
    return {
      status: error.status,
      headers: { 'content-type': 'text/xml' },
      body: wire.encodeFault(error.code, error.message),
    };
  }
}

/** SigV4's credential scope says which service and region a request is for. */
function addressOf(headers: Record<string, string>): {
  service?: ServiceName;
  region: string;
  accessKeyId: string;
} {
  const header = Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization')?.[1] ?? '';
  const [, accessKeyId = '', region = '', name = ''] = /Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)\//.exec(header) ?? [];
  return name in SERVICES ? { service: name as ServiceName, region, accessKeyId } : { region, accessKeyId };
}

function control(store: WorldStore, method: string, path: string, body: string): WireResponse {
  const json = (value: unknown, status = 200) => ({
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  });
  if (method === 'GET' && path === '/_countersign/calls') return json(store.calls());
  if (method === 'POST' && path === '/_countersign/reset') {
    store.reset();
    return json({ reset: true });
  }
  if (method === 'POST' && path === '/_countersign/clock') {
    const { advanceMilliseconds } = JSON.parse(body || '{}') as { advanceMilliseconds?: number };
    if (!Number.isFinite(advanceMilliseconds)) return json({ error: 'advanceMilliseconds is missing' }, 400);
    store.advanceClock(advanceMilliseconds!);
    return json({ advanced: advanceMilliseconds });
  }
  return json({ error: `nothing at ${path}` }, 404);
}

/** An SDK `requestHandler`: the unchanged clients talk to the core without a socket. */
export function sandboxRequestHandler(sandbox: Sandbox) {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(request: { method: string; path: string; headers: Record<string, string>; body?: unknown }) {
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
      } = await sandbox.respond({
        method: request.method,
        path: request.path,
        headers: request.headers,
        body,
      });
      return { response: { statusCode: status, headers, body: new TextEncoder().encode(text) } };
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
    destroy() {},
  };
}

/** @param port 0 for a free one. Loopback only. */
export async function startSandboxServer(
  sandbox: Sandbox,
  port: number,
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_BODY_BYTES) request.destroy();
      else chunks.push(chunk);
    });
    request.on('end', async () => {
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      const answered = await sandbox
        .respond({
          method: request.method ?? 'GET',
          path: request.url ?? '/',
          headers,
          body: Buffer.concat(chunks).toString('utf8'),
        })
        .catch((error) => ({ status: 400, headers: {}, body: String(error?.message ?? error) }));
      response.writeHead(answered.status, answered.headers).end(answered.body);
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
