/** How an agent goes on from a plan that nothing executes. */
import { describe, expect, it } from 'vitest';
import type { Facts } from '../../../src/core/guard.ts';
import { deny } from '../../../src/core/guard.ts';
import type { AboutPlan } from '../../../src/core/ports.ts';
import { decide, type Judgement } from '../../../src/core/verdict.ts';
import { nextAfterPlan } from '../../../src/render/agent/next.ts';
import { facts, judged, plan } from '../../guards/builders.ts';

const about: AboutPlan = {
  goals: [],
  assurance: 'L0',
  provider: {},
  scope: 'production (main)',
  open: [],
  changeId: null,
};
const nextOf = (judgement: Judgement) => nextAfterPlan(plan(), judgement.decision, judgement, about, undefined);
const ADOPT = 'A person must run: countersign policy adopt.';

describe('after a plan that nothing executes', () => {
  const policy = (standing: Facts['policy']['standing']) =>
    facts({ phase: 'preview', policy: { present: standing !== 'none', digest: '', standing } });
  it.each([
    ['the folder has adopted no policy', policy('not_adopted'), 'has not adopted its policy', true],
    ['the folder has adopted another policy', policy('changed'), 'not the one that this state folder adopted', true],
    ['there is no policy', policy('none'), 'There is no policy', false],
    [
      'the sponsor is not set',
      facts({ sponsor: { name: null, known: false } }),
      'COUNTERSIGN_SPONSOR is not set',
      false,
    ],
    [
      'the scope is plan-only',
      facts({ scope: { text: 's', create: true, execute: 'plan_only' } }),
      'does not allow execution in this scope',
      false,
    ],
  ])(
    'because %s, the reason is told, and a policy is to be adopted only where that helps',
    (_why, theFacts, reason, adopts) => {
      const told = JSON.stringify(nextOf(judged(plan(), theFacts)));
      expect(told).toContain(reason);
      expect(told.includes(ADOPT)).toBe(adopts);
    },
  );
  it('the text of a remedy decides nothing', () => {
    const judgement = decide([deny('execution', 'No.', 'Somebody wrote: policy adopt')]);
    expect(nextOf(judgement)).toEqual({ tell_user: 'Plan only. No. Do not try other tools or credentials.' });
  });
});
