/** Words of a change set that the SDK's own model does not have are refused by name: what they do cannot be judged. */
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
