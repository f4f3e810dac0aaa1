/** The graph of a change, and its drawing. */
import { describe, expect, it } from 'vitest';
import type { Effect } from '../../src/core/effect.ts';
import type { Thing } from '../../src/core/picture.ts';
import { graphOf, MOST_NODES } from '../../src/render/graph.ts';
import { Picture } from '../../src/review/picture.tsx';
import { effect } from '../guards/builders.ts';
import { subjectOf } from '../render/builders.ts';

const thing = (id: string, after: unknown, before: unknown = after): Thing => ({
  kind: 'resource',
  id,
  type: 'AWS::Toy::Thing',
  before: before as Thing['before'],
  after: after as Thing['after'],
});
const uses = (...names: string[]) => ({ Properties: { Refs: names.map((name) => `arn:\${${name}}/x`) } });
const graph = (effects: Effect[], things: Thing[] = [], dependents: { name: string; users: string[] }[] = []) => {
  const subject = subjectOf({ effects }, undefined, { things });
  const { plan } = subject;
  return graphOf({ ...subject, plan: { ...plan, subject: { ...plan.subject, dependents } } });
};
const many = (count: number, make: (index: number) => Effect) =>
  Array.from({ length: count }, (_, index) => make(index));
const named = (logicalId: string, over: Partial<Effect> = {}) => effect({ logicalId, ...over });

describe('a graph', () => {
  it('has a line for each use among what is touched, of what goes as it was', () => {
    const effects = [named('A'), named('B', { kind: 'delete' }), named('C')];
    const things = [thing('A', uses('C.Arn', 'Elsewhere', 'A')), thing('B', null, uses('C')), thing('C', uses())];
    const { nodes, uses: lines } = graph(effects, things);
    const label = (id: string) => nodes.find((node) => node.id === id)!.label;
    expect(lines.map((line) => line.map(label)).sort()).toEqual([
      ['A', 'C'],
      ['B', 'C'],
    ]);
  });

  it('takes names within one nested stack for that stack’s own', () => {
    const effects = ['Net/A', 'Net/B', 'B'].map((name) => named(name));
    const { nodes, uses: lines } = graph(effects, [thing('Net/A', uses('B'))]);
    expect(lines).toEqual([[nodes[0]!.id, nodes[1]!.id]]);
  });

  it('has the stacks that import what goes', () => {
    const stack: Thing = {
      kind: 'stack',
      id: '',
      type: 'AWS::CloudFormation::Stack',
      before: { Outputs: { Url: { Value: `\${Q.Arn}`, Export: 'shop-url' } } },
      after: null,
    };
    const dependents = [{ name: 'shop-url', users: ['checkout-prod'] }];
    const { nodes, uses: lines } = graph([named('Q', { kind: 'delete' })], [stack], dependents);
    expect(nodes.map(({ kind, label }) => [kind, label])).toEqual([
      ['delete', 'Q'],
      ['outside', 'checkout-prod'],
    ]);
    expect(lines).toEqual([['n1', 'n0']]);
  });

  it('has the direct users in the stack that are not touched, not theirs, and counts the rest', () => {
    const things = [
      thing('Table', uses()),
      thing('Reader', uses('Table')),
      thing('Caller', uses('Reader')),
      thing('Alone', uses()),
    ];
    const { nodes, uses: lines, leftOut } = graph([named('Table')], things);
    expect(nodes.map(({ kind, label, type }) => [kind, label, type])).toEqual([
      ['update', 'Table', expect.any(String)],
      ['outside', 'Reader', 'AWS::Toy::Thing, not touched'],
    ]);
    expect([lines, leftOut]).toEqual([[['n1', 'n0']], 2]);
    expect(String(Picture({ graph: graph([named('Table')], things), anchorOf: () => undefined }))).toContain(
      '2 other resources of the stack are not drawn',
    );
    expect(String(Picture({ graph: graph([named('Table')]), anchorOf: () => undefined }))).not.toContain('not drawn');
  });

  it('of 500 effects among 700 resources has each effect in one node, and counts what is left out', () => {
    const effects = many(500, (index) => named(`R${index}`, { type: `AWS::T${index % 60}::X` }));
    const things = Array.from({ length: 700 }, (_, index) =>
      thing(`R${index}`, index >= 500 && index < 550 ? uses(`R${index - 500}`) : uses()),
    );
    const { nodes, leftOut } = graph(effects, things);
    expect(nodes.length).toBeLessThanOrEqual(MOST_NODES);
    const names = nodes.flatMap(({ names: all }) => all);
    expect(names).toHaveLength(550);
    expect(new Set(names).size).toBe(550);
    expect(leftOut).toBe(150);
  });

  it('of many is grouped until it can be drawn, what is lost last; every effect is in one node', () => {
    const effects = [
      ...many(400, (index) => named(`Queue${index}`)),
      ...many(40, (index) => named(`Table${index}`, { type: 'AWS::DynamoDB::Table', kind: 'delete' })),
    ];
    const { nodes, isGrouped } = graph(effects);
    expect(isGrouped).toBe(true);
    expect(nodes.length).toBeLessThanOrEqual(MOST_NODES);
    expect(nodes.filter(({ isLost }) => isLost)).toHaveLength(40);
    expect(nodes.flatMap(({ names }) => names).sort()).toEqual(effects.map(({ logicalId }) => logicalId).sort());
    expect(nodes.find(({ names }) => names.length > 1)!.label).toBe('400 × Queue0-399');
  });

  it('of many types is grouped by what happens to them', () => {
    const { nodes } = graph(many(300, (index) => named(`R${index}`, { type: `AWS::T${index}::X` })));
    expect(nodes.map(({ type }) => type)).toEqual(['300 types']);
  });

  it('is not led astray by names that are words of programs', () => {
    const words = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'n0'];
    const effects = words.map((name) => named(name));
    const { nodes, uses: lines } = graph(effects, [thing('constructor', uses('toString', 'hasOwnProperty'))]);
    expect(nodes.map(({ id }) => id)).toEqual(['n0', 'n1', 'n2', 'n3', 'n4']);
    expect(lines).toEqual([
      ['n0', 'n2'],
      ['n0', 'n3'],
    ]);
    expect(
      String(Picture({ graph: { nodes, uses: lines, isGrouped: false, leftOut: 0 }, anchorOf: () => undefined })),
    ).toContain('constructor');
  });
});

