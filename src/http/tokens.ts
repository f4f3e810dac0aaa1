/**
 * Tokens of the team's identity provider, checked offline by its published keys.
 *
 * Guarantee: a token counts only with a signature of the issuer's, made for this resource (`aud`), within its time, by
 * an algorithm of this list; what is bound to a key of the client's is refused, since nothing here checks that key.
 * Limits: a token that was revoked counts until it expires; a key that the issuer withdrew, for ten minutes.
 */
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { TokenIdentity } from '../core/caller.ts';

export interface CheckedToken extends TokenIdentity {
  scopes: ReadonlySet<string>;
}
export interface Tokens {
  /** @throws TokenRefused, KeysMissing */
  check(token: string): Promise<CheckedToken>;
  /** Fetches the issuer's keys. @throws KeysMissing */
  ready(): Promise<void>;
}
/** `message` is one of ours: nothing of the token is in it. */
export class TokenRefused extends Error {}
/** The issuer's keys could not be had: nothing is known of any token. */
export class KeysMissing extends Error {}

export interface TokenSettings {
  issuer: string;
  /** Absent: the issuer's metadata tells. */
  jwks?: string | undefined;
  /** What tokens must be made for. */
  resource: string;
  now?: () => Date;
  /** How long an unknown key id asks the issuer for no new keys. */
  cooldownMilliseconds?: number;
}

/** By keys that only the issuer has. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
/** Of the header: RFC 9068's, and what providers write that do not follow it. */
const TYPES = new Set(['at+jwt', 'application/at+jwt', 'jwt']);
const CLOCK_TOLERANCE_SECONDS = 30;
/** OpenID Connect allows a subject 255; a client can be an address. */
const LONGEST_NAME = 512;
const KEYS_KEPT_MILLISECONDS = 600_000;
const KEYS_WITHIN_MILLISECONDS = 5_000;

export function createTokens(settings: TokenSettings): Tokens {
  const { issuer, resource, now = () => new Date(), cooldownMilliseconds = 30_000 } = settings;
  let keys: Promise<ReturnType<typeof createRemoteJWKSet>> | undefined;
  const found = async () => {
    keys ??= jwksOf(settings).then((url) =>
      createRemoteJWKSet(new URL(url), {
        cacheMaxAge: KEYS_KEPT_MILLISECONDS,
        cooldownDuration: cooldownMilliseconds,
        timeoutDuration: KEYS_WITHIN_MILLISECONDS,
      }),
    );
    return keys.catch((error: unknown) => {
      keys = undefined;
      throw error;
    });
  };
  const keyFor: JWTVerifyGetKey = async (header, token) => (await found())(header, token);
  return {
    async ready() {
      const set = await found();
      if (!set.fresh) await set.reload().catch(missing);
    },
    async check(token) {
      const { payload, protectedHeader } = await jwtVerify(token, keyFor, {
        issuer,
        audience: sameResource(resource),
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        requiredClaims: ['exp'],
        currentDate: now(),
      }).catch(refused);
      if (!TYPES.has((protectedHeader.typ ?? 'jwt').toLowerCase()) || !isAccess(payload))
        throw new TokenRefused('The token is no access token.');
      if (payload.cnf !== undefined)
        throw new TokenRefused('The token is bound to a key of the client, and this server takes bearer tokens only.');
      const identity = identityIn(payload, issuer);
      if ([identity.subject, identity.client].some((name) => name !== null && name.length > LONGEST_NAME))
        throw new TokenRefused('The token names a subject or client that is too long.');
      return identity;
    },
  };
}

/** `https://host` and `https://host/` are one resource. */
const sameResource = (resource: string): string[] =>
  new URL(resource).pathname === '/' ? [resource.replace(/\/$/, ''), `${resource.replace(/\/$/, '')}/`] : [resource];

