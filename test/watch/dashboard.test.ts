/** The sample dashboard asks for what is sent, and for all of it; the page names the same. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { METRICS, type Metric } from '../../src/watch/metrics.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
/** As Prometheus names what comes as OTLP: dots, the unit, the kind. */
const prometheus = (text: string) => text.replaceAll('.', '_');
const namesOf = (name: string, { kind, unit }: Metric): string[] => {
  const base = prometheus(name) + (unit === 's' ? '_seconds' : '');
  return kind === 'counter' ? [`${base}_total`] : [`${base}_bucket`];
};
const SENT = new Map(
  Object.entries(METRICS).flatMap(([name, metric]) =>
    namesOf(name, metric).map((one) => [one, new Set(metric.attributes.map(prometheus))] as const),
  ),
);
const expressions = (
  JSON.parse(read('examples/grafana/countersign.json')) as { panels: { targets: { expr: string }[] }[] }
).panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
const metricsIn = (expr: string) => expr.match(/\b(?:countersign|mcp)_\w+(?=[[{])/g) ?? [];
const labelsIn = (expr: string) => [
  ...[...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list]) => list!.split(/\s*,\s*/)),
  ...[...expr.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"/g)].map(([, label]) => label!),
];

describe('the dashboard of examples/grafana', () => {
  it.each(expressions)('%s', (expr) => {
    const metrics = metricsIn(expr);
    expect(metrics.length).toBeGreaterThan(0);
    for (const metric of metrics) {
      const labels = SENT.get(metric);
      expect(labels, `${metric} is not sent`).toBeDefined();
      for (const label of labelsIn(expr).filter((one) => one !== 'le')) expect([...labels!], metric).toContain(label);
    }
  });
  it('shows every metric that is sent', () => {
    expect([...new Set(expressions.flatMap(metricsIn))].sort()).toEqual([...SENT.keys()].sort());
  });
});

describe('docs/watching.md', () => {
  it('names every metric with its attributes, and no other', () => {
    const rows = [...read('docs/watching.md').matchAll(/^\| `((?:countersign|mcp)\.[\w.]+)` \| [^|]* \| ([^|]*) \|/gm)];
    const documented = rows.map(([, name, attributes]) => [
      name,
      [...attributes!.matchAll(/`([^`]+)`/g)].map(([, one]) => one),
    ]);
    expect(Object.fromEntries(documented)).toEqual(
      Object.fromEntries(Object.entries(METRICS).map(([name, { attributes }]) => [name, [...attributes]])),
    );
  });
});
