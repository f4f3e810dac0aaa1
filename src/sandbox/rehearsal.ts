/** What a rehearsal of a team's own history asks of the simulated cloud: is this text a template, and deploy it. */

import { sha256Hex } from '../core/digest.ts';
import { CountersignError } from '../core/errors.ts';
import { MAX_BODY_BYTES } from '../providers/aws/template/body.ts';
import { scalarText } from '../providers/aws/template/evaluate.ts';
import { parseTemplate, type Template, type TemplateParameter } from '../providers/aws/template/parse.ts';
import { parameterFaults } from '../providers/aws/template/resolve.ts';
import { putSsmParameter } from './facts.ts';
import { exporting, importsOf, plausibleNamedValues, plausibleParameters } from './plausible-parameters.ts';
import { putBucket, putObject } from './s3-objects.ts';
import type { World } from './world.ts';

export type Prepare = (
  service: string | undefined,
  operation: string,
  input: Record<string, unknown>,
) => Record<string, unknown>;
interface Place {
  account: string;
  region: string;
}
export interface Deployment {
  stack: string;
  /** By name; those that the template has no default for were made up. */
  parameters: Record<string, string>;
}
/** Of a resource type, with two names or three. */
const TYPE = /^[A-Za-z\d]+::[A-Za-z\d]+(?:::[A-Za-z\d:]+)?$/;

/** Other YAML and JSON, and what cannot be read, is none: nothing is thrown. */
export function isTemplate(text: string): boolean {
  if (!text.includes('Resources')) return false;
  try {
    const resources = Object.values(parseTemplate(text).Resources);
    return resources.length > 0 && resources.every(({ Type }) => TYPE.test(Type));
  } catch (error) {
    if (error instanceof CountersignError) return false;
    throw error;
  }
}

/** For parameters without a default plausible values are made up; those of `known` stay where they still fit. */
export function valuesFor(text: string, known: Record<string, string> = {}): Record<string, string> {
  const template: Template = parseTemplate(text);
  return Object.fromEntries(
    plausibleParameters(template, known).map(({ ParameterKey, ParameterValue }) => [ParameterKey, ParameterValue]),
  );
}

/** What is too long for a call is read from here, as its author would have had to send it. */
export const REHEARSAL_BUCKET = 'countersign-rehearsal';
export const isTooLong = (text: string): boolean => Buffer.byteLength(text) > MAX_BODY_BYTES;

/** In the bucket of the rehearsal. @returns its name, as tools take it. */
export function storeTemplate(world: World, text: string): string {
  putBucket(world, REHEARSAL_BUCKET, true);
  const key = `${sha256Hex(text)}.template`;
  putObject(world, REHEARSAL_BUCKET, key, Buffer.from(text), 'text/plain');
  return `s3://${REHEARSAL_BUCKET}/${key}`;
}

/** What these versions read of Systems Manager, made up where nothing else is known of it. */
export function nameValues(world: World, region: string, versions: readonly (Deployment & { text: string })[]): void {
  for (const { text, parameters } of versions)
    for (const [name, value] of Object.entries(plausibleNamedValues(parseTemplate(text), parameters)))
      if (!name.startsWith('/aws/service/')) putSsmParameter(world, { region, name, type: 'String', value });
}

/**
 * As another person would have, before.
 *
 * @param file the template in the bucket of the rehearsal, where it is too long for a call.
 * @throws CountersignError.
 */
export function deploy(prepare: Prepare, { stack, parameters }: Deployment, text: string, file?: string): void {
  create(prepare, {
    StackName: stack,
    ...(file === undefined
      ? { TemplateBody: text }
      : { TemplateURL: file.replace('s3://', 'https://s3.amazonaws.com/') }),
    Parameters: listed(parameters),
    Capabilities: ['CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'],
  });
}

/** Another stack, which exports what these versions import. */
export function exportFor(prepare: Prepare, place: Place, versions: readonly (Deployment & { text: string })[]): void {
  const names = versions.flatMap(({ stack, text, parameters }) =>
    importsOf(text, listed(parameters), { ...place, name: stack }),
  );
  const exporter = exporting([...new Set(names)]);
  if (exporter) create(prepare, { StackName: `${versions[0]?.stack}-exports`, TemplateBody: exporter });
}

/**
 * The parameters that the author would have given with the new version: those that differ, and the new default in place
 * of a deployed value that the new version refuses, or that was of another type.
 */
export function newValues(
  before: { text: string; parameters: Record<string, string> },
  after: { text: string; parameters: Record<string, string> },
): Record<string, string> {
  const declared = parseTemplate(before.text).Parameters ?? {};
  const wanted = parseTemplate(after.text).Parameters ?? {};
  return Object.fromEntries(
    Object.entries(wanted).flatMap(([name, parameter]) => {
      const given = after.parameters[name];
      if (given !== undefined) return given === before.parameters[name] ? [] : [[name, given]];
      const deployed = before.parameters[name] ?? defaultOf(declared[name]);
      const isRefused =
        deployed !== undefined &&
        (declared[name]?.Type !== parameter.Type ||
          parameterFaults({ Parameters: { [name]: parameter }, Resources: {} }, { [name]: deployed }).length > 0);
      const fallback = defaultOf(parameter);
      return isRefused && fallback !== undefined ? [[name, fallback]] : [];
    }),
  );
}

const defaultOf = (parameter: TemplateParameter | undefined): string | undefined =>
  parameter?.Default == null ? undefined : scalarText(parameter.Default);

const listed = (parameters: Record<string, string>) =>
  Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue }));

function create(prepare: Prepare, input: { StackName: string } & Record<string, unknown>): void {
  prepare('cloudformation', 'CreateStack', input);
  const { Stacks } = prepare('cloudformation', 'DescribeStacks', { StackName: input.StackName }) as {
    Stacks?: { StackStatus?: string; StackStatusReason?: string }[];
  };
  const { StackStatus: status = 'gone' } = Stacks?.[0] ?? {};
  if (status === 'CREATE_COMPLETE') return;
  throw new CountersignError(
    'INPUT_INVALID',
    `The simulated cloud could not deploy the version before the change (${rootCause(prepare, input.StackName) ?? status}).`,
    'The change cannot be rehearsed.',
  );
}

/** The earliest failure that is no cancellation; events are told newest first. */
function rootCause(prepare: Prepare, stack: string): string | undefined {
  const { StackEvents: events = [] } = prepare('cloudformation', 'DescribeStackEvents', { StackName: stack }) as {
    StackEvents?: { ResourceStatus?: string; ResourceStatusReason?: string; LogicalResourceId?: string }[];
  };
  const failed = events.findLast(
    ({ ResourceStatus: state = '', ResourceStatusReason: reason = '' }) =>
      state.endsWith('_FAILED') && !/cancelled/i.test(reason),
  );
  return failed && `${failed.LogicalResourceId}: ${failed.ResourceStatusReason ?? failed.ResourceStatus}`;
}
