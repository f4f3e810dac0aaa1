/**
 * Guarantees: a plan that the policy's own rules forbid is refused, held or shown, with the text of the rule.
 * Does not cover: whether a rule does what its author intended; `policy test` and `policy replay` show that.
 */
import { z } from 'zod';
import type { GuardDefinition, RuleVerdict } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({});
const SEVERITY = ['note', 'hold', 'deny'] as const;
const severityOf = ({ outcome }: Pick<RuleVerdict, 'outcome'>) => SEVERITY.indexOf(outcome);

export const rules: GuardDefinition<z.infer<typeof options>> = {
  name: 'rules',
  rule: 'The policy’s own Cedar rules (forbid only) apply; a rule that cannot be evaluated refuses the plan.',
  normally: 'as written in the rule',
  told: 'the rule’s own text',
  options,
  create: () => ({
    name: 'rules',
    judge(_plan, facts) {
      const broken = [...facts.rules].sort(
        (a, b) => severityOf(b) - severityOf(a) || b.seats - a.seats || a.id.localeCompare(b.id, 'en'),
      );
      const worst = broken[0];
      if (!worst) return pass('rules');
      const told = broken.map(
        ({ id, message, effects }) =>
          `${id}: ${message}${effects.length > 0 ? ` (${effects.slice(0, 3).join(', ')})` : ''}`,
      );
      const watched = broken.filter(({ observed }) => observed);
      const would = watched.some(({ observed }) => observed === 'deny') ? 'deny' : 'hold';
      return {
        guard: 'rules',
        outcome: worst.outcome,
        ...(worst.outcome === 'hold' ? { seats: worst.seats, roles: [] } : {}),
        message: told.join(' · '),
        ...(watched.length > 0 ? { observedRules: watched.map(({ id }) => id) } : {}),
        ...(watched.length > 0 && severityOf({ outcome: would }) > severityOf(worst) ? { observed: would } : {}),
        remedy: worst.remedy || 'Plan a change that the rule allows, or ask the policy owners.',
      };
    },
  }),
};
