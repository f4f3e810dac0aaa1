/**
 * What the configuration in a plan says of each resource, found by the resource's address.
 *
 * Guarantees: an address of any index or module instance finds the one block that made it.
 * Does not cover: attributes that are written as blocks (`ingress { }`, `dynamic`): the JSON leaves them out, so that an
 * attribute which is not in `expressions` may be written all the same.
 */
import type { Json } from '../../../core/digest.ts';
import { isMembers } from '../../../core/leaves.ts';
import type { ConfigModule, ProviderBlock, ResourceBlock, TerraformPlan } from './shape.ts';

const INDEX = /\[(?:"(?:[^"\\]|\\.)*"|\d+)\]/g;

/** Without the indexes of instances: `module.a.aws_s3_bucket.b`. */
export const blockAddress = (address: string): string => address.replaceAll(INDEX, '');

export interface Configuration {
  blockOf(address: string): ResourceBlock | undefined;
  /** Of the resource at this address; undefined: it has none, or its block is gone. */
  providerOf(address: string, providerName: string | undefined): ProviderBlock | undefined;
  /** Every module with its address, the root's empty. */
  modules: readonly (readonly [address: string, module: ConfigModule])[];
}

export function configurationOf({ configuration }: Pick<TerraformPlan, 'configuration'>): Configuration {
  const modules = configuration?.root_module ? [...modulesIn(configuration.root_module, '')] : [];
  const blocks = new Map(
    modules.flatMap(([prefix, { resources = [] }]) =>
      resources.map((block) => [`${prefix}${String(block.address ?? '')}`, block] as const),
    ),
  );
  const providers = configuration?.provider_config ?? {};
  const blockOf = (address: string) => blocks.get(blockAddress(address));
  return {
    blockOf,
    providerOf(address, providerName) {
      const key = blockOf(address)?.provider_config_key;
      if (typeof key === 'string' && Object.hasOwn(providers, key)) return providers[key];
      // Of what is deleted the block may be gone: then the only block of its provider is the one.
      const of = Object.values(providers).filter(({ full_name: name }) => name === providerName);
      return of.length === 1 ? of[0] : undefined;
    },
    modules,
  };
}

function* modulesIn(module: ConfigModule, prefix: string): Generator<readonly [string, ConfigModule]> {
  yield [prefix, module];
  for (const [name, { module: inner }] of Object.entries(module.module_calls ?? {}))
    if (inner) yield* modulesIn(inner, `${prefix}module.${name}.`);
}

/** Every reference in an expression, or below it. */
export function* referencesIn(expression: Json | undefined): Generator<string> {
  if (Array.isArray(expression)) for (const one of expression) yield* referencesIn(one);
  else if (isMembers(expression)) {
    const { references } = expression;
    if (Array.isArray(references)) yield* references.filter((one) => typeof one === 'string');
    else for (const inner of Object.values(expression)) yield* referencesIn(inner);
  }
}

/** A value that stands in an expression as it is written. */
export const constantIn = (expression: Json | undefined): Json | undefined =>
  isMembers(expression) && 'constant_value' in expression ? expression.constant_value : undefined;
