/**
 * Guarantees: after `countersign halt` nothing is planned, proposed or executed; an unreadable switch is a halt.
 * Does not cover: calls that have already left.
 */
import { z } from 'zod';
import { deny, type GuardDefinition } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({});

export const halt: GuardDefinition<z.infer<typeof options>> = {
  name: 'halt',
  rule: 'A person halted this server: nothing proposes or executes until a person resumes it.',
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
          : 'The halt switch cannot be read, which counts as halted.';
      return deny('halt', why, 'Tell the user. Only a person lifts it, with `countersign resume`.');
    },
  }),
};
