/**
 * Does a configuration have values that no plan and no state contains?
 *
 * SECURITY: Terraform prints them in errors of functions, and a provider in its own. Nobody could find them there.
 */
import { blocksOf } from './blocks.ts';
import type { Body } from './hcl.ts';

export const hasEphemeral = (modules: ReadonlyMap<string, readonly Body[]>): boolean =>
  [...modules.values()]
    .flat()
    .some(
      ({ ephemeral, variable, output }) =>
        ephemeral !== undefined ||
        [variable, output].some((all) => blocksOf(all, 1).some(({ body }) => (body.ephemeral ?? false) !== false)),
    );
