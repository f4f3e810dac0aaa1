/**
 * Each incident and its twin through other doors: the same template whole, in YAML, behind parameters, parameters of SSM,
 * functions and conditions, and as a change set that another tool prepared. What is decided stays the same.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { runCases } from '../../src/cli/policy-test.ts';
import { loadCases, type PolicyCase } from '../../src/policy-lab/test/load.ts';
import { resultText } from '../../src/policy-lab/test/report.ts';
import type { Step } from '../../src/policy-lab/test/schema.ts';
import { parseTemplate } from '../../src/providers/aws/template/parse.ts';
import type { Stack } from '../../src/sandbox/cloudformation/model.ts';
import { seedDefault } from '../../src/sandbox/seed.ts';
import { worldSchema } from '../../src/sandbox/seed-schema.ts';
import { openWorld } from '../../src/sandbox/world.ts';
import type { Json, Template } from './changes-world.ts';

const folder = join(new URL('.', import.meta.url).pathname, 'incidents');
type Input = Record<string, unknown>;
type Parts = Record<string, Json>;
/** A template before and after, and one more way to write the one after. */
type Door = (before: Template, after: Template, at: string) => { template: string; ssm?: Parts };

/** Stacks of the world that a case without one has. */
function defaultTemplates(): Map<string, Template> {
  const home = mkdtempSync(join(tmpdir(), 'countersign-doors-'));
  const store = openWorld(home, { pace: 0 });
  try {
    return store.transact((world) => {
      seedDefault(world);
      return new Map(
        world.list<Stack>('stack').map(({ name, templateBody }) => [name, parseTemplate(templateBody) as never]),
      );
    });
  } finally {
    store.close();
    rmSync(home, { recursive: true, force: true });
  }
}
const byDefault = defaultTemplates();

const templatesOf = (one: PolicyCase): Map<string, Template> =>
  one.world === null
    ? byDefault
    : new Map(
        ((one.world?.description.stacks ?? []) as { name: string; template?: Template }[]).flatMap(
          ({ name, template }) => (template === undefined ? [] : [[name, template]]),
        ),
      );

const partsOf = (path: string): string[] => path.replaceAll(/\[(\d+)\]/g, '.$1').split('.');

/** As `set` does it. */
function withSet(template: Template, set: readonly { path: string; value?: Json; remove?: boolean }[]): Template {
  const copy = structuredClone(template);
  for (const { path, value, remove } of set) {
    const parts = partsOf(path);
    const last = parts.pop()!;
    let inner = copy as Parts;
    for (const part of parts) {
      inner[part] ??= {};
      inner = inner[part] as Parts;
    }
    if (remove) delete inner[last];
    else inner[last] = structuredClone(value ?? null);
  }
  return copy;
}

/** The template that a step plans; undefined: it plans none whose beginning is known. */
function plannedBy(one: PolicyCase, step: Step): { before: Template; after: Template; stack: string } | undefined {
  if (!('tool' in step) || step.tool !== 'plan_stack_update') return undefined;
  const { stack, set, template, change_set: changeSet, parameters } = step.input as Input;
  const before = templatesOf(one).get(String(stack));
  if (!before || changeSet !== undefined || parameters !== undefined) return undefined;
  if (Array.isArray(set)) return { before, after: withSet(before, set as never), stack: String(stack) };
  if (typeof template !== 'string' || template.startsWith('$')) return undefined;
  return { before, after: parse(template) as Template, stack: String(stack) };
}

const isScalar = (value: Json | undefined) => value !== null && ['string', 'number', 'boolean'].includes(typeof value);
/** Paths of scalars in properties that differ. */
function changed(before: Json | undefined, after: Json, path: string[] = []): string[][] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (isScalar(after)) return path[0] === 'Resources' && path[2] === 'Properties' ? [path] : [];
  const inner = (value: Json | undefined, key: string) => (value as Parts | undefined)?.[key];
  return Object.keys((after ?? {}) as object).flatMap((key) =>
    changed(inner(before, key), inner(after, key)!, [...path, key]),
  );
}
const valueAt = (template: Json, path: readonly string[]): Json =>
  path.reduce<Json>((value, key) => (value as Parts)[key]!, template);
function replaced(before: Template, after: Template, by: (value: Json, index: number) => Json): Template {
  const copy = structuredClone(after);
  for (const [index, path] of changed(before, after).entries()) {
    const holder = valueAt(copy, path.slice(0, -1)) as Parts;
    holder[path.at(-1)!] = by(holder[path.at(-1)!]!, index);
  }
  return copy;
}
const textAt = (before: Template, after: Template, index: number) =>
  String(valueAt(after, changed(before, after)[index]!));
const json = (template: Template) => ({ template: JSON.stringify(template) });
const count = (before: Template, after: Template) => changed(before, after).map((_path, index) => index);

