/** The shapes that the clients of docs/clients.md take as they are. */
import { describe, expect, it } from 'vitest';
import { listTools } from '../../src/mcp/tool-list.ts';
import { tools } from '../../tools/index.ts';

interface Schema {
  type?: unknown;
  items?: Schema;
  properties?: Record<string, Schema>;
  additionalProperties?: unknown;
  required?: string[];
}
const listed = listTools(tools);
/** Every schema inside one, with its path. */
function* within(schema: Schema, path: string): Generator<[string, Schema]> {
  yield [path, schema];
  if (schema.items) yield* within(schema.items, `${path}[]`);
  for (const [name, inner] of Object.entries(schema.properties ?? {})) yield* within(inner, `${path}.${name}`);
}
/** And inside the values of maps. */
function* everywhere(schema: Schema, path: string): Generator<[string, Schema]> {
  for (const [at, inner] of within(schema, path)) {
    yield [at, inner];
    if (typeof inner.additionalProperties === 'object')
      yield* everywhere(inner.additionalProperties as Schema, `${at}.*`);
  }
}

describe.each(listed.map((tool) => [tool.name, tool] as const))('%s', (_name, tool) => {
  const parts = [...within(tool.inputSchema as Schema, 'input')];

  it('has one plain type everywhere, lists say of what, and only a template’s value is left open', () => {
    for (const [path, { type, items, ...rest }] of parts) {
      if (path === 'input.set[].value') expect({ type, items, ...rest }).toEqual({});
      else expect(type, path).toMatch(/^(?:object|array|string|integer|boolean)$/);
      expect(items !== undefined, path).toBe(type === 'array');
      const known = ['properties', 'required', 'additionalProperties', 'enum'];
      expect(
        Object.keys(rest).filter((key) => !known.includes(key)),
        path,
      ).toEqual([]);
    }
  });

  it('refuses unknown names, and says so', () => {
    for (const [path, { properties, additionalProperties }] of parts)
      if (properties) expect(additionalProperties, path).toBe(false);
  });

  it('names what is needed first and the place last', () => {
    const names = Object.keys((tool.inputSchema as Schema).properties ?? {});
    const { required = [] } = tool.inputSchema as Schema;
    expect(names.slice(0, required.length)).toEqual(required);
    if (names.includes('region')) expect(names.slice(-2)).toEqual(['region', 'account']);
  });

  it('has an output schema that lists say of what in, too', () => {
    for (const [path, { type, items }] of within(tool.outputSchema as Schema, 'output'))
      if (type === 'array') expect(items, path).toBeDefined();
    expect((tool.outputSchema as Schema).type).toBe('object');
  });

  // Clients of 2025 ignore the words of 2020-12, clients of 2026 reject an answer by them, after the tool has run.
  it('has an output schema of words that all clients judge alike (findings/mcp-clients-judge-answers-apart.sh)', () => {
    const alike = [
      '$schema',
      'type',
      'properties',
      'required',
      'items',
      'enum',
      'additionalProperties',
      'propertyNames',
    ];
    for (const [path, schema] of everywhere(tool.outputSchema as Schema, 'output'))
      expect(alike, path).toEqual(expect.arrayContaining(Object.keys(schema)));
  });

  it('is of a closed world, so that clients without a person call it (ADR 0017)', () => {
    expect(tool.annotations).toMatchObject({ openWorldHint: false, destructiveHint: false });
    expect(tool.annotations.readOnlyHint).toBe(tool.name.startsWith('describe_'));
  });
});

/** Clients that defer tools show a model names and a search over descriptions; these are words that a task has. */
it.each([
  ['update memory of a stack', 'plan_stack_update'],
  ['cloudformation stack', 'describe_stack'],
  ['open port firewall', 'plan_security_group_rules'],
  ['restart reboot ec2 instance', 'plan_instance_action'],
  ['instance size', 'plan_instance_type'],
  ['delete stack', 'plan_stack_delete'],
  ['backup volume', 'plan_snapshot'],
  ['approval', 'propose_change'],
  ['rollback stuck', 'plan_stack_rollback'],
])('“%s” finds %s by its name and first sentence', (words, name) => {
  const score = ({ name: own, description }: (typeof listed)[number]) => {
    const text = `${own.replaceAll('_', ' ')} ${description.split(/(?<=\.) /)[0]}`.toLowerCase();
    return words.split(' ').filter((word) => text.includes(word)).length;
  };
  const best = Math.max(...listed.map(score));
  expect(listed.filter((tool) => score(tool) === best).map((tool) => tool.name)).toContain(name);
});
