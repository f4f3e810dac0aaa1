/** What is asked for: template, parameters, tags and capabilities, checked before anything happens. */
import { CountersignError } from '../../core/errors.ts';
import { loadKnowledge } from '../../knowledge/index.ts';
import { parseTemplate, type Template } from '../../template/parse.ts';
import { parameterValues, requiredCapabilities } from '../../template/resolve.ts';
import { SandboxFault } from '../service.ts';
import type { World } from '../world.ts';
import type { Stack } from './model.ts';

// biome-ignore lint/suspicious/noExplicitAny: decoded by the SDK's own schema of the operation.
type ApiInput = Record<string, any>;

const MAX_BODY_BYTES = 51_200;

/** Loaded before the first request: the operations themselves are synchronous. */
export const knowledge = await loadKnowledge();

const tagsOf = (input: { Tags?: { Key: string; Value: string }[] }, kept: Record<string, string>) =>
  input.Tags === undefined ? kept : Object.fromEntries(input.Tags.map(({ Key, Value }) => [Key, Value]));

/** What both CreateStack and change sets check before anything happens. */
export function readTarget(
  input: ApiInput,
  stack: Stack | undefined,
): {
  template: Template;
  templateBody: string;
  parameters: Record<string, string>;
  tags: Record<string, string>;
} {
  const templateBody: string | undefined =
    input.UsePreviousTemplate === true ? stack?.templateBody : input.TemplateBody;
  if (!templateBody)
    throw new SandboxFault('ValidationError', 'Either Template URL or Template Body must be specified.');
  if (Buffer.byteLength(templateBody) > MAX_BODY_BYTES && !input.UsePreviousTemplate)
    throw new SandboxFault(
      'ValidationError',
      `1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to ${MAX_BODY_BYTES}`,
    );
  try {
    const template = parseTemplate(templateBody);
    const types = [...new Set(Object.values(template.Resources).map(({ Type }) => Type))];
    const unknown = types.filter((type) => !knowledge.isKnownType(type) && !type.startsWith('Custom::'));
    if (unknown.length > 0)
      throw new SandboxFault(
        'ValidationError',
        `Template format error: Unrecognized resource types: [${unknown.join(', ')}]`,
      );
    const given = Object.fromEntries(
      (
        (input.Parameters ?? []) as {
          ParameterKey: string;
          ParameterValue?: string;
          UsePreviousValue?: boolean;
        }[]
      ).flatMap(({ ParameterKey, ParameterValue, UsePreviousValue }) => {
        const value = UsePreviousValue ? stack?.parameters[ParameterKey] : ParameterValue;
        return value === undefined ? [] : [[ParameterKey, value]];
      }),
    );
    const parameters = parameterValues(template, given);
    for (const [name, value] of Object.entries(parameters)) {
      const allowed = template.Parameters?.[name]?.AllowedValues;
      if (allowed && !allowed.map(String).includes(value))
        throw new SandboxFault('ValidationError', `Parameter '${name}' must be one of AllowedValues`);
    }
    const missing = requiredCapabilities(template).filter((needed) => !covers(input.Capabilities ?? [], needed));
    if (missing.length > 0)
      throw new SandboxFault('InsufficientCapabilitiesException', `Requires capabilities : [${missing.join(', ')}]`);
    return { template, templateBody, parameters, tags: tagsOf(input, stack?.tags ?? {}) };
  } catch (error) {
    if (error instanceof CountersignError)
      throw new SandboxFault('ValidationError', `Template format error: ${error.message}`);
    throw error;
  }
}

const covers = (given: string[], needed: string) =>
  given.includes(needed) || (needed === 'CAPABILITY_IAM' && given.includes('CAPABILITY_NAMED_IAM'));

export function newStack(
  world: World,
  name: string,
  region: string,
  input: ApiInput,
  target: {
    templateBody: string;
    parameters: Record<string, string>;
    tags: Record<string, string>;
    template: Template;
  },
): Stack {
  if (!/^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(name))
    throw new SandboxFault(
      'ValidationError',
      `1 validation error detected: Value '${name}' at 'stackName' failed to satisfy constraint`,
    );
  const id = `arn:aws:cloudformation:${region}:${world.account}:stack/${name}/${world.newId('').slice(0, 8)}-0000-11f0-8000-${world.newId('').slice(0, 12)}`;
  return {
    id,
    name,
    region,
    status: 'REVIEW_IN_PROGRESS',
    createdAt: world.now(),
    updatedAt: null,
    deletedAt: null,
    ...(target.template.Description ? { description: String(target.template.Description) } : {}),
    templateBody: target.templateBody,
    parameters: target.parameters,
    noEcho: noEchoOf(target.template),
    tags: target.tags,
    capabilities: input.Capabilities ?? [],
    ...(input.RoleARN ? { roleArn: input.RoleARN } : {}),
    terminationProtection: input.EnableTerminationProtection === true,
    resources: {},
    outputs: {},
    operation: null,
  };
}
const noEchoOf = (template: Template) =>
  Object.entries(template.Parameters ?? {})
    .filter(([, { NoEcho }]) => String(NoEcho) === 'true')
    .map(([name]) => name);