const DOORS: Record<string, Door> = {
  'the whole template': (_before, after) => json(after),
  'the whole template in YAML': (_before, after) => ({ template: stringify(after) }),
  'by parameters': (before, after) =>
    json({
      ...replaced(before, after, (_value, index) => ({ Ref: `Door${index}` })),
      Parameters: Object.fromEntries(
        count(before, after).map((index) => [
          `Door${index}`,
          { Type: 'String', Default: textAt(before, after, index) },
        ]),
      ),
    }),
  'by parameters of SSM': (before, after, at) => ({
    ...json({
      ...replaced(before, after, (_value, index) => ({ Ref: `Door${index}` })),
      Parameters: Object.fromEntries(
        count(before, after).map((index) => [
          `Door${index}`,
          { Type: 'AWS::SSM::Parameter::Value<String>', Default: `/door/${at}/${index}` },
        ]),
      ),
    }),
    ssm: Object.fromEntries(
      count(before, after).map((index) => [
        `/door/${at}/${index}`,
        { type: 'String', value: textAt(before, after, index) },
      ]),
    ),
  }),
  'behind functions': (before, after) =>
    json({
      ...replaced(before, after, (value, index) => {
        const text = String(value);
        const forms: Json[] = [
          { 'Fn::If': ['Here', value, 'never'] },
          { 'Fn::Join': ['', [text.slice(0, 1), text.slice(1)]] },
          { 'Fn::Select': [1, ['never', text]] },
          { 'Fn::Sub': [`\${Whole}`, { Whole: text }] },
        ];
        return forms[(index + text.length) % forms.length]!;
      }),
      Conditions: { Here: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] } },
    }),
  'by a mapping': (before, after) =>
    json({
      ...replaced(before, after, (_value, index) => ({ 'Fn::FindInMap': ['Door', 'here', `v${index}`] })),
      Mappings: {
        Door: {
          here: {
            none: '0',
            ...Object.fromEntries(
              count(before, after).map((index) => [`v${index}`, valueAt(after, changed(before, after)[index]!)]),
            ),
          },
        },
      },
    }),
  'what goes, behind a condition that does not hold': (before, after) => {
    const [was, is] = [before.Resources as Parts, after.Resources as Parts];
    const gone = Object.fromEntries(
      Object.entries(was)
        .filter(([id]) => !(id in is))
        .map(([id, resource]) => [id, { ...(resource as Parts), Condition: 'Never' }]),
    );
    const Conditions = { Never: { 'Fn::Equals': ['a', 'b'] } };
    return json({ ...after, Conditions, Resources: { ...is, ...gone } });
  },
};

/** The case with each planned template through that door. */
function through(one: PolicyCase, door: Door, isPrepared: boolean): PolicyCase | undefined {
  const ssm: Parts = {};
  let turned = 0;
  const steps = one.steps.flatMap(({ step, place }, index) => {
    const planned = plannedBy(one, step);
    if (!planned || !('tool' in step)) return [{ step, place }];
    const { template, ssm: more = {} } = door(planned.before, planned.after, String(index));
    Object.assign(ssm, more);
    turned += 1;
    const { stack } = planned;
    if (!isPrepared) return [{ step: { ...step, input: { stack, template } }, place }];
    const ChangeSetName = `door-${index}`;
    const Capabilities = ['CAPABILITY_NAMED_IAM'];
    const prepare = {
      prepare: 'CreateChangeSet',
      input: { StackName: stack, ChangeSetName, Capabilities, IncludeNestedStacks: true, TemplateBody: template },
    };
    const plan = { ...step, input: { stack, change_set: ChangeSetName } };
    return [
      { step: prepare as Step, place },
      { step: plan, place },
    ];
  });
  if (turned === 0) return undefined;
  const { characters: _size, ...expected } = one.expect;
  // Parameters of SSM need a world of its own.
  if (one.world === null && Object.keys(ssm).length > 0) return undefined;
  const world = one.world && {
    ...one.world,
    description: {
      ...one.world.description,
      ssm_parameters: { ...(one.world.description.ssm_parameters as Parts | undefined), ...ssm },
    },
  };
  return { ...one, steps, world, expect: expected };
}

const cases = readdirSync(folder).flatMap((file) => loadCases(join(folder, file), worldSchema));
/** Another tool prepares whatever was written: once plainly, once with parameters. */
const PREPARED = ['the whole template', 'by parameters'];
describe.each(Object.entries(DOORS))('%s', (name, door) => {
  for (const isPrepared of PREPARED.includes(name) ? [false, true] : [false]) {
    const turned = cases.flatMap((one) => through(one, door, isPrepared) ?? []);
    const rows = turned.map((one) => [`${one.file.split('/').at(-1)}: ${one.name}`, one] as const);
    it.each(rows)(`%s${isPrepared ? ', prepared by another tool' : ''}`, async (_row, one) => {
      const results = await runCases([one], { policy: undefined });
      expect(
        results.every(({ passed }) => passed),
        resultText(results),
      ).toBe(true);
    });
  }
  it('turns every incident that plans a template of its own world', () => {
    expect(cases.filter((one) => through(one, door, false)).length).toBeGreaterThanOrEqual(15);
  });
});
