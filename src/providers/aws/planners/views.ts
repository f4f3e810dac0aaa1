/** A stack's resources as its templates say them, before and after, for marks and for clouds that tell little. */

import { canonicalJson, type Json } from '../../../core/digest.ts';
import { bareRecord } from '../../../core/input-bounds.ts';
import type { StackView } from '../effects/stack-itself.ts';
import type { MarkContext, ResourceView } from '../knowledge/marks/finder.ts';
import { imported, own, STAND_IN } from '../knowledge/marks/index.ts';
import { isMembers } from '../knowledge/marks/read.ts';
import type { Named, Values } from '../observe/elsewhere.ts';
import { parseTemplate, type Template } from '../template/parse.ts';
import { createResolver, isUnresolved, type Resolver, UNRESOLVED } from '../template/resolve.ts';
import { isMask, isSecretPath } from '../template/secrets.ts';
import { createTaint, type TaintedFrom } from '../template/taint.ts';

export interface Side {
  template: string;
  parameters: Record<string, string>;
}
export interface Where {
  account: string;
  region: string;
  stackId: string;
  stackName: string;
  /** What other stacks say, as far as it was read. */
  elsewhere?: Values;
}

/** What these templates name of other stacks. */
export function namedElsewhere(sides: readonly Side[], where: Where): Named {
  const resolvers = sides.map((side) => resolverOf(side, where));
  return {
    imports: [...new Set(resolvers.flatMap((resolver) => resolver.imports()))],
    outputs: resolvers.flatMap((resolver) => resolver.stackOutputs()),
  };
}

/** @param after null: everything is removed. */
export function viewsOf(
  before: Side | null,
  after: Side | null,
  physicalIds: Record<string, string>,
  where: Where,
): MarkContext {
  return {
    before: before === null ? bareRecord<ResourceView>({}) : resourcesOf(before, where),
    after: after === null ? bareRecord<ResourceView>({}) : resourcesOf(after, where),
    physicalIds: bareRecord(physicalIds),
    account: where.account,
    isSecret: isSecretPath,
    isUnknown: (value) => isUnresolved(value as never) || JSON.stringify(value ?? null).search(STAND_IN) >= 0,
  };
}

function resourcesOf(side: Side, where: Where): Record<string, ResourceView> {
  const resolver = resolverOf(side, where);
  const { template } = resolver;
  const views = Object.fromEntries(
    resolver.resourceIds.map((id): [string, ResourceView] => {
      const { logicalId, type, properties, metadata, deletionPolicy, updateReplacePolicy } = resolver.resource(id);
      const updatePolicy = resolver.evaluate(template.Resources[id]?.UpdatePolicy ?? null) as Json;
      const readAgain = stackOutputsAt(template.Resources[id]?.Properties as never, 'Properties', resolver);
      const view = {
        ...(readAgain.length === 0 ? {} : { readAgain }),
        properties: properties as Record<string, Json>,
        deletionPolicy,
        updateReplacePolicy,
        updatePolicy,
        metadata: metadata as Json,
      };
      return [id, { logicalId, type, ...view }];
    }),
  );
  return bareRecord(views);
}

/** Where a property asks for an output of another stack, in branches that are not taken too. */
function stackOutputsAt(value: Json | undefined, path: string, resolver: Resolver): { path: string; from: string }[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key !== 'Fn::GetStackOutput')
      return stackOutputsAt(inner as Json, key.startsWith('Fn::') ? path : `${path}.${key}`, resolver);
    const asked = resolver.evaluate(inner as never);
    const { StackName = '?', OutputName = '?' } = (isMembers(asked) ? asked : {}) as Record<string, Json>;
    return [{ path, from: `the output ${String(OutputName)} of ${String(StackName)}` }];
  });
}

/** The stack itself, as its template says it. */
export function stackViewOf(side: Side, where: Where, from: TaintedFrom = {}): StackView {
  const resolver = resolverOf(side, where);
  const taint = createTaint(resolver.template, { parameters: side.parameters, ...from });
  const { Outputs = {}, Metadata = {}, Description } = resolver.template;
  const text = (value: unknown) => (typeof value === 'string' ? value : canonicalJson(value as Json));
  return {
    description: Description === undefined ? undefined : text(Description),
    metadata: bareRecord(Object.fromEntries(Object.entries(Metadata).map(([key, value]) => [key, text(value)]))),
    outputs: bareRecord(
      Object.fromEntries(
        Object.entries(resolver.outputs()).map(([name, { value, exportName }]) => {
          const written = Outputs[name]!;
          const worked = `${value}${exportName === undefined ? '' : ` (export ${exportName})`}`;
          // What is not known on both sides may still differ: then what is written decides.
          const isKnown = !worked.includes(UNRESOLVED) && worked.search(STAND_IN) < 0;
          return [
            name,
            {
              text: isKnown ? readable(worked) : canonicalJson(written as unknown as Json),
              exportName,
              secrets: taint.secretsOf(written.Value),
            },
          ];
        }),
      ),
    ),
  };
}

/** `${Fn.Arn}` for what stands for an attribute of a resource of the same stack. */
const readable = (text: string) => text.replaceAll(/\u{27e6}own:([^\u{27e7}]*)\u{27e7}/gu, '$${$1}');

function resolverOf({ template: text, parameters }: Side, where: Where): Resolver {
  const template = parseTemplate(text);
  return createResolver(template, {
    parameters: knownParameters(template, parameters),
    pseudo: {
      AccountId: where.account,
      Region: where.region,
      StackId: where.stackId,
      StackName: where.stackName,
    },
    exports: exportsIn(where),
    stackOutput: (asked) => where.elsewhere?.outputOf(asked),
    // CloudFormation told the value behind such a name beside it, and that is what is given.
    ssmParameter: (value) => (value === UNRESOLVED ? undefined : value),
    comparesUnknown: true,
    refOf: (id) => (id in template.Resources ? own(id) : undefined),
    attributeOf: (id, attribute) => (id in template.Resources ? own(id, attribute) : undefined),
  });
}

/** One that was not read is known by its name: CloudFormation lets no export in use change. */
const exportsIn = ({ elsewhere }: Where): Record<string, string> =>
  new Proxy({}, { get: (_, name) => elsewhere?.exportOf(String(name)) ?? imported(String(name)) });

/** A value that is masked or not told is unknown, never its default. */
function knownParameters(template: Template, given: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.keys(template.Parameters ?? {}).map((name) => {
      const value = Object.hasOwn(given, name) ? given[name] : undefined;
      return [name, value === undefined || isMask(value) ? UNRESOLVED : value];
    }),
  );
}
