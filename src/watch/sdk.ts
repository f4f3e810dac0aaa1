/**
 * OpenTelemetry's own SDK, an optional peer: it reads its own variables, samples, batches and exports. The SDK's types
 * are not ours to install, so what is used of it is written down here.
 *
 * SECURITY: stdout is the protocol's. The SDK writes with the global console, for OTEL_LOG_LEVEL and for exporters named
 * `console`; that console is made to write to stderr before the SDK is loaded.
 */
import { Console } from 'node:console';
import { CountersignError } from '../core/errors.ts';
import type { Attributes } from '../core/observing.ts';

export interface SpanContext {
  traceId: string;
  spanId: string;
  traceFlags: number;
  isRemote?: boolean;
}
interface Link {
  context: SpanContext;
}
export interface Span {
  spanContext(): SpanContext;
  setAttributes(attributes: Attributes): unknown;
  addEvent(name: string, attributes: Attributes): unknown;
  addLinks(links: readonly Link[]): unknown;
  setStatus(status: { code: number; message?: string }): unknown;
  end(): void;
}
interface SpanOptions {
  kind: number;
  attributes: Attributes;
  links: readonly Link[];
}
/** Opaque: made and taken by the API. */
export type Context = object;
interface Instrument {
  add?(value: number, attributes: Attributes): void;
  record?(value: number, attributes: Attributes): void;
}
interface InstrumentOptions {
  unit: string;
  description: string;
  advice?: { explicitBucketBoundaries: number[] };
}
/** Of `@opentelemetry/api`. */
export interface Api {
  trace: {
    getTracer(name: string, version: string): { startSpan(name: string, options: SpanOptions, context: Context): Span };
    setSpan(context: Context, span: Span): Context;
    setSpanContext(context: Context, parent: SpanContext): Context;
    getSpan(context: Context): Span | undefined;
  };
  metrics: {
    getMeter(
      name: string,
      version: string,
    ): {
      createCounter(name: string, options: InstrumentOptions): Instrument;
      createHistogram(name: string, options: InstrumentOptions): Instrument;
    };
  };
  context: { active(): Context; with<T>(context: Context, run: () => T): T };
  ROOT_CONTEXT: Context;
  diag: { setLogger(logger: Record<'error' | 'warn' | 'info' | 'debug' | 'verbose', () => void>): unknown };
  SpanKind: { INTERNAL: number; SERVER: number; CLIENT: number };
  SpanStatusCode: { ERROR: number };
}
interface NodeSdk {
  start(): void;
  shutdown(): Promise<void>;
}
/** Of `@opentelemetry/sdk-node`. */
interface SdkModule {
  NodeSDK: new (configuration: { logRecordProcessors: unknown[] }) => NodeSdk;
}

const API = '@opentelemetry/api';
const SDK = '@opentelemetry/sdk-node';

/** @throws CONFIG_INVALID when a package is missing, or does not start. */
export async function startSdk(): Promise<{ api: Api; sdk: NodeSdk }> {
  const stderr = process.stderr;
  globalThis.console = new Console(stderr, stderr);
  try {
    // By names in constants: bundlers leave them, and nothing needs the packages to build or test this.
    const [api, { NodeSDK }] = await Promise.all([import(API) as Promise<Api>, import(SDK) as Promise<SdkModule>]);
    // No logs are sent.
    const sdk = new NodeSDK({ logRecordProcessors: [] });
    sdk.start();
    return { api, sdk };
  } catch (cause) {
    const isMissing = (cause as { code?: unknown }).code === 'ERR_MODULE_NOT_FOUND';
    throw new CountersignError(
      'CONFIG_INVALID',
      isMissing
        ? `OpenTelemetry is off: ${API} and ${SDK} are not installed beside countersign.`
        : 'OpenTelemetry is off: its SDK did not start.',
      isMissing ? `Install them: npm install ${API} ${SDK}` : 'Check the variables OTEL_… and the version of the SDK.',
      { cause },
    );
  }
}
