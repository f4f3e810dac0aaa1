/** A collector on loopback: takes OTLP over HTTP in JSON, as its specification has it, and keeps what came. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

type Value = { stringValue?: string; intValue?: number | string; boolValue?: boolean; doubleValue?: number };
interface KeyValue {
  key: string;
  value: Value;
}
export interface SpanTaken {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  attributes: KeyValue[];
  events?: { name: string; attributes: KeyValue[] }[];
  links?: { traceId: string; spanId: string }[];
  status: { code?: number; message?: string };
}
interface PointTaken {
  attributes: KeyValue[];
  asDouble?: number;
  asInt?: number | string;
  sum?: number;
  count?: number | string;
}
export interface MetricTaken {
  name: string;
  unit: string;
  sum?: { dataPoints: PointTaken[]; isMonotonic: boolean };
  histogram?: { dataPoints: PointTaken[] };
}
export interface Collector {
  url: string;
  /** As they came. */
  bodies: { path: string; type: string; body: Buffer }[];
  spans(): SpanTaken[];
  metrics(): MetricTaken[];
  resources(): Record<string, unknown>[];
  close(): Promise<void>;
}

export const attributesOf = (of: readonly KeyValue[]): Record<string, unknown> =>
  Object.fromEntries(of.map(({ key, value }) => [key, Object.values(value)[0]]));

export async function openCollector(answer = 200): Promise<Collector> {
  const bodies: Collector['bodies'] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    bodies.push({ path: request.url ?? '', type: request.headers['content-type'] ?? '', body: Buffer.concat(parts) });
    response.writeHead(answer, { 'content-type': request.headers['content-type'] ?? '' });
    response.end(request.headers['content-type'] === 'application/json' ? '{}' : '');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const json = (path: string) =>
    bodies.filter((one) => one.path === path).map(({ body }) => JSON.parse(body.toString('utf8')));
  const traces = () => json('/v1/traces').flatMap(({ resourceSpans }) => resourceSpans);
  const metrics = () => json('/v1/metrics').flatMap(({ resourceMetrics }) => resourceMetrics);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    spans: () => traces().flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }: { spans: SpanTaken[] }) => spans)),
    metrics: () =>
      metrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((one: { metrics: MetricTaken[] }) => one.metrics)),
    resources: () => [...traces(), ...metrics()].map(({ resource }) => attributesOf(resource.attributes)),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
