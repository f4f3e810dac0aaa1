/** Words of a change set that the SDK's own model does not have are refused by name: what they do cannot be judged. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as sdk from '@aws-sdk/client-cloudformation';
import { describe, expect, it } from 'vitest';
import { refusedIn } from '../../../src/providers/aws/change-set-words.ts';

const change = {
  Type: 'Resource',
  ResourceChange: {
    Action: 'Modify',
    PolicyAction: 'ReplaceAndRetain',
    Replacement: 'Conditional',
    Scope: ['Properties', 'Tags'],
    Details: [
      {
        Evaluation: 'Dynamic',
        ChangeSource: 'ResourceAttribute',
        Target: { Attribute: 'Properties', RequiresRecreation: 'Conditionally', AttributeChangeType: 'Modify' },
      },
    ],
  },
};
const set = {
  Status: 'CREATE_COMPLETE',
  ExecutionStatus: 'AVAILABLE',
  OnStackFailure: 'ROLLBACK',
  Capabilities: ['CAPABILITY_IAM'],
  DeploymentConfig: { Mode: 'STANDARD' },
};
const refused = (over: object, resource: object = {}, of: object = {}) =>
  refusedIn(
    sdk,
    { ...set, ...over } as sdk.DescribeChangeSetOutput,
    [{ ...change, ...of, ResourceChange: { ...change.ResourceChange, ...resource } }] as sdk.Change[],
  );

describe('the words of a change set', () => {
  it('that the SDK has are taken', () => {
    expect(refused({})).toEqual([]);
  });
  it.each<[string, object, object, object]>([
    ['ExecutionStatus: AVAILABLE_SOON (not known here)', { ExecutionStatus: 'AVAILABLE_SOON' }, {}, {}],
    ['OnStackFailure: PAUSE (not known here)', { OnStackFailure: 'PAUSE' }, {}, {}],
    ['DeploymentMode: WILD (not known here)', { DeploymentMode: 'WILD' }, {}, {}],
    ['DeploymentConfig.Mode: TURBO (not known here)', { DeploymentConfig: { Mode: 'TURBO' } }, {}, {}],
    ['Capabilities: CAPABILITY_ALL (not known here)', { Capabilities: ['CAPABILITY_ALL'] }, {}, {}],
    ['Action: Adopt (not known here)', {}, { Action: 'Adopt' }, {}],
    ['PolicyAction: Forget (not known here)', {}, { PolicyAction: 'Forget' }, {}],
    ['Replacement: Maybe (not known here)', {}, { Replacement: 'Maybe' }, {}],
    ['Scope: Owner (not known here)', {}, { Scope: ['Owner'] }, {}],
    ['Evaluation: Lazy (not known here)', {}, { Details: [{ Evaluation: 'Lazy' }] }, {}],
    ['RequiresRecreation: Often (not known here)', {}, { Details: [{ Target: { RequiresRecreation: 'Often' } }] }, {}],
    ['change Type: Hook (not known here)', {}, {}, { Type: 'Hook' }],
    ['ResourcesToImport', {}, { Action: 'Import' }, {}],
  ])('%s', (told, over, resource, of) => {
    expect(refused(over, resource, of)).toContain(told);
  });
  it('a change without a resource name is refused', () => {
    expect(refusedIn(sdk, {} as sdk.DescribeChangeSetOutput, [{ Type: 'Resource' }])).toEqual([
      'a change without a resource name',
    ]);
  });
});

/**
 * The SDK's own declarations, walked from what DescribeChangeSet answers: a field whose words are an enum of the model, and
 * that the refusals do not read, is found here when the SDK gets it.
 */
describe('each enum in the answer of DescribeChangeSet', () => {
  const file = createRequire(import.meta.url).resolve('@aws-sdk/client-cloudformation/package.json');
  const models = readFileSync(file.replace('package.json', 'dist-types/models/models_0.d.ts'), 'utf8');
  const fields = (name: string) => {
    const [, body = ''] =
      new RegExp(`export interface ${name} (?:extends \\w+ )?\\{([\\s\\S]*?)\\n\\}`).exec(models) ?? [];
    return [...body.matchAll(/\n {4}(\w+)\??: (\w+)(\[\])?(?: \| undefined)?;/g)].map(
      ([, field = '', type = '', list]) => ({
        field,
        type,
        isList: list !== undefined,
      }),
    );
  };
  const enums = new Map(Object.entries(sdk).filter(([, value]) => value !== null && typeof value === 'object'));
  type Step = { field: string; isList: boolean };
  function enumsBelow(type: string, path: Step[], above: string[]): { path: Step[]; type: string }[] {
    return fields(type).flatMap(({ field, type: inner, isList }) => {
      const at = [...path, { field, isList }];
      if (enums.has(inner)) return [{ path: at, type: inner }];
      return above.includes(inner) ? [] : enumsBelow(inner, at, [...above, inner]);
    });
  }
  const found = enumsBelow('DescribeChangeSetOutput', [], []);
  const set = (path: Step[], word: string): object =>
    path.reduceRight<unknown>((inner, { field, isList }) => ({ [field]: isList ? [inner] : inner }), word) as object;

  it('is found: the declarations are read', () => {
    const names = found.map(({ path }) => path.map(({ field }) => field).join('.'));
    expect(names).toEqual(
      expect.arrayContaining([
        'ExecutionStatus',
        'DeploymentConfig.Mode',
        'Changes.ResourceChange.Details.Target.RequiresRecreation',
      ]),
    );
    expect(names.length).toBeGreaterThan(18);
  });
  it.each(found.map((one) => [one.path.map(({ field }) => field).join('.'), one] as const))(
    '%s: a word that the model does not have is refused by name',
    (_, { path }) => {
      const output = set(path, 'SOMETHING_NEW') as sdk.DescribeChangeSetOutput;
      expect(refusedIn(sdk, output, output.Changes ?? []).join()).toContain('SOMETHING_NEW (not known here)');
    },
  );
  it.each(found.map((one) => [one.path.map(({ field }) => field).join('.'), one] as const))(
    '%s: no word of the model is called unknown',
    (_, { path, type }) => {
      for (const word of Object.values(enums.get(type) as Record<string, string>)) {
        const output = set(path, word) as sdk.DescribeChangeSetOutput;
        expect(refusedIn(sdk, output, output.Changes ?? []).join()).not.toContain('not known here');
      }
    },
  );
});
