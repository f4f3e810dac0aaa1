/** Telemetry that is off, away or broken: the work is the same. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Told } from '../../src/core/observing.ts';
import type { Api } from '../../src/watch/sdk.ts';
import { telemetryOf } from '../../src/watch/telemetry.ts';
import { idsIn } from '../../src/watch/traceparent.ts';
import { needs } from '../needs.ts';
import { openCollector } from './collector.ts';
import { areInstalled, installedBeside } from './folder.ts';

let alone: ReturnType<typeof installedBeside>;
const home = mkdtempSync(join(tmpdir(), 'countersign-watch-home-'));
beforeAll(() => {
  alone = installedBeside({ sdk: false });
});
afterAll(() => {
  alone.remove();
  rmSync(home, { recursive: true, force: true });
});

function describePolicy(program: string, env: Record<string, string>) {
  return new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    const args = [program, '--home', home, '--sandbox', 'tool', 'describe_policy'];
    const child = spawn(process.execPath, args, { env: { PATH: process.env.PATH ?? '', ...env } });
    const told = { out: '', err: '' };
    child.stdout.on('data', (text) => (told.out += String(text)));
    child.stderr.on('data', (text) => (told.err += String(text)));
    child.once('close', (code) => resolve({ code, ...told }));
    child.stdin.end();
  });
}

describe('without the SDK', () => {
  it('one line on stderr says what to install, and the call is answered', async () => {
    const done = await describePolicy(alone.program, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
    expect(done.code).toBe(0);
    expect(JSON.parse(done.out)).toMatchObject({ assurance: expect.anything() });
    expect(done.err).toMatch(/^OpenTelemetry is off: .*npm install @opentelemetry\/api @opentelemetry\/sdk-node\n$/);
  });
  it.each([
    {},
    { OTEL_EXPORTER_OTLP_ENDPOINT: '' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_SDK_DISABLED: 'True' },
  ])('nothing is looked for where it is not asked for: %o', async (env) => {
    expect(await describePolicy(alone.program, env as Record<string, string>)).toMatchObject({ code: 0, err: '' });
  });
});

describe('a collector', () => {
  it('that refuses holds up nothing, and is told of once, without its address', async (context) => {
    needs(context, 'telemetry', areInstalled());
    const collector = await openCollector(400);
    const beside = installedBeside({ sdk: true });
    try {
      const endpoint = `${collector.url}/secret-path`;
      const done = await describePolicy(beside.program, { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint });
      expect(done.code).toBe(0);
      expect(JSON.parse(done.out)).toMatchObject({ assurance: expect.anything() });
      expect(collector.bodies.map(({ type }) => type)).toContain('application/x-protobuf');
      expect(done.err).toMatch(/^OpenTelemetry reports a problem.*\n$/);
      expect(done.err).not.toContain('secret-path');
    } finally {
      await collector.close();
      beside.remove();
    }
  });
});

describe('an SDK that throws', () => {
  const broken = () => {
    throw new Error('broken');
  };
  const span = {
    spanContext: broken,
    setAttributes: broken,
    addEvent: broken,
    addLinks: broken,
    setStatus: broken,
    end: broken,
  };
  const api = (startSpan: () => unknown) =>
    ({
      trace: {
        getTracer: () => ({ startSpan }),
        setSpan: (on: object) => on,
        setSpanContext: broken,
        getSpan: () => span,
      },
      metrics: {
        getMeter: () => ({ createCounter: () => ({ add: broken }), createHistogram: () => ({ record: broken }) }),
      },
      context: { active: () => ({}), with: <T>(_: object, run: () => T) => run() },
      SpanKind: { INTERNAL: 0, SERVER: 1, CLIENT: 2 },
      SpanStatusCode: { ERROR: 2 },
    }) as unknown as Api;
  const tellAll = (told: Told) => {
    told.set({ a: 1 });
    told.happened('x', {});
    told.failed('x');
  };
  it.each([
    ['when a span begins', broken],
    ['in every call of a span', () => span],
  ])('%s fails nothing', async (_, startSpan) => {
    const watch = telemetryOf(api(startSpan), '1', async () => undefined);
    const work = watch.during({ name: 'x', parent: 'none' }, async (told) => {
      tellAll(told);
      return 7;
    });
    expect(await work).toBe(7);
    const begun = watch.begin({ name: 'x' });
    tellAll(begun);
    begun.end();
    watch.measure('countersign.plans', 1, {});
    watch.measure('countersign.approval.duration', 1, {});
    expect(watch.here()).toBeUndefined();
    await expect(watch.during({ name: 'x' }, () => Promise.reject(new Error('own')))).rejects.toThrow('own');
  });
});

describe('a traceparent', () => {
  const [trace, parent] = ['a'.repeat(32), 'b'.repeat(16)];
  it.each([`00-${trace}-${parent}-00`, `00-${trace}-${parent}-01`, `01-${trace}-${parent}-01`])(
    '%s is taken',
    (text) => {
      expect(idsIn(text)).toEqual({ traceId: trace, spanId: parent });
    },
  );
  it.each([
    undefined,
    7,
    {},
    '',
    `ff-${trace}-${parent}-01`,
    `00-${'0'.repeat(32)}-${parent}-01`,
    `00-${trace}-${'0'.repeat(16)}-01`,
    `00-${trace.toUpperCase()}-${parent}-01`,
    `00-${trace}-${parent}-01\n`,
    `00-${trace}-${parent}-01-evil`,
    ` 00-${trace}-${parent}-01`,
  ])('%j is none', (text) => {
    expect(idsIn(text)).toBeUndefined();
  });
});