/** Keycloak names the kind in a claim; only ID tokens have a nonce or the hash of an access token. */
const isAccess = ({ typ, nonce, at_hash }: JWTPayload): boolean =>
  (typ === undefined || (typeof typ === 'string' && typ.toLowerCase() === 'bearer')) &&
  nonce === undefined &&
  at_hash === undefined;

function identityIn(payload: JWTPayload, issuer: string): CheckedToken {
  const client = [payload.client_id, payload.azp, payload.cid, payload.appid].find(isText) ?? null;
  const subject = isText(payload.sub) ? payload.sub : null;
  const isClientAlone =
    subject === null ||
    subject === client ||
    subject === `${client}@clients` ||
    payload.gty === 'client-credentials' ||
    payload.idtyp === 'app';
  return { issuer, subject, client, isClientAlone, claims: textClaims(payload), scopes: scopesIn(payload) };
}

/** Without an e-mail address that the issuer did not verify. */
export function textClaims(payload: Readonly<Record<string, unknown>>): Record<string, string> {
  const claims = Object.entries(payload).filter(
    (claim): claim is [string, string] => isText(claim[1]) && (claim[0] !== 'email' || payload.email_verified === true),
  );
  return Object.fromEntries(claims);
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** `scope` by RFC 9068; `scp` of Entra and Okta. */
function scopesIn({ scope, scp }: JWTPayload): Set<string> {
  return new Set(
    [scope, scp]
      .flat()
      .filter(isText)
      .flatMap((text) => text.split(' ')),
  );
}

function refused(error: unknown): never {
  if (error instanceof KeysMissing) throw error;
  if (error instanceof errors.JWTExpired) throw new TokenRefused('The token has expired.');
  if (error instanceof errors.JWTClaimValidationFailed) {
    const { claim } = error;
    if (claim === 'aud') throw new TokenRefused('The token was made for another resource.');
    if (claim === 'iss') throw new TokenRefused('The token is of another issuer.');
    if (claim === 'nbf') throw new TokenRefused('The token is not valid yet.');
    throw new TokenRefused('The token lacks a claim that it must have.');
  }
  // Of the key set: it was fetched, and says something that cannot be used.
  if (error instanceof errors.JWKSInvalid || error instanceof errors.JWKSTimeout) missing(error);
  if (error instanceof errors.JOSEAlgNotAllowed) throw new TokenRefused('The token is signed by another algorithm.');
  if (error instanceof errors.JOSEError && error.code !== 'ERR_JOSE_GENERIC')
    throw new TokenRefused('The token is not signed by a key of the issuer.');
  return missing(error);
}

function missing(cause: unknown): never {
  throw new KeysMissing('The keys of the identity provider could not be fetched.', { cause });
}

/** Where an issuer with a path publishes its metadata is not agreed: RFC 8414 puts the name first, OpenID Connect last. */
export function metadataAddresses(issuer: string): string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  return [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
    ...(path === '' ? [] : [`${origin}/.well-known/openid-configuration${path}`]),
  ];
}

async function jwksOf({ issuer, jwks }: TokenSettings): Promise<string> {
  if (jwks !== undefined) return jwks;
  for (const address of metadataAddresses(issuer)) {
    const metadata = await fetchJson(address).catch(() => undefined);
    // SECURITY: metadata of another issuer would bring its own keys.
    if (metadata?.issuer === issuer && isText(metadata.jwks_uri) && isSafeAddress(metadata.jwks_uri))
      return metadata.jwks_uri;
  }
  return missing(new Error('no metadata of this issuer was found'));
}

async function fetchJson(address: string): Promise<Record<string, unknown> | undefined> {
  const response = await fetch(address, {
    redirect: 'error',
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(KEYS_WITHIN_MILLISECONDS),
  });
  const json: unknown = response.ok ? await response.json() : undefined;
  return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : undefined;
}

/** Keys that come over a network without TLS are anybody's. */
export function isSafeAddress(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname));
}
