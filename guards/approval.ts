/**
 * Guarantees: a plan needs the approvals that the policy requires for its environment and its worst reversibility, and
 * at least those of a reversible change if it has any call. The sponsor can never approve. If changes can be executed
 * in the scope, approvals that can never be given are reported at once.
 * Does not cover: the real holder of a key (the assurance level shows how far that is proven).
 */
import { z } from 'zod';
import type { OnePerson } from '../src/core/change.ts';
import { counted } from '../src/core/counted.ts';
import { deny, type Facts, type GuardDefinition, hold } from '../src/core/guard.ts';
import { seatKindOf, worstOf } from '../src/core/plan.ts';
import { ASKED_PROOF_TEXTS } from '../src/core/proof.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({});
const NAMES_TOLD = 6;

export const approval: GuardDefinition<z.infer<typeof options>> = {
  name: 'approval',
  rule: 'A plan needs the approvals that the policy requires for its environment and its worst reversibility. Defaults for reversible, recoverable and irreversible: 1, 2 and 2 in production (an irreversible change needs one from the role owner); 0, 1 and 1 in development; 0 in disposable.',
  normally: 'hold(the approvals that the policy requires)',
  told: 'the possible approvers, and how they approve',
  structural: true,
  options,
  create: () => ({
    name: 'approval',
    judge(plan, facts) {
      const worst = worstOf(plan);
      const { seats, include, proof = 'software' } = facts.seatRules[seatKindOf(plan)];
      if (seats === 0 || (plan.effects.length === 0 && plan.calls.length === 0)) return pass('approval');
      const { approvers, onePerson } = facts;
      if (onePerson && approvers.length > 0) return heldForOne(facts, onePerson, seats, worst);
      const missing = include.find((role) => approvers.every(({ roles }) => !roles.includes(role)));
      // A team of one that only plans yet is no mistake: nobody's signature is waited for there.
      const executes = facts.policy.present && facts.scope?.execute !== 'plan_only';
      if (executes && (approvers.length < seats || missing))
        return deny(
          'approval',
          missing && approvers.length >= seats
            ? `This needs an approver with the role ${missing}; apart from the sponsor, no person has it.`
            : `This needs ${counted(seats, 'approval')}, but ${approvers.length === 0 ? 'no person' : `only ${counted(approvers.length, 'person', 'people')}`} other than the sponsor can approve.`,
          {
            agent: 'The policy owners must add people who can approve; tell the user.',
            person: 'The policy owners must add people who can approve.',
          },
        );
      const among = include.length > 0 ? `, ${include.map((role) => `one from the role ${role}`).join(' and ')}` : '';
      const asked = ASKED_PROOF_TEXTS[proof] && ` ${ASKED_PROOF_TEXTS[proof]}`;
      const able = approvers.slice(0, NAMES_TOLD).map(({ name }) => name);
      const held = hold(
        'approval',
        seats,
        `${facts.environment[0]!.toUpperCase()}${facts.environment.slice(1)}, ${worst}: needs ${counted(seats, 'approval')}${asked}${among}. Possible approvers: ${able.join(', ') || 'none yet'}.`,
        {
          agent: 'Propose it, tell the user, and end your turn.',
          person: 'The approvers decide: countersign show, then countersign approve.',
        },
        include,
      );
      return { ...held, effects: [] };
    },
  }),
};

/** Solo mode: labelled, touched, and waited for. */
function heldForOne({ environment }: Facts, { person, waitSeconds }: OnePerson, seats: number, worst: string) {
  const where = `${environment[0]!.toUpperCase()}${environment.slice(1)}, ${worst}`;
  const message = `${where}: needs ${counted(seats, 'approval')}. One person (solo mode): ${person} approves alone with a security key or passkey, and the change waits ${counted(waitSeconds / 60, 'minute')} after that.`;
  const remedy = {
    agent: 'Propose it, tell the user, and end your turn.',
    person: 'Run countersign show, then countersign approve.',
  };
  return { ...hold('approval', seats, message, remedy), effects: [] };
}
