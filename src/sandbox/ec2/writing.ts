/** What all writes of EC2 share: first what is named is found, then a dry run ends, then there is an effect. */
import { type Caller, type Operation, SandboxFault } from '../service.ts';
import type { World } from '../world.ts';

/**
 * A dry run says that the caller may and that what is named is there: not that the effect is allowed by states,
 * protections or limits.
 */
export function write<T>(
  // biome-ignore lint/suspicious/noExplicitAny: inputs are decoded by the SDK's own schema of the operation.
  find: (world: World, input: any, caller: Caller) => T,
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  effect: (world: World, found: T, input: any, caller: Caller) => Record<string, unknown>,
): Operation {
  return (world, input, caller) => {
    const found = find(world, input, caller);
    if (input.DryRun === true)
      throw new SandboxFault('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
    return effect(world, found, input, caller);
  };
}
