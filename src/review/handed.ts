/**
 * What a browser keeps for the page and hands back, so that any process of it can answer.
 *
 * SECURITY: it is sealed under a key of its own, which only processes with the secret of the state folder have: nobody
 * else can make or read it, and one kind is not taken for another. Some of it counts once, over all processes: the
 * ledger knows what was used. Limit: what was handed out counts until its time is over; who left the policy is refused
 * by the page.
 */
import { randomBytes } from 'node:crypto';
import type { Json } from '../core/digest.ts';

export interface Seals {
  seal(value: Json): string;
  /** undefined: it was not sealed by one of ours. */
  unseal(text: string): Json | undefined;
  /** @returns whether it is the first who asks for this name, ever. */
  once(name: string): Promise<boolean>;
}
export type What = 'session' | 'question' | 'enrolment';
export interface Handed {
  give(what: What, value: unknown, minutes: number): string;
  /** undefined: it is none, or its time is over. */
  look(what: What, text: string | undefined): unknown;
  /** The same, once. */
  take(what: What, text: string | undefined): Promise<unknown>;
}

/** Whatever was unsealed was sealed here. */
interface Envelope {
  what: What;
  id: string;
  until: number;
  value: unknown;
}

export function createHanded({ seal, unseal, once }: Seals, now: () => Date): Handed {
  const opened = (what: What, text: string | undefined) => {
    const envelope = (text === undefined ? undefined : unseal(text)) as Envelope | undefined;
    return envelope?.what === what && envelope.until >= now().getTime() ? envelope : undefined;
  };
  return {
    give(what, value, minutes) {
      const id = randomBytes(16).toString('base64url');
      return seal({ what, id, until: now().getTime() + minutes * 60_000, value } as Json);
    },
    look: (what, text) => opened(what, text)?.value,
    async take(what, text) {
      const envelope = opened(what, text);
      return envelope && (await once(`handed back ${envelope.id}`)) ? envelope.value : undefined;
    },
  };
}
