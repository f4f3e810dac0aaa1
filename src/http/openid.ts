/** Signing in by OpenID Connect: the authorization code flow with PKCE, state and nonce, by a library of its own. */
import { readFileSync } from 'node:fs';
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import type { TokenIdentity } from '../core/caller.ts';
import { CountersignError } from '../core/errors.ts';
import { isSafeAddress, textClaims } from './tokens.ts';

export interface OpenIdSettings {
  issuer: string;
  clientId: string;
  /** Absent: a public client. */
  secretFile: string | undefined;
  /** Where the provider sends browsers back. */
  redirectUri: string;
}
/** What is kept of a browser that was sent to the provider. */
export interface Pending {
  verifier: string;
  state: string;
  nonce: string;
}
export interface OpenId {
  begin(): Promise<{ to: string; pending: Pending }>;
  /** @param at where the browser came back. @throws when the provider refused, or the answer is not to this question. */
  finish(at: URL, pending: Pending): Promise<TokenIdentity>;
}

/** @throws CONFIG_INVALID. The provider is asked when somebody signs in. */
export function createOpenId({ issuer, clientId, secretFile, redirectUri }: OpenIdSettings): OpenId {
  if (!isSafeAddress(issuer))
    throw new CountersignError('CONFIG_INVALID', '--issuer must be an https address.', 'Correct --issuer.');
  const secret = secretFile === undefined ? undefined : secretIn(secretFile);
  let found: Promise<Configuration> | undefined;
  const configuration = () => {
    const execute = new URL(issuer).protocol === 'http:' ? [allowInsecureRequests] : [];
    found ??= discovery(new URL(issuer), clientId, secret, undefined, { execute }).catch((error: unknown) => {
      found = undefined;
      throw error;
    });
    return found;
  };
  return {
    async begin() {
      const pending = { verifier: randomPKCECodeVerifier(), state: randomState(), nonce: randomNonce() };
      const url = buildAuthorizationUrl(await configuration(), {
        redirect_uri: redirectUri,
        scope: 'openid email',
        code_challenge: await calculatePKCECodeChallenge(pending.verifier),
        code_challenge_method: 'S256',
        state: pending.state,
        nonce: pending.nonce,
      });
      return { to: url.href, pending };
    },
    async finish(at, { verifier, state, nonce }) {
      const answer = await authorizationCodeGrant(await configuration(), at, {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      });
      const claims = answer.claims()!;
      return {
        issuer: claims.iss,
        subject: claims.sub,
        client: clientId,
        isClientAlone: false,
        claims: textClaims(claims),
      };
    },
  };
}

function secretIn(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new CountersignError('CONFIG_INVALID', `The file ${file} cannot be read.`, 'Correct --client-secret-file.', {
      cause,
    });
  }
}
