/**
 * Guarantees: after `countersign halt` nothing is planned, proposed or executed; a halt switch that cannot be read
 * counts as a halt.
 * Does not cover: calls that were sent before the halt.
 */
import { z } from 'zod';
import { deny, type GuardDefinition } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({});

export const halt: GuardDefinition<z.infer<typeof options>> = {
  name: 'halt',
  rule: 'While a person has halted changes, no change can be proposed or executed; a person must resume them.',
  normally: 'deny',
  told: 'halted by a person',
  structural: true,
  transient: true,
  options,
  beforePlanning: true,
  create: () => ({
    name: 'halt',
    judge(_plan, facts) {
      if (facts.halt === 'running') return pass('halt');
      const why =
        facts.halt === 'halted'
          ? 'A person has halted all changes.'
          : 'The halt switch cannot be read, so changes count as halted.';
      return deny('halt', why, {
        agent: 'Only a person can lift the halt (`countersign resume`); tell the user.',
        person: 'Lift the halt with `countersign resume`.',
      });
    },
  }),
};
