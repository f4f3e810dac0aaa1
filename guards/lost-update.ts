/**
 * Guarantees: live values that the plan does not mention (drift, writes of a whole value) are not overwritten unseen.
 * Does not cover: resource types that the cloud cannot compare with a template. Values are shown redacted.
 */
import { z } from 'zod';
import { counted } from '../src/core/counted.ts';
import { effectName, marksOf } from '../src/core/effect.ts';
import { type GuardDefinition, hold, note, seatsIn } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

/** The path of a resource that could not be compared. */
const WHOLE = 'Properties';
const options = z.strictObject({
  seats: z.number().int().min(1).default(1).describe('Approvals required in production; elsewhere 1.'),
});

export const lostUpdate: GuardDefinition<z.infer<typeof options>> = {
  name: 'lost-update',
  rule: 'A plan is held if it would overwrite live values that it does not mention, because the resource has drifted or because the write replaces the whole value. Live values that could not be compared hold a plan in production and are a note elsewhere.',
  normally: 'hold(1)',
  told: 'the live values',
  options,
  create: ({ seats }) => ({
    name: 'lost-update',
    judge(plan, facts) {
      const erased = marksOf(plan.effects, 'overwrite');
      if (erased.length === 0) return pass('lost-update');
      const said = Map.groupBy(erased, ({ mark }) => mark.text);
      const told = [...said].slice(0, 3).map(([text, same]) => {
        const names = same.slice(0, 3).map(({ effect, mark }) => `${effectName(effect)} ${mark.path}`);
        return `${names.join(', ')}${same.length > 3 ? ` and ${same.length - 3} more` : ''}: ${text}`;
      });
      const known = erased.filter(({ mark }) => mark.path !== WHOLE).length;
      if (known > 0)
        return hold(
          'lost-update',
          seatsIn(facts, seats),
          `The update would overwrite ${counted(known, 'live value')} that the plan does not mention: ${told.join('; ')}`,
          'First copy the live values into the template, or propose overwriting them for approval.',
        );
      const text = `Countersign cannot tell whether the update would overwrite live values: ${told.join('; ')}`;
      const remedy =
        'Allow the planner role to detect the drift of stack resources, or compare the live values yourself.';
      return facts.environment === 'production'
        ? hold('lost-update', seatsIn(facts, seats), text, remedy)
        : note('lost-update', text, remedy);
    },
  }),
};
