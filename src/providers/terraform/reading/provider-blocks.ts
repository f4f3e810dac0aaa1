/**
 * Provider blocks that the policy has and the configuration leaves out.
 *
 * INVARIANT: a provider of which the policy lists the block without an alias is never used without such a block: its role,
 * its accounts and its region would be those of the environment. Only the root module's counts, as all others inherit it.
 */
import type { WorkspaceSettings } from '../settings.ts';
import { blocksOf } from './blocks.ts';
import type { Body } from './hcl.ts';
import { type Found, wholeSource } from './refusals.ts';

type Settings = Pick<WorkspaceSettings, 'tool' | 'providerBlocks'>;

/** @param modules bodies of the files of each module, by its key. @param root the key of the root module. */
export function leftOutRefusals(
  modules: ReadonlyMap<string, readonly Body[]>,
  root: string,
  settings: Settings,
): Found[] {
  const own = modules.get(root) ?? [];
  const written = new Set(
    own.flatMap(({ provider }) =>
      blocksOf(provider, 1).flatMap(({ labels: [name = ''], body }) => (Object.hasOwn(body, 'alias') ? [] : [name])),
    ),
  );
  const used = usedIn([...modules.values()].flat());
  const sources = sourcesIn(own, settings);
  return Object.entries(settings.providerBlocks)
    .filter(([name, blocks]) => blocks.some((block) => !Object.hasOwn(block, 'alias')) && !written.has(name))
    .filter(
      ([name]) =>
        used.has(name) ||
        // Another module may know it by another name.
        [...modules.values()].some((bodies) =>
          [...sourcesIn(bodies, settings).values()].includes(sources.get(name) ?? wholeSource(name, settings.tool)),
        ),
    )
    .map(([name]) => ({
      what: `no provider block of ${name}, which the policy has`,
      remedy: `Write the block of ${name} as the policy has it: without it, the provider takes all from its environment.`,
    }));
}

/** Local names of providers, as types and the argument `provider` have them. */
function usedIn(bodies: readonly Body[]): Set<string> {
  const blocks = bodies.flatMap(({ resource, data, ephemeral, check }) => [
    ...[resource, data, ephemeral].flatMap((all) => blocksOf(all, 2)),
    ...blocksOf(check, 1).flatMap(({ body }) => blocksOf(body.data, 2)),
  ]);
  return new Set(
    blocks.map(({ labels: [type = ''], body: { provider } }) =>
      typeof provider === 'string' ? provider.replace(/^\$\{/, '').split(/[.}]/)[0]! : type.split('_')[0]!,
    ),
  );
}

/** Whole sources by local name. */
function sourcesIn(bodies: readonly Body[], { tool }: Settings): Map<string, string> {
  return new Map(
    bodies.flatMap(({ terraform }) =>
      blocksOf(terraform, 0).flatMap(({ body }) =>
        blocksOf(body.required_providers, 0).flatMap(({ body: wanted }) =>
          Object.entries(wanted).map(([name, given]): [string, string] => {
            const { source = name } = (given !== null && typeof given === 'object' ? given : {}) as {
              source?: unknown;
            };
            return [name, wholeSource(String(source), tool)];
          }),
        ),
      ),
    ),
  );
}
