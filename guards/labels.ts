/**
 * Guarantees: a tag by which something is decided is not set, changed or removed through a plan: not on the stack,
 * not on a resource in its template, not by plan_tags. Tags that cannot be read are taken for deciding ones.
 * Does not cover: tags of resources that the plan creates; tags that other systems read, unless they are listed here.
 */
import { z } from 'zod';
import { type Effect, effectName, type PropertyChange } from '../src/core/effect.ts';
import { deny, type GuardDefinition } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const keys = z.array(z.string().min(1));
const options = z.strictObject({
  also_deciding_keys: keys
    .default([])
    .describe('More tag keys that decide something, in systems outside of the policy.'),
  backup_selection_keys: keys
    .default(['backup'])
    .describe('Tag keys by which backup selections (AWS Backup, Data Lifecycle Manager) choose what to back up.'),
});
const UNREADABLE = '(not readable)';

export const labels: GuardDefinition<z.infer<typeof options>> = {
  name: 'labels',
  rule: 'A tag that a scope, environment, freeze, rule or backup selection reads cannot be set or removed through a plan.',
  normally: 'deny',
  told: 'this tag decides things',
  structural: true,
  options,
  create: ({ also_deciding_keys, backup_selection_keys }) => ({
    name: 'labels',
    judge(plan, facts) {
      const listed = [...facts.decidingTags, ...also_deciding_keys, ...backup_selection_keys];
      const deciding = new Set(listed.map((key) => key.toLowerCase()));
      const ofStack = plan.effects.some(({ properties }) => properties.some(({ path }) => path.startsWith('Tags.')));
      for (const effect of plan.effects)
        for (const key of changedKeys(effect, ofStack)) {
          if (key !== UNREADABLE && !deciding.has(key.toLowerCase())) continue;
          return deny(
            'labels',
            key === UNREADABLE
              ? `Which tags of ${effectName(effect)} change could not be read, and one of them may decide which rules apply.`
              : `The tag ${key} of ${effectName(effect)} decides which rules apply here, or what is backed up.`,
            `Leave ${key === UNREADABLE ? 'its tags as they are, or change them one by one with plan_tags' : 'this tag as it is'}; people change deciding tags outside of plans.`,
          );
        }
      return pass('labels');
    },
  }),
};

/** @param ofStack the stack's own tags are in the plan: what only follows from them (`Tags`) is judged there. */
function changedKeys({ kind, properties }: Effect, ofStack: boolean): string[] {
  if (kind === 'create' || kind === 'delete') return [];
  return properties.flatMap((property) => {
    const { path, before, after } = property;
    if (path.startsWith('Tags.')) return before === after ? [] : [path.slice('Tags.'.length)];
    const single = /^Properties\.(?:Tags|TagList)\.(\D.*)$/.exec(path);
    if (single) return [single[1]!];
    if (path === 'Tags' && ofStack && before === undefined && after === undefined) return [];
    return /^(?:Properties\.)?\w*Tags(?:\.|$)|^Properties\.TagList/.test(path) ? keysThatDiffer(property) : [];
  });
}

function keysThatDiffer({ before, after }: PropertyChange): string[] {
  const [old, wanted] = [tagsIn(before), tagsIn(after)];
  if (!old || !wanted || (before === undefined && after === undefined)) return [UNREADABLE];
  return [...new Set([...old.keys(), ...wanted.keys()])].filter((key) => old.get(key) !== wanted.get(key));
}

/** A list of {Key, Value} or a map, as JSON. @returns undefined when it is neither (cut, or an intrinsic function). */
function tagsIn(text: string | undefined): Map<string, string> | undefined {
  if (text === undefined) return new Map();
  try {
    const parsed: unknown = JSON.parse(text);
    const pairs = Array.isArray(parsed)
      ? parsed.map(({ Key, Value }: { Key: unknown; Value: unknown }) => [Key, Value] as const)
      : Object.entries(parsed as object);
    if (pairs.some(([key]) => typeof key !== 'string' || key.startsWith('Fn::'))) return undefined;
    return new Map(pairs.map(([key, value]) => [key as string, JSON.stringify(value)]));
  } catch {
    return undefined;
  }
}
