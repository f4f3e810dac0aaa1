/** Templates: as deployed, as processed, and what they declare. */
import type { Template, TemplateParameter, Value } from '../../providers/aws/template/parse.ts';
import { isUnresolved, requiredCapabilities, transformsOf } from '../../providers/aws/template/resolve.ts';
import { type Operation, SandboxFault } from '../service.ts';
import type { World } from '../world.ts';
import { requireChangeSet } from './change-set-views.ts';
import { type Place, requireStack, type Stack, type Target } from './model.ts';
import { readTemplate, resolverFor } from './resolving.ts';
import { type ApiInput, asFaults, knowledge, templateBodyOf } from './target.ts';

/** What `AWS::LanguageExtensions` leaves: no loops, and a value where Fn::Length or Fn::ToJsonString can be known. */
function processed(world: World, stack: Stack, target: Target): string {
  if (!transformsOf(readTemplate(target.templateBody)).includes('AWS::LanguageExtensions')) return target.templateBody;
  const { template, evaluate } = asFaults(() => resolverFor(world, stack, target));
  const written = (value: Value): Value => {
    if (Array.isArray(value)) return value.map(written);
    if (value === null || typeof value !== 'object') return value;
    const known = 'Fn::Length' in value || 'Fn::ToJsonString' in value ? evaluate(value) : undefined;
    if (known !== undefined && !isUnresolved(known)) return known;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, written(inner)]));
  };
  const { Transform: _done, ...rest } = template;
  return JSON.stringify(written(rest as unknown as Value));
}

function showParameter([ParameterKey, declared]: [string, TemplateParameter]) {
  const { Default, NoEcho, Description } = declared;
  return {
    ParameterKey,
    DefaultValue: Default === undefined || Default === null ? undefined : String(Default),
    NoEcho: String(NoEcho) === 'true',
    Description,
  };
}

function capabilitiesOf(template: Template) {
  const Capabilities = requiredCapabilities(template);
  const types = Object.values(template.Resources).map(({ Type }) => Type);
  const iam = [...new Set(types.filter((type) => type.startsWith('AWS::IAM::')))];
  const reason = `The following resource(s) require capabilities: [${iam.join(', ')}]`;
  return { Capabilities, CapabilitiesReason: iam.length > 0 ? reason : undefined };
}

function templateFor(world: World, input: ApiInput, place: Place): Template {
  const stack = input.StackName ? requireStack(world, input.StackName, place) : undefined;
  // In these words: getmoto/moto#4424.
  if (stack?.status === 'REVIEW_IN_PROGRESS')
    throw new SandboxFault('ValidationError', 'GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks.');
  const body = stack ? stack.templateBody : templateBodyOf(world, input, undefined);
  return asFaults(() => readTemplate(body));
}

export const templateOperations: Record<string, Operation> = {
  GetTemplate(world, input, caller) {
    const set = input.ChangeSetName ? requireChangeSet(world, input, caller) : undefined;
    const stack = requireStack(world, set?.stackId ?? input.StackName, caller);
    const StagesAvailable = ['Original', 'Processed'];
    // Seen live (cdklabs/awscdk-v1-stack-finder#273): what was never executed has no template.
    if (!set && stack.status === 'REVIEW_IN_PROGRESS') return { StagesAvailable };
    const target = set ?? stack;
    return {
      TemplateBody: input.TemplateStage === 'Processed' ? processed(world, stack, target) : target.templateBody,
      StagesAvailable,
    };
  },
  ValidateTemplate(world, input, caller) {
    const template = templateFor(world, { ...input, StackName: undefined }, caller);
    const names = Object.keys(template.Resources);
    const wrong = names.find((name) => !/^[A-Za-z0-9]{1,255}$/.test(name));
    if (wrong)
      throw new SandboxFault('ValidationError', `Template format error: Resource name ${wrong} is non alphanumeric.`);
    return {
      Description: template.Description,
      ...capabilitiesOf(template),
      DeclaredTransforms: transformsOf(template),
      Parameters: Object.entries(template.Parameters ?? {}).map(showParameter),
    };
  },
  GetTemplateSummary(world, input, caller) {
    const template = templateFor(world, input, caller);
    return {
      Description: template.Description,
      ...capabilitiesOf(template),
      ResourceTypes: [...new Set(Object.values(template.Resources).map(({ Type }) => Type))],
      DeclaredTransforms: transformsOf(template),
      Metadata: template.Metadata ? JSON.stringify(template.Metadata) : undefined,
      Parameters: Object.entries(template.Parameters ?? {}).map(([name, declared]) => ({
        ...showParameter([name, declared]),
        ParameterType: declared.Type,
        ParameterConstraints: { AllowedValues: (declared.AllowedValues ?? []).map(String) },
      })),
    };
  },
  DescribeType(_world, input, { region }) {
    const name: string = input.TypeName ?? input.Arn?.split('/').at(-1)?.replaceAll('-', '::') ?? '';
    if ((input.Type ?? 'RESOURCE') !== 'RESOURCE' || !knowledge.isKnownType(name))
      throw new SandboxFault('TypeNotFoundException', `The type '${name}' cannot be found.`, 404);
    return {
      Arn: `arn:aws:cloudformation:${region}::type/resource/${name.replaceAll('::', '-')}`,
      Type: 'RESOURCE',
      TypeName: name,
      ProvisioningType: 'FULLY_MUTABLE',
      DeprecatedStatus: 'LIVE',
      Visibility: 'PUBLIC',
    };
  },
};
