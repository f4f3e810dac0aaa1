/** A stack's template, worked out with what the world knows: exports, SSM parameters, physical ids, zones. */
import { createHash } from 'node:crypto';
import { parseTemplate, type Template } from '../../providers/aws/template/parse.ts';
import { createResolver, type ResolveContext, type Resolver } from '../../providers/aws/template/resolve.ts';
import type { StackOutput } from '../../providers/aws/template/values.ts';
import { zonesOf } from '../ec2/network.ts';
import { ssmParameter as seededParameter } from '../facts.ts';
import type { World } from '../world.ts';
import { findStack, isLive, type Place, type Stack, type StackResource, stacksIn, type Target } from './model.ts';
import { attributeOf } from './physical-ids.ts';

const parsed = new Map<string, Template>();
const MAX_PARSED = 64;

/** A template that was read before is not read again. Whoever gets it must not change it. */
export function readTemplate(templateBody: string): Template {
  const known = parsed.get(templateBody);
  if (known) return known;
  const template = parseTemplate(templateBody);
  if (parsed.size >= MAX_PARSED) parsed.clear();
  parsed.set(templateBody, template);
  return template;
}

export function resolverFor(
  world: World,
  stack: Stack,
  target: Pick<Target, 'templateBody' | 'parameters' | 'resolved'>,
  resources: Record<string, StackResource> = stack.resources,
  isUnknown: (logicalId: string, attribute: string) => boolean = () => false,
): Resolver {
  const template = readTemplate(target.templateBody);
  // Cheaper than looking: a wrong yes costs no more than reading the exports.
  const usesExports = target.templateBody.includes('ImportValue');
  return createResolver(template, {
    parameters: target.parameters,
    pseudo: pseudoOf(stack),
    exports: usesExports ? Object.fromEntries(exportsOf(world, stack).map(({ name, value }) => [name, value])) : {},
    zonesOf,
    stackOutput: (asked) => outputOf(world, stack, asked),
    ssmParameter: (name) => target.resolved?.[name] ?? ssmParameter(world, stack, name),
    refOf: (id) => resources[id]?.physicalId || undefined,
    attributeOf: (id, attribute) => {
      const resource = resources[id];
      return resource?.physicalId && !isUnknown(id, attribute)
        ? attributeOf(world, resource, attribute, stack)
        : undefined;
    },
  });
}

function pseudoOf(stack: Stack): ResolveContext['pseudo'] {
  const { account: AccountId, region: Region, id: StackId, name: StackName, notificationArns } = stack;
  return { AccountId, Region, StackId, StackName, NotificationARNs: notificationArns };
}

/** A seeded value; AWS's own public parameters for machine images exist in every account, with a steady made-up id. */
export function ssmParameter(world: World, place: Place, name: string): string | undefined {
  const seeded = seededParameter(world, place.region, name);
  if (seeded) return seeded.value;
  if (!/^\/?aws\/service\//.test(name)) return undefined;
  const digest = createHash('sha256').update(`${place.region}/${name}`).digest('hex');
  return `ami-${digest.slice(0, 17)}`;
}

/** Behind a parameter that names one of Systems Manager; undefined: it names none. */
export function resolvedValue(
  world: World,
  of: Place & Pick<Target, 'templateBody' | 'resolved'>,
  parameter: string,
  value: string,
): string | undefined {
  const { Type = '' } = readTemplate(of.templateBody).Parameters?.[parameter] ?? {};
  if (!Type.startsWith('AWS::SSM::Parameter::Value<')) return undefined;
  return of.resolved?.[value] ?? ssmParameter(world, of, value);
}

/** By the name in Systems Manager. */
export function namedValues(
  world: World,
  place: Place,
  template: Template,
  parameters: Record<string, string>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parameters).flatMap(([parameter, name]) => {
      const value = template.Parameters?.[parameter]?.Type.startsWith('AWS::SSM::Parameter::Value<')
        ? ssmParameter(world, place, name)
        : undefined;
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

export interface Export {
  name: string;
  value: string;
  stackId: string;
}
export const exportsOf = (world: World, place: Place): Export[] =>
  stacksIn(world, place)
    .filter(isLive)
    .flatMap(({ id, outputs }) =>
      Object.values(outputs).flatMap(({ value, exportName }) =>
        exportName ? [{ name: exportName, value, stackId: id }] : [],
      ),
    );

/** Of this account only: the sandbox lets nobody take on another's role to read. */
function outputOf(world: World, { account, region }: Place, asked: StackOutput): string | undefined {
  const place = { account, region: asked.region ?? region };
  return findStack(world, asked.stack, place)?.outputs[asked.output]?.value;
}

/** Names of the live stacks that use an export. */
export const importersOf = (world: World, name: string, place: Place): string[] =>
  stacksIn(world, place)
    .filter((stack) => isLive(stack) && stack.imports.includes(name))
    .map((stack) => stack.name);
