/** Where passkeys are made and used: one host, at one origin. From the configuration, never from a request. */
import { CountersignError } from '../core/errors.ts';

export interface RelyingParty {
  /** The host name that passkeys are bound to. */
  id: string;
  /** The page's own, with its port. */
  origin: string;
}

/** Passkeys of a name without a dot are refused by browsers, but for this one. */
const LOCAL = 'localhost';

/** @throws CONFIG_INVALID for an address instead of a name, for a path, and for what is neither https nor this machine. */
export function relyingPartyOf(origin: string): RelyingParty {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  if (url && url.origin === origin && isOriginOf(url.hostname, origin)) return { id: url.hostname, origin };
  throw new CountersignError(
    'CONFIG_INVALID',
    'Passkeys cannot be used at this origin.',
    'Use https://NAME, or http://localhost:PORT on this machine; an IP address or a path is refused.',
  );
}

/**
 * Can a passkey of this host be used at that origin? Of a recorded signature: where it was made is in the signed bytes,
 * and the page compared it with its own origin when it took it.
 */
export function isOriginOf(relyingParty: string, origin: unknown): boolean {
  const url = typeof origin === 'string' && URL.canParse(origin) ? new URL(origin) : undefined;
  if (!url || url.origin !== origin || url.hostname !== relyingParty) return false;
  if (relyingParty === LOCAL) return url.protocol === 'http:' || url.protocol === 'https:';
  return url.protocol === 'https:' && /\.[a-z][a-z0-9-]*$/.test(relyingParty);
}
