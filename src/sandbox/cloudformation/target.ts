/** What is asked for: template, parameters, tags and capabilities, checked before anything happens. */
import { CountersignError } from '../../core/errors.ts';
import resourceTypes from '../../providers/aws/knowledge/data/resource-types.json' with { type: 'json' };
import { knowledgeIn } from '../../providers/aws/knowledge/index.ts';
import type { Template } from '../../providers/aws/template/parse.ts';
import {
  isUnresolved,
  parameterFaults,
  parameterValues,
  requiredCapabilities,
  transformsOf,
} from '../../providers/aws/template/resolve.ts';
import { templateObject } from '../facts.ts';
import { SandboxFault } from '../service.ts';
import { refuseTags } from '../tag-lists.ts';
import type { World } from '../world.ts';
import type { Place, Stack, Target } from './model.ts';
import { namedValues, readTemplate, resolverFor, ssmParameter } from './resolving.ts';

// biome-ignore lint/suspicious/noExplicitAny: decoded by the SDK's own schema of the operation.
export type ApiInput = Record<string, any>;

const MAX_BODY_BYTES = 51_200;

/** Loaded with the operations, which are synchronous. */
export const knowledge = knowledgeIn(resourceTypes);

export interface ReadTarget extends Target {
  template: Template;
  /** Why CloudFormation could not process the template's macros. */
  macroFault?: string;
}

/** @throws SandboxFault ValidationError. */
export function templateBodyOf(world: World, input: ApiInput, stack: Stack | undefined): string {
  if (input.UsePreviousTemplate === true && stack) return stack.templateBody;
  if (input.TemplateURL) {
    const stored = templateObject(world, input.TemplateURL);
    if (stored === undefined)
      throw new SandboxFault(
        'ValidationError',
        `S3 error: The specified key does not exist. The sandbox has no template at ${input.TemplateURL}: seed it, or send TemplateBody.`,
      );
    return stored;
  }
  if (!input.TemplateBody)
    throw new SandboxFault('ValidationError', 'Either Template URL or Template Body must be specified.');
  if (Buffer.byteLength(input.TemplateBody) > MAX_BODY_BYTES)
    throw new SandboxFault(
      'ValidationError',
      `1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to ${MAX_BODY_BYTES}`,
    );
  return input.TemplateBody;
}

/**
 * What CreateStack, UpdateStack and change sets check before anything happens.
 *
 * @param forChangeSet change sets need no CAPABILITY_AUTO_EXPAND: they show what a macro made.
 * @throws SandboxFault ValidationError, InsufficientCapabilitiesException.
 */
export function readTarget(
  world: World,
  place: Place,
  input: ApiInput,
  stack: Stack | undefined,
  forChangeSet = false,
): ReadTarget {
  refuseArns(input);
  const templateBody = templateBodyOf(world, input, stack);
  return asFaults(() => {
    const template = readTemplate(templateBody);
    const macroFault = faultOfMacros(template, place);
    if (!macroFault) refuseUnknownTypes(template);
    const parameters = parameterValues(template, givenParameters(input, stack));
    refuseParameters(world, place, template, parameters);
    const tags = input.Tags === undefined ? (stack?.tags ?? {}) : tagsOf(input.Tags);
    refuseMissingCapabilities(template, input.Capabilities ?? [], forChangeSet);
    const resolved = namedValues(world, place, template, parameters);
    const target = { template, templateBody, parameters, tags, resolved };
    if (macroFault) return { ...target, macroFault };
    const probe = stack ?? shell(place, 'probe', target);
    const failedRules = resolverFor(world, probe, target, {}).failedRules();
    if (failedRules.length > 0) throw new SandboxFault('ValidationError', `Template error: ${failedRules.join('; ')}`);
    return target;
  });
}

function tagsOf(tags: { Key: string; Value: string }[]): Record<string, string> {
  refuseTags('ValidationError', tags);
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
}

const ROLE_ARN = /^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/;
const TOPIC_ARN = /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}(?:\.fifo)?$/;

/** Only their form: whether they exist is not looked up. The words are from memory. */
export function refuseArns({ RoleARN, NotificationARNs = [] }: ApiInput): void {
  if (RoleARN !== undefined && !ROLE_ARN.test(RoleARN))
    throw new SandboxFault('ValidationError', `Role ${RoleARN} is invalid or cannot be assumed`);
  const wrong = (NotificationARNs as string[]).find((arn) => !TOPIC_ARN.test(arn));
  if (wrong !== undefined) throw new SandboxFault('ValidationError', `Invalid notification ARN: ${wrong}`);
}

/** The template module's refusals, as CloudFormation answers them. */
export function asFaults<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof CountersignError)
      throw new SandboxFault('ValidationError', `Template format error: ${error.message}`);
    throw error;
  }
}

