/**
 * What is told becomes spans and metrics of OpenTelemetry.
 *
 * INVARIANT: no failure of telemetry is one of the work: what the SDK throws ends here.
 */
import { type Activity, type Attributes, NOTHING_TOLD, type Told, unwatched } from '../core/observing.ts';
import { METRICS, type MetricName } from './metrics.ts';
import type { Api, Context, Span, SpanContext } from './sdk.ts';
import { idsIn, traceparentOf } from './traceparent.ts';
import type { Here, Watch } from './watch.ts';

const NAME = 'countersign';
const SAMPLED = 1;

/** SECURITY: whoever asks neither switches recording off nor on: with ids of theirs a span is sampled as any other. */
function remote(traceparent: string | undefined): SpanContext | undefined {
  const ids = idsIn(traceparent);
  return ids && { ...ids, traceFlags: SAMPLED, isRemote: true };
}
const linksTo = (traceparents: readonly string[]) =>
  traceparents.flatMap((one) => {
    const context = remote(one);
    return context ? [{ context }] : [];
  });

function quietly<T>(tell: () => T): T | undefined {
  try {
    return tell();
  } catch {
    return undefined;
  }
}

function toldOf({ SpanStatusCode }: Api, span: Span): Told {
  return {
    set: (attributes) => void quietly(() => span.setAttributes(attributes)),
    happened: (name, attributes) => void quietly(() => span.addEvent(name, attributes)),
    failed: (type) =>
      quietly(() => {
        span.setAttributes({ 'error.type': type });
        span.setStatus({ code: SpanStatusCode.ERROR });
      }),
  };
}

function instrumentsOf({ metrics }: Api, version: string): Watch['measure'] {
  const meter = metrics.getMeter(NAME, version);
  const made = Object.entries(METRICS).map(([name, metric]) => {
    const { kind, unit, description } = metric;
    const options = { unit, description };
    if (kind === 'counter') return [name, meter.createCounter(name, options)] as const;
    const advice = { explicitBucketBoundaries: [...metric.buckets] };
    return [name, meter.createHistogram(name, { ...options, advice })] as const;
  });
  const instruments = new Map(made);
  return (name: MetricName, value: number, attributes: Attributes) => {
    const instrument = instruments.get(name);
    quietly(() => {
      instrument?.add?.(value, attributes);
      instrument?.record?.(value, attributes);
    });
  };
}

export function telemetryOf(api: Api, version: string, close: () => Promise<void>): Watch {
  const { trace, context, SpanKind } = api;
  const tracer = trace.getTracer(NAME, version);
  const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT };

  function started({ name, kind, attributes = {}, parent, links = [] }: Activity): [Span, Context] {
    const asked = remote(parent);
    const here = asked ? trace.setSpanContext(context.active(), asked) : context.active();
    const options = { kind: kind ? kinds[kind] : SpanKind.INTERNAL, attributes, links: linksTo(links) };
    const span = tracer.startSpan(name, options, here);
    return [span, trace.setSpan(here, span)];
  }
  return {
    async during(activity, run) {
      const begun = quietly(() => started(activity));
      if (!begun) return unwatched(activity, run);
      const [span, inside] = begun;
      try {
        return await context.with(inside, () => run(toldOf(api, span)));
      } finally {
        quietly(() => span.end());
      }
    },
    begin(activity) {
      const begun = quietly(() => started(activity));
      if (!begun) return { ...NOTHING_TOLD, end: () => undefined };
      const [span] = begun;
      return { ...toldOf(api, span), end: () => void quietly(() => span.end()) };
    },
    here: () => quietly(() => hereIn(api)),
    measure: instrumentsOf(api, version),
    close,
  };
}

function hereIn({ trace, context }: Api): Here | undefined {
  const span = trace.getSpan(context.active());
  if (!span) return undefined;
  const { traceId, spanId } = span.spanContext();
  const link = (traceparents: readonly string[]) => void quietly(() => span.addLinks(linksTo(traceparents)));
  return { traceparent: traceparentOf({ traceId, spanId }), link };
}