describe('its drawing', () => {
  const drawing = (made: ReturnType<typeof graph>) => String(Picture({ graph: made, anchorOf: () => '#e0' }));
  const numbers = (text: string, pattern: RegExp) =>
    [...text.matchAll(pattern)].map((found) => found.slice(1).map(Number));

  it('lies whole in its frame, bends of lines too, and draws no two nodes over one another', () => {
    const effects = many(30, (index) => named(`R${index}`));
    const things = effects.map(({ logicalId }, index) =>
      thing(logicalId!, index < 20 ? uses(`R${(index * 7 + 1) % 20}`, `R${(index * 3 + 2) % 20}`) : uses()),
    );
    const html = drawing(graph(effects, things));
    const [[x, y, width, height]] = numbers(html, /viewBox="(-?[\d.]+) (-?[\d.]+) ([\d.]+) ([\d.]+)" width/g) as [
      number[],
    ];
    const isIn = (left: number, top: number) => left >= x! && top >= y! && left <= x! + width! && top <= y! + height!;
    const boxes = numbers(html, /<foreignObject x="(-?[\d.]+)" y="(-?[\d.]+)" width="([\d.]+)" height="([\d.]+)"/g);
    expect(boxes).toHaveLength(30);
    for (const [left, top, wide, high] of boxes as [number, number, number, number][]) {
      expect(isIn(left, top) && isIn(left + wide, top + high)).toBe(true);
      const over = (boxes as [number, number, number, number][]).filter(
        ([l, t, w, h]) => l < left + wide && left < l + w && t < top + high && top < t + h,
      );
      expect(over).toHaveLength(1);
    }
    const bends = numbers(html.replaceAll(/<marker.*?<\/marker>/g, ''), /[ML](-?[\d.]+) (-?[\d.]+)/g);
    expect(bends.length).toBeGreaterThan(20);
    for (const [left, top] of bends as [number, number][]) expect(isIn(left, top)).toBe(true);
  });

  it('has a name of 255 characters whole, and text in place of markup', () => {
    const long = 'LongName'.repeat(31);
    const html = drawing(graph([named(long), named('<b>bold</b>')]));
    expect(html).toContain(long);
    expect(html).toContain('&lt;b&gt;bold');
  });
});
