/** From what the planners of AWS make to a draft in the words that guards read: the one place that adds them. */
import type { Json } from '../../core/digest.ts';
import type { Effect } from '../../core/effect.ts';
import type { PlanDraft } from '../../core/plan.ts';
import { recoveryOf } from './knowledge/index.ts';
import { nestedStacks } from './knowledge/nested-stacks.ts';
import { changedTagKeys } from './knowledge/tags.ts';
import type { AwsDraft } from './observed.ts';
import { actorOf, subjectOf } from './subject.ts';

export function described<Draft extends AwsDraft>(draft: Draft): Omit<Draft, 'observed'> & PlanDraft {
  const { observed } = draft;
  return {
    ...draft,
    effects: describedEffects(draft.effects),
    subject: subjectOf(draft.target, observed),
    actor: actorOf(observed),
    observed: observed as unknown as Record<string, Json>,
  };
}

/** Adds what the tables and the other effects say of each. */
export function describedEffects(effects: readonly Effect[]): Effect[] {
  const { opened, closed } = nestedStacks(effects);
  const tagsOfSubject = effects.some(({ properties }) => properties.some(({ path }) => path.startsWith('Tags.')));
  return effects.map((effect) => {
    const tagKeys = changedTagKeys(effect, tagsOfSubject);
    return {
      ...effect,
      ...(opened.has(effect) ? { contents: 'listed' as const } : {}),
      ...(closed.includes(effect) ? { contents: 'hidden' as const } : {}),
      ...(recoveryOf(effect.type) === 'retain_only' ? { noBackup: true } : {}),
      ...(tagKeys.length > 0 ? { tagKeys } : {}),
    };
  });
}
