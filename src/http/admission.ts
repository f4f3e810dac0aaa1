/** This server as a resource of the identity provider: what clients are told of it, and whose requests come in. */
import { challenged, refusedWith, SCOPES } from './refusals.ts';
import { type CheckedToken, KeysMissing, TokenRefused, type Tokens } from './tokens.ts';

/** Behind it a path, as RFC 9728 has it; and alone, where clients look that were told nothing. */
const METADATA = '/.well-known/oauth-protected-resource';
const BEARER = /^Bearer +([\w.~+/=-]+)$/i;

export interface Admission {
  /** Does this path tell of the resource? */
  tells(path: string): boolean;
  metadata: Readonly<Record<string, unknown>>;
  /** @returns what the token says, or the challenge. */
  admit(authorization: string | null): Promise<CheckedToken | Response>;
  lacks(scope: string): Response;
}

export function createAdmission(about: { resource: string; issuer: string; tokens: Tokens }): Admission {
  const { origin, pathname } = new URL(about.resource);
  const path = `${METADATA}${pathname === '/' ? '' : pathname}`;
  const metadataUrl = `${origin}${path}`;
  const lacks = (scope: string) =>
    challenged({ metadataUrl, error: 'insufficient_scope', description: `The token lacks the scope ${scope}.` });
  return {
    tells: (asked) => asked === path || asked === METADATA,
    metadata: {
      resource: about.resource,
      authorization_servers: [about.issuer],
      scopes_supported: Object.values(SCOPES),
      bearer_methods_supported: ['header'],
      resource_name: 'Countersign',
    },
    lacks,
    async admit(authorization) {
      const [, given] = BEARER.exec(authorization ?? '') ?? [];
      if (given === undefined)
        return challenged({ metadataUrl, description: 'A token of the identity provider is needed.' });
      try {
        const token = await about.tokens.check(given);
        return token.scopes.has(SCOPES.read) ? token : lacks(SCOPES.read);
      } catch (error) {
        if (error instanceof TokenRefused)
          return challenged({ metadataUrl, error: 'invalid_token', description: error.message });
        if (error instanceof KeysMissing) return refusedWith(503, error.message, { headers: { 'Retry-After': '5' } });
        throw error;
      }
    },
  };
}
