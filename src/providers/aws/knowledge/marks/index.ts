/**
 * What a change to one resource does besides its kind: the marks of its effect.
 *
 * Works on resources as the template says them, with parameters and conditions resolved. A reference to a resource
 * of the same stack is not resolved to a physical id but kept as `own(…)`, so that "reaches only its own stack" can
 * be read off. What cannot be known is `UNRESOLVED` (see isUnknown) and is judged as the worst it could be.
 */
import type { Mark } from '../../../../core/mark.ts';
import { makeVisibleLine } from '../../../../core/render-safe.ts';
import { findCarriers } from './carriers.ts';
import { findDeputies } from './deputies.ts';
import { findDestinations, findNewAccounts } from './destinations.ts';
import { findExposure } from './exposure.ts';
import type { MarkContext, MarkFinder } from './finder.ts';
import { findNetworkChange } from './groups.ts';
import { findInitCommands } from './init-commands.ts';
import { findOpenedMethods } from './openapi.ts';
import { findUnpinned } from './pins.ts';
import { findPolicyChange } from './policies.ts';
import { findProtection } from './protection.ts';
import { findReach } from './reach.ts';
import { findReached } from './reached.ts';
import { findSlowLoss } from './slow-loss.ts';
import { findTakenSecrets } from './taken-secrets.ts';

export { imported, own, ownIdsIn, STAND_IN } from './tokens.ts';

const finders: readonly MarkFinder[] = [
  findSlowLoss,
  findProtection,
  findExposure,
  findDestinations,
  findCarriers,
  findTakenSecrets,
  findNetworkChange,
  findOpenedMethods,
  findPolicyChange,
  findDeputies,
  findInitCommands,
  findReach,
  findReached,
];

const seen = new WeakMap<MarkContext, MarkContext>();

/** A dynamic reference has a value that only the cloud knows, with a version too. */
function withReferences(context: MarkContext): MarkContext {
  const known = seen.get(context);
  if (known) return known;
  const isUnknown: MarkContext['isUnknown'] = (value) =>
    context.isUnknown(value) || (value !== undefined && JSON.stringify(value).includes('{{resolve:'));
  const wrapped = { ...context, isUnknown };
  seen.set(context, wrapped);
  return wrapped;
}

/** Names in a template are text from outside. */
function visible(mark: Mark): Mark {
  return {
    ...mark,
    path: makeVisibleLine(mark.path),
    text: makeVisibleLine(mark.text),
    ...(mark.principal === undefined ? {} : { principal: makeVisibleLine(mark.principal) }),
    ...(mark.target === undefined ? {} : { target: { ...mark.target, id: makeVisibleLine(mark.target.id) } }),
    ...(mark.network === undefined ? {} : { network: { ...mark.network, range: makeVisibleLine(mark.network.range) } }),
  };
}

/** @param before null: it is created. @param after null: it is removed. */
export const marksOfChange: MarkFinder = (before, after, context) => {
  const seeing = withReferences(context);
  const found = finders.flatMap((find) => find(before, after, seeing));
  return [...found, ...findNewAccounts(before, after, seeing, found), ...findUnpinned(before, after, context)].map(
    visible,
  );
};
