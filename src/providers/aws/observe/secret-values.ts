/**
 * What other stacks make of their secrets: exports that tell one, and parameters that a parent gives one to.
 *
 * Reads only, and only where a template imports, or a stack is nested. What cannot be read is told by its name alone;
 * a stack with parameters that are not shown, and with no template to be read, tells a secret by all of its outputs.
 */
import type { CloudFormationClient, Stack } from '@aws-sdk/client-cloudformation';
import { matchesGlob } from '../../../core/glob.ts';
import { importPattern } from '../template/import-names.ts';
import { argumentsOf } from '../template/inspect.ts';
import { parseTemplate, type Template, type Value } from '../template/parse.ts';
import { isMask } from '../template/secrets.ts';
import { createTaint, type Taint } from '../template/taint.ts';
import { type OtherStacks, readOtherStacks } from './other-stacks.ts';
import { listResources, templateOf } from './stack.ts';

export interface Written {
  template: Template;
  parameters: Readonly<Record<string, string>>;
}
export interface SecretValues {
  /** Names of the exports that these templates import, and that tell a secret where they are made. */
  exportsOf(written: readonly Written[]): Promise<ReadonlySet<string>>;
  /** Does an output of this stack tell a secret, by what its template makes of one? */
  outputsOf(stack: Stack): Promise<(key: string) => boolean>;
  /** Parameters of a nested stack that its parent gives a secret, NoEcho or not; all of them where that cannot be read. */
  givenTo(stack: Stack): Promise<ReadonlySet<string>>;
}

/** Further than this a secret is not followed from stack to stack. */
const MOST_STACKS = 30;

/**
 * What it has read once it keeps: one for each answer, or plan.
 * SECURITY: questions are answered one after another. A stack that is looked into counts as empty for the walk that
 * comes back to it, and must not for another question.
 */
export function createSecretValues(
  client: CloudFormationClient,
  others: OtherStacks = readOtherStacks(client),
): SecretValues {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(look: () => Promise<T>): Promise<T> => {
    const answer = last.then(look);
    last = answer.catch(() => undefined);
    return answer;
  };
  const told = new Map<string, Promise<ReadonlySet<string>>>();

  async function exportsOf(written: readonly Written[]): Promise<ReadonlySet<string>> {
    const patterns = written.flatMap(patternsIn);
    if (patterns.length === 0) return new Set();
    const listed = await others.exports().catch(() => []);
    const wanted = listed.filter(({ name }) => patterns.some((pattern) => matchesGlob(pattern, name)));
    const secret: string[] = [];
    for (const stackId of new Set(wanted.map((one) => one.stackId))) secret.push(...(await secretExportsOf(stackId)));
    const names = new Set(wanted.map(({ name }) => name));
    return new Set(secret.filter((name) => names.has(name)));
  }

  /** Each stack is looked into once; one that is looked into already, further up, is told by its names. */
  function secretExportsOf(stackId: string): ReadonlySet<string> | Promise<ReadonlySet<string>> {
    const known = told.get(stackId);
    if (known) return known;
    if (told.size >= MOST_STACKS) return new Set<string>();
    told.set(stackId, Promise.resolve(new Set<string>()));
    const looked = (async () => {
      const stack = await others.stack(stackId).catch(() => undefined);
      const tells = stack && (await outputsOf(stack));
      const exported = (stack?.Outputs ?? []).filter(({ ExportName }) => ExportName !== undefined);
      return new Set(
        exported.flatMap(({ OutputKey = '', ExportName = '' }) => (tells?.(OutputKey) ? [ExportName] : [])),
      );
    })();
    return looked.then((found) => {
      told.set(stackId, Promise.resolve(found));
      return found;
    });
  }

  async function outputsOf(stack: Stack): Promise<(key: string) => boolean> {
    const isHiding = hiddenIn(stack).length > 0;
    const read = await taintOf(stack);
    if (!read) return () => isHiding;
    return (key) => {
      const written = read.template.Outputs?.[key]?.Value;
      return written === undefined ? isHiding : read.taint.ofValue(written);
    };
  }

  /** undefined: its template cannot be read. */
  async function taintOf(stack: Stack): Promise<{ template: Template; taint: Taint } | undefined> {
    const template = asTemplate(await templateOf(client, { StackName: stack.StackId! }, 'Processed').catch(() => ''));
    if (!template) return undefined;
    const parameters = valuesOf(stack);
    const given = new Set([...hiddenIn(stack), ...(await givenTo(stack))]);
    const exports = await exportsOf([{ template, parameters }]);
    return { template, taint: createTaint(template, { given, exports, parameters }) };
  }

  async function givenTo({ StackId, ParentId, Parameters = [] }: Stack): Promise<ReadonlySet<string>> {
    if (!ParentId || Parameters.length === 0) return new Set();
    try {
      const [parent, resources] = await Promise.all([others.stack(ParentId), listResources(client, ParentId)]);
      const read = parent && (await taintOf(parent));
      const own = resources.find(({ PhysicalResourceId }) => PhysicalResourceId === StackId);
      if (read && own) return read.taint.givenTo(own.LogicalResourceId ?? '');
    } catch {
      // Told below.
    }
    return new Set(Parameters.map(({ ParameterKey = '' }) => ParameterKey));
  }

  return {
    exportsOf: (written) => inTurn(() => exportsOf(written)),
    outputsOf: (stack) => inTurn(() => outputsOf(stack)),
    givenTo: (stack) => inTurn(() => givenTo(stack)),
  };
}

const patternsIn = ({ template: { Resources, Outputs = {} }, parameters }: Written): string[] =>
  argumentsOf('Fn::ImportValue', [Resources, Outputs] as unknown as Value).map((name) =>
    importPattern(name, parameters),
  );

const hiddenIn = ({ Parameters = [] }: Stack): string[] =>
  Parameters.filter((one) => isMask(one.ParameterValue)).map(({ ParameterKey = '' }) => ParameterKey);

const valuesOf = ({ Parameters = [] }: Stack): Record<string, string> =>
  Object.fromEntries(
    Parameters.flatMap(({ ParameterKey = '', ParameterValue, ResolvedValue }) => {
      const value = ResolvedValue ?? ParameterValue;
      return value === undefined || isMask(value) ? [] : [[ParameterKey, value]];
    }),
  );

function asTemplate(text: string): Template | undefined {
  try {
    return parseTemplate(text);
  } catch {
    return undefined;
  }
}
