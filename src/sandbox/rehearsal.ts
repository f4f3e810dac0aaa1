/** What a rehearsal of a team's own history asks of the simulated cloud: is this text a template, and deploy it. */
import { CountersignError } from '../core/errors.ts';
import { parseTemplate, type Template } from '../providers/aws/template/parse.ts';
import { exporting, importsOf, plausibleParameters } from './plausible-parameters.ts';

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

/** Of a template in a call; a longer one is shortened by leaving out its layout and comments. */
const MOST_BYTES = 51_200;
export function inOneCall(text: string): string {
  if (Buffer.byteLength(text) <= MOST_BYTES) return text;
  const { Loops, ...template } = parseTemplate(text);
  return Loops ? text : JSON.stringify(template);
}

/** As another person would have, before. @throws CountersignError. */
export function deploy(prepare: Prepare, { stack, parameters }: Deployment, text: string): void {
  create(prepare, {
    StackName: stack,
    TemplateBody: text,
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

const listed = (parameters: Record<string, string>) =>
  Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue }));

function create(prepare: Prepare, input: { StackName: string } & Record<string, unknown>): void {
  prepare('cloudformation', 'CreateStack', input);
  const { Stacks } = prepare('cloudformation', 'DescribeStacks', { StackName: input.StackName }) as {
    Stacks?: { StackStatus?: string; StackStatusReason?: string }[];
  };
  const { StackStatus: status = 'gone', StackStatusReason: reason = '' } = Stacks?.[0] ?? {};
  if (status === 'CREATE_COMPLETE') return;
  throw new CountersignError(
    'INPUT_INVALID',
    `The simulated cloud could not deploy the version before the change (${status} ${reason}).`.replace(' )', ')'),
    'The change cannot be rehearsed.',
  );
}
