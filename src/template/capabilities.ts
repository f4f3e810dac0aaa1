import { member, type Template, transformsOf } from './model.ts';

/**
 * Types that make or change permissions, with the property that gives them a custom name.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html (Capabilities)
 */
const IAM_NAME_PROPERTIES: Record<string, string | undefined> = {
  'AWS::IAM::AccessKey': undefined,
  'AWS::IAM::Group': 'GroupName',
  'AWS::IAM::GroupPolicy': undefined,
  'AWS::IAM::InstanceProfile': 'InstanceProfileName',
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
  'AWS::IAM::Policy': undefined,
  'AWS::IAM::Role': 'RoleName',
  'AWS::IAM::RolePolicy': undefined,
  'AWS::IAM::User': 'UserName',
  'AWS::IAM::UserPolicy': undefined,
  'AWS::IAM::UserToGroupAddition': undefined,
};

/** SAM makes roles for these. */
const SAM_TYPES_WITH_ROLES = new Set([
  'AWS::Serverless::Function',
  'AWS::Serverless::StateMachine',
  'AWS::Serverless::Application',
]);

/**
 * The capabilities to acknowledge, the stronger IAM one only. Nested stacks and macros may need more than their parent
 * shows.
 */
export function requiredCapabilities(template: Template): string[] {
  let iam: string | undefined;
  for (const resource of Object.values(template.Resources).flatMap(resourcesIn)) {
    if (SAM_TYPES_WITH_ROLES.has(resource.Type)) iam ??= 'CAPABILITY_IAM';
    if (!Object.hasOwn(IAM_NAME_PROPERTIES, resource.Type)) continue;
    const nameProperty = IAM_NAME_PROPERTIES[resource.Type];
    const named = nameProperty !== undefined && member(resource.Properties, nameProperty) !== undefined;
    iam = named ? 'CAPABILITY_NAMED_IAM' : (iam ?? 'CAPABILITY_IAM');
  }
  const expands = transformsOf(template).length > 0;
  return [...(iam === undefined ? [] : [iam]), ...(expands ? ['CAPABILITY_AUTO_EXPAND'] : [])];
}

/** A resource, or those in the body of a loop. */
function resourcesIn(entry: unknown): { Type: string; Properties?: unknown }[] {
  if (Array.isArray(entry)) return Object.values((entry[2] ?? {}) as object).flatMap(resourcesIn);
  return typeof member(entry, 'Type') === 'string' ? [entry as { Type: string }] : [];
}
