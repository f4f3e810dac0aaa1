/**
 * Who has opened the page: by a link, which is good once and for this process, or by signing in, for any process of it.
 *
 * SECURITY: a session reads, and says who its person claims to be. It approves nothing: only a signature does. Another
 * server on this machine's localhost is sent its cookie, when the person visits that.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Handed } from './handed.ts';

export interface Session {
  /** As the person says, where nothing has proven it. */
  person: string | null;
  /** An identity provider has: the person cannot be changed. */
  isSignedIn?: true;
}

export const SESSION_HOURS = 12;
const MOST_SESSIONS = 100;
const TOKEN_BYTES = 32;

const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest();

export interface Sessions {
  /** The token of the link that opens the page next. */
  readonly token: string;
  /** @returns the id of a new session; undefined: this is no token, or it was used. */
  enter(token: string): string | undefined;
  /** @returns what the browser of somebody who signed in keeps. */
  begin(person: string): string;
  find(id: string | undefined): Session | undefined;
}

/** @param onUsed a link was used, and here is the next token. */
export function createSessions(now: () => Date, handed: Handed, onUsed: (nextToken: string) => void): Sessions {
  const sessions = new Map<string, { session: Session; until: number }>();
  let token = randomBytes(TOKEN_BYTES).toString('base64url');
  const open = (session: Session): string => {
    const id = randomBytes(TOKEN_BYTES).toString('base64url');
    const [oldest] = sessions.keys();
    if (sessions.size >= MOST_SESSIONS && oldest !== undefined) sessions.delete(oldest);
    sessions.set(id, { session, until: now().getTime() + SESSION_HOURS * 3_600_000 });
    return id;
  };
  return {
    get token() {
      return token;
    },
    enter(given) {
      if (!timingSafeEqual(hashOf(given), hashOf(token))) return undefined;
      token = randomBytes(TOKEN_BYTES).toString('base64url');
      onUsed(token);
      return open({ person: null });
    },
    begin: (person) => handed.give('session', person, SESSION_HOURS * 60),
    find(id) {
      const found = id === undefined ? undefined : sessions.get(id);
      if (found) return found.until < now().getTime() ? undefined : found.session;
      const person = handed.look('session', id);
      return typeof person === 'string' ? { person, isSignedIn: true } : undefined;
    },
  };
}
