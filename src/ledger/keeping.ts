/** What is kept beside the events (`core/kept.ts`), for whichever store writes it. */
import type { LedgerEvent } from '../core/events.ts';
import { KEPT_KINDS, standingAfter, standingIdOf, tagsOf } from '../core/kept.ts';
import type { Either, KeptEvidence, KeptStanding } from './evidence.ts';

export const isKept = (kind: string): boolean => KEPT_KINDS.includes(kind);

/** What an event leaves, of how its subject stood before; undefined: that stands as it did. */
export function standingLeftBy(event: LedgerEvent, before: KeptStanding | undefined): KeptStanding | undefined {
  const standing = standingAfter(before, event);
  return standing && standing !== before ? { ...standing, seq: before?.seq ?? event.seq } : undefined;
}

/**
 * Follows the events in order.
 *
 * @returns of an event: whether its tags are there. `end`: the subject that stands otherwise than its events say.
 */
export function comparedWithKept(
  kept: KeptEvidence,
  asColumn: (text: string) => string,
): {
  follow(event: LedgerEvent): Either<boolean>;
  end(): Promise<string | undefined>;
} {
  const expected = new Map<string, KeptStanding>();
  let tags = 0;
  return {
    follow(event) {
      if (!isKept(event.kind)) return true;
      const own = [...new Set(tagsOf(event).map(asColumn))];
      tags += own.length;
      const subject = standingIdOf(event);
      const key = subject === undefined ? undefined : asColumn(subject);
      const standing = key === undefined ? undefined : standingLeftBy(event, expected.get(key));
      if (key !== undefined && standing) expected.set(key, standing);
      const found = own.map((tag) => kept.hasTag(tag, event.at, event.seq));
      return found.every((has) => typeof has === 'boolean')
        ? found.every((has) => has)
        : Promise.all(found).then((all) => all.every((has) => has));
    },
    async end() {
      if ((await kept.tagCount()) !== tags) return 'tags';
      for await (const { subject, state, until, seq } of kept.standings()) {
        const own = expected.get(subject);
        if (own?.state !== state || own.until !== until || own.seq !== seq) return subject;
        expected.delete(subject);
      }
      return expected.keys().next().value;
    },
  };
}