function faultOfMacros(template: Template, { account }: Place): string | undefined {
  const unknown = transformsOf(template).find((name) => name !== 'AWS::LanguageExtensions');
  if (unknown === undefined) return undefined;
  return unknown.startsWith('AWS::')
    ? `Transform ${unknown} failed with: the sandbox does not simulate it.`
    : `No transform named ${account}::${unknown} found.`;
}

function refuseUnknownTypes(template: Template): void {
  const types = [...new Set(Object.values(template.Resources).map(({ Type }) => Type))];
  const unknown = types.filter((type) => !knowledge.isKnownType(type) && !type.startsWith('Custom::'));
  if (unknown.length > 0)
    throw new SandboxFault(
      'ValidationError',
      `Template format error: Unrecognized resource types: [${unknown.join(', ')}]`,
    );
}

function givenParameters(input: ApiInput, stack: Stack | undefined): Record<string, string> {
  const given = (input.Parameters ?? []) as {
    ParameterKey: string;
    ParameterValue?: string;
    UsePreviousValue?: boolean;
  }[];
  return Object.fromEntries(
    given.flatMap(({ ParameterKey, ParameterValue, UsePreviousValue }) => {
      const value = UsePreviousValue ? stack?.parameters[ParameterKey] : ParameterValue;
      if (UsePreviousValue && value === undefined)
        throw new SandboxFault(
          'ValidationError',
          `Invalid input for parameter key ${ParameterKey}. Cannot specify usePreviousValue as true for a parameter key not in the previous template`,
        );
      return value === undefined ? [] : [[ParameterKey, value]];
    }),
  );
}

function refuseParameters(world: World, place: Place, template: Template, parameters: Record<string, string>): void {
  const known = Object.fromEntries(Object.entries(parameters).filter(([, value]) => !isUnresolved(value)));
  const [fault] = parameterFaults(template, known);
  if (fault) throw new SandboxFault('ValidationError', fault);
  const missing = Object.entries(known)
    .filter(([name]) => template.Parameters?.[name]?.Type.startsWith('AWS::SSM::Parameter::Value<'))
    .filter(([, value]) => ssmParameter(world, place, value) === undefined);
  if (missing.length > 0)
    throw new SandboxFault(
      'ValidationError',
      `Unable to fetch parameters [${missing.map(([, value]) => value).join(',')}] from parameter store for this account.`,
    );
}

function refuseMissingCapabilities(template: Template, given: string[], forChangeSet: boolean): void {
  const covers = (needed: string) =>
    given.includes(needed) ||
    (needed === 'CAPABILITY_IAM' && given.includes('CAPABILITY_NAMED_IAM')) ||
    (needed === 'CAPABILITY_AUTO_EXPAND' && forChangeSet);
  const missing = requiredCapabilities(template).filter((needed) => !covers(needed));
  if (missing.length > 0)
    throw new SandboxFault('InsufficientCapabilitiesException', `Requires capabilities : [${missing.join(', ')}]`);
}

function shell(place: Place, name: string, target: Target): Stack {
  return {
    id: '',
    name,
    account: place.account,
    region: place.region,
    status: 'REVIEW_IN_PROGRESS',
    createdAt: 0,
    updatedAt: null,
    deletedAt: null,
    revision: 0,
    templateBody: target.templateBody,
    parameters: target.parameters,
    noEcho: [],
    tags: target.tags,
    ...(target.resolved === undefined ? {} : { resolved: target.resolved }),
    capabilities: [],
    terminationProtection: false,
    disableRollback: false,
    notificationArns: [],
    resources: {},
    outputs: {},
    imports: [],
    operation: null,
    suspended: null,
  };
}

/** @throws SandboxFault for a name that no stack may have. */
export function newStack(world: World, name: string, place: Place, input: ApiInput, target: Target): Stack {
  if (!/^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(name ?? ''))
    throw new SandboxFault(
      'ValidationError',
      `1 validation error detected: Value '${name}' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`,
    );
  const template = readTemplate(target.templateBody);
  const digits = (count: number) => world.newId('').slice(0, count);
  return {
    ...shell(place, name, target),
    id: `arn:aws:cloudformation:${place.region}:${place.account}:stack/${name}/${digits(8)}-0000-11f0-8000-${digits(12)}`,
    createdAt: world.now(),
    ...(template.Description ? { description: String(template.Description) } : {}),
    noEcho: noEchoOf(template),
    capabilities: input.Capabilities ?? [],
    ...(input.RoleARN ? { roleArn: input.RoleARN } : {}),
    notificationArns: input.NotificationARNs ?? [],
    ...(input.RollbackConfiguration ? { rollback: input.RollbackConfiguration } : {}),
    terminationProtection: input.EnableTerminationProtection === true,
  };
}

export const noEchoOf = (template: Template) =>
  Object.entries(template.Parameters ?? {})
    .filter(([, { NoEcho }]) => String(NoEcho) === 'true')
    .map(([name]) => name);
