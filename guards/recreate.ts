/**
 * Guarantees: delete-and-recreate is recognized in every form: by replacement, by physical name, by share, or by
 * deleting the stack first, in one plan or in several within 24 h.
 * Does not cover: a copy under another name or type; resources, other than stacks, that were deleted outside the ledger.
 */
import { z } from 'zod';
import { counted } from '../src/core/counted.ts';
import { type Effect, effectName } from '../src/core/effect.ts';
import { denyInProduction, type Facts, type GuardDefinition, hold, note, seatsIn } from '../src/core/guard.ts';
import { absoluteTime } from '../src/core/instant.ts';
import { lossesOf, type Plan, sumsOf } from '../src/core/plan.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({
  min_losses: z.number().int().positive().default(5).describe('Fewer losses than this do not count as a recreation.'),
  min_lost_share: z.number().positive().max(1).default(0.3).describe('The same for the lost share (0–1) of the stack.'),
});
const IN_PLACE =
  'This is delete-and-recreate. In place: change only properties that update without replacement (the plan lists those that replace), keep logical ids and names, and fix the existing stack.';

export const recreate: GuardDefinition<z.infer<typeof options>> = {
  name: 'recreate',
  rule: 'Delete-and-recreate is refused in production: replacing a resource that stores data or has an identifier that others use; removing and adding a resource of the same type, name and parent; deleting or replacing a large share of a stack within 24 h; creating a stack whose name was deleted within 24 h. Types that are replaced by every revision, and stacks that never completed, do not count.',
  normally: 'P-deny, else hold(1); other replacements hold(2)',
  told: 'this is delete-and-recreate, and how to do it in place',
  denies: 'deleting and recreating, or replacing, a resource that stores data or identity',
  options,
  create: ({ min_losses, min_lost_share }) => ({
    name: 'recreate',
    judge(plan, facts) {
      const found = recreation(plan, facts, min_losses, min_lost_share);
      if (found) return denyInProduction('recreate', facts, found, IN_PLACE);
      const replaced = lossesOf(plan).filter(({ kind }) => kind !== 'delete');
      if (replaced.length === 0) return pass('recreate');
      const message = `${counted(replaced.length, 'resource')} would or could be replaced, for example ${effectName(replaced[0]!)}. ${replaced[0]!.why}`;
      const remedy = 'Leave out the property that causes the replacement, or propose it for approval.';
      return facts.environment === 'disposable'
        ? note('recreate', message, remedy)
        : hold('recreate', seatsIn(facts, 2), message, remedy);
    },
  }),
};

function recreation(plan: Plan, facts: Facts, minLosses: number, minShare: number): string | undefined {
  const { lostHere, deletedAt } = facts.history;
  const gone = deletedAt ?? plan.subject.recentlyDeleted[0]?.at;
  if (gone && plan.action !== 'delete')
    return `A stack named ${plan.target.name} was deleted at ${absoluteTime(gone)}, less than 24 h ago.`;
  const losses = lossesOf(plan);
  // A type that nobody has judged yet waits for people (`unknown-effect`): it is not called a recreation.
  const precious = losses.find(({ kind, holds }) => kind !== 'delete' && (holds === 'data' || holds === 'identity'));
  if (precious)
    return `Replacing ${effectName(precious)} (${precious.type}) ${precious.kind === 'replace' ? 'would' : 'could'} ${precious.holds === 'data' ? 'delete its data' : 'change the identifier (address, endpoint or name) that others use'}. ${precious.why}`;
  const name = addedAgain(plan, lostHere.names);
  if (name) return `${name} would be removed and added again, in this plan or within 24 h.`;
  if (plan.action === 'delete' || plan.subject.itself === null || losses.length === 0) return undefined;
  const lost = new Set([...lostHere.names, ...sumsOf(plan).losses]).size;
  const size = lostHere.sizeBefore || plan.subject.resourceCount;
  return lost >= minLosses && lost >= minShare * size
    ? `${lost} of ${size} resources would be deleted or replaced within 24 h, earlier changes included.`
    : undefined;
}

/** A name that goes and comes, of the same type and within the same parent; of earlier losses only names are known. */
function addedAgain(plan: Plan, lostNames: readonly string[]): string | undefined {
  const key = ({ type, within }: Effect, name: string) => JSON.stringify([type, within, name]);
  const keys = lossesOf(plan).flatMap((one) => names(one, 'before').map((name) => key(one, name)));
  const gone = new Set([...keys, ...lostNames.flatMap(allNames)]);
  const created = plan.effects.filter(({ kind }) => kind === 'create');
  return created.flatMap((one) => names(one, 'after').filter((name) => gone.has(name) || gone.has(key(one, name))))[0];
}

/** An id is a name; of a long one (parts between `:` or `/`) the last part is one too. */
const allNames = (id: string): string[] => [id, id.split(/[:/]/).at(-1)!];

function names({ physicalId, properties }: Effect, side: 'before' | 'after'): string[] {
  const isName = /^(?:PhysicalName|Properties\.\w*(?:Name|Identifier))$/;
  const given = properties.flatMap((one) => (isName.test(one.path) ? (one[side] ?? []) : []));
  return physicalId ? [...allNames(physicalId), ...given] : given;
}
