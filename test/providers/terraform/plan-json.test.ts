/** What is read of a plan's JSON, and what is refused by name. */
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/core/digest.ts';
import { CountersignError } from '../../../src/core/errors.ts';
import { parsePlanJson, readPlanJson } from '../../../src/providers/terraform/effects/index.ts';
import { planJson } from './builders.ts';

const ROWS = [{ at: 'terraform_data.a', before: { input: 1 }, after: { input: 2 } }];
const read = (over: Record<string, Json> = {}, tool: 'terraform' | 'tofu' = 'terraform') =>
  readPlanJson(planJson(ROWS, over), { tool });

function refusal(act: () => unknown): { code: string; message: string; remedy: string } {
  try {
    act();
  } catch (error) {
    if (error instanceof CountersignError) return error.toAnswer();
    throw error;
  }
  throw new Error('It was not refused.');
}

describe('a plan that is read', () => {
  it('says by which tool it was made', () => {
    expect(read()).toMatchObject({ tool: 'terraform', format_version: '1.2' });
  });
  it.each(['1.0', '1.1', '1.2'])('has the format %s', (format_version) => {
    expect(read({ format_version }).format_version).toBe(format_version);
  });
  it('may come as bytes', () => {
    expect(readPlanJson(new TextEncoder().encode(planJson(ROWS)), { tool: 'tofu' }).tool).toBe('tofu');
  });
  it('changes nothing, and is not applyable for that', () => {
    const same = [{ at: 'terraform_data.a', before: { input: 1 }, after: { input: 1 } }];
    expect(readPlanJson(planJson(same, { applyable: false }), { tool: 'terraform' }).applyable).toBe(false);
  });
  it('is of OpenTofu, which says neither applyable nor complete', () => {
    const { applyable: _a, complete: _c, ...rest } = JSON.parse(planJson(ROWS));
    expect(readPlanJson(JSON.stringify(rest), { tool: 'tofu' }).complete).toBeUndefined();
    expect(refusal(() => readPlanJson(JSON.stringify(rest), { tool: 'terraform' })).message).toContain(
      'does not say whether it is complete',
    );
    const older = JSON.stringify({ ...rest, terraform_version: '1.7.5' });
    expect(readPlanJson(older, { tool: 'terraform' }).terraform_version).toBe('1.7.5');
  });
});

describe('what is no plan', () => {
  it.each<[string, string, RegExp]>([
    ['text', 'Terraform will perform', /not JSON/],
    ['another JSON', '{"a":1}', /no format_version/],
    ['null', 'null', /no format_version/],
    ['half a plan', planJson(ROWS).slice(0, -40), /not JSON/],
    ['JSON nested without end', `{"format_version":"1.2","variables":${'['.repeat(200)}${']'.repeat(200)}}`, /nested/],
    ['a name that no object can hold', planJson(ROWS).replace('"input":1', '"__proto__":1'), /reserved name __proto__/],
    ['half a character', planJson(ROWS).replace('"input":1', '"input":"\\ud800"'), /half a character/],
    ['half a character in a name', planJson(ROWS).replace('"input":1', '"\\ud800":1'), /half a character/],
    ['changes that are no list', planJson([], { resource_changes: {} }), /resource_changes/],
    ['a state that is no object', planJson(ROWS, { prior_state: [] }), /prior_state/],
    ['blocks that are none', planJson(ROWS, { configuration: { root_module: { resources: [null] } } }), /resources/],
    ['a format of later', planJson(ROWS, { format_version: '1.3' }), /1\.3 is not known/],
    ['a format of another major version', planJson(ROWS, { format_version: '2.0' }), /2\.0 is not known/],
    ['a member that nobody knows', planJson(ROWS, { surprise_invocations: [] }), /surprise_invocations is not known/],
    ['actions that nobody knows', planJson([{ ...ROWS[0]!, actions: ['update', 'delete'] }]), /\["update","delete"\]/],
    ['no actions', planJson([{ ...ROWS[0]!, actions: [] }]), /\[\] are not known/],
    ['a mode that nobody knows', planJson([{ ...ROWS[0]!, more: { mode: 'ephemeral' } }]), /mode/],
    ['a member of a change', planJson([{ ...ROWS[0]!, change: { before_ephemeral: {} } }]), /before_ephemeral/],
    ['a member of a resource change', planJson([{ ...ROWS[0]!, more: { wrapped: true } }]), /wrapped/],
  ])('%s', (_what, text, said) => {
    const { code, message, remedy } = refusal(() => parsePlanJson(text, { tool: 'terraform' }));
    expect({ code, message }).toEqual({ code: 'INPUT_PLAN_INVALID', message: expect.stringMatching(said) });
    expect(remedy).toMatch(/\w+ \w+/);
  });
});

describe('a state that is not as it should be', () => {
  it.each<[string, Record<string, Json>]>([
    ['resources are no list', { values: { root_module: { resources: {} } } }],
    ['values are a number', { values: { root_module: { resources: [{ values: 1 }] } } }],
    ['modules are no list', { values: { root_module: { child_modules: 'x' } } }],
    ['the module is a list', { values: { root_module: [] } }],
    ['outputs are null', { values: { outputs: { a: null } } }],
    ['there are no values', {}],
  ])('%s', (_what, prior_state) => {
    expect(read({ prior_state }).managed).toBeLessThanOrEqual(1);
  });
});

it('a resource of a state that is no object is refused, as what is sensitive in it would not be known', () => {
  const prior_state = { values: { root_module: { resources: [null] } } };
  expect(() => read({ prior_state })).toThrow(/it is not JSON/);
});

describe('what is not applied', () => {
  const deferred = { reason: 'unknown', resource_change: { address: 'terraform_data.later' } };
  it.each<[string, Record<string, Json>, RegExp]>([
    ['a plan of an old format', { format_version: '0.2' }, /0\.2/],
    ['a plan that failed', { errored: true, applyable: false }, /failed/],
    ['a partial plan', { complete: false }, /-target/],
    ['a plan that cannot be applied', { applyable: false }, /cannot be applied/],
    ['deferred changes', { deferred_changes: [deferred] }, /terraform_data\.later/],
    ['actions', { action_invocations: [{ address: 'action.aws_lambda_invoke.x' }] }, /action\.aws_lambda_invoke\.x/],
    ['actions of later', { deferred_action_invocations: [{ address: 'action.y.z' }] }, /action\.y\.z/],
    ['a plan without its configuration', { configuration: {} }, /configuration/],
    [
      'a provisioner',
      {
        configuration: {
          root_module: {
            module_calls: {
              m: {
                module: {
                  resources: [{ address: 'null_resource.x', provisioners: [{ type: 'local-exec', expressions: {} }] }],
                },
              },
            },
          },
        },
      },
      /module\.m\.null_resource\.x/,
    ],
  ])('%s', (_what, over, said) => {
    const { code, message, remedy } = refusal(() => read(over));
    expect({ code, message }).toEqual({ code: 'INPUT_PLAN_NOT_APPLICABLE', message: expect.stringMatching(said) });
    expect(remedy).toMatch(/\w+ \w+/);
    // It is looked at all the same.
    expect(parsePlanJson(planJson(ROWS, over), { tool: 'terraform' }).tool).toBe('terraform');
  });
});
