/** What both SDKs' clients need to sign in: a store in memory, and a browser that follows redirects. */
import type { OAuthClientProvider } from '@modelcontextprotocol/client';

export const CALLBACK = 'http://127.0.0.1:1/callback';

export interface SigningIn extends OAuthClientProvider {
  /** Where the person was sent. */
  sentTo: URL | undefined;
  /** The scope that the client registered and asked for. */
  readonly asked: { registered: string | undefined; requested: string | null };
  forget(): void;
}

/** A client that nobody registered before. */
export function signingIn(name: string): SigningIn {
  let client: Awaited<ReturnType<OAuthClientProvider['clientInformation']>>;
  let tokens: Awaited<ReturnType<OAuthClientProvider['tokens']>>;
  let verifier = '';
  let discovered: Awaited<ReturnType<NonNullable<OAuthClientProvider['discoveryState']>>>;
  const own: SigningIn = {
    sentTo: undefined,
    get asked() {
      const { scope } = (client ?? {}) as { scope?: string };
      return { registered: scope, requested: own.sentTo?.searchParams.get('scope') ?? null };
    },
    redirectUrl: CALLBACK,
    clientMetadata: {
      client_name: name,
      redirect_uris: [CALLBACK],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
    },
    clientInformation: () => client,
    saveClientInformation: (given) => {
      client = given;
    },
    tokens: () => tokens,
    saveTokens: (given) => {
      tokens = given;
    },
    redirectToAuthorization: (url) => {
      own.sentTo = url;
    },
    saveCodeVerifier: (given) => {
      verifier = given;
    },
    codeVerifier: () => verifier,
    discoveryState: () => discovered,
    saveDiscoveryState: (given) => {
      discovered = given;
    },
    forget: () => {
      tokens = undefined;
    },
  };
  return own;
}

/** Goes through the provider's pages as a browser does. @returns the parameters with which it comes back. */
export async function browse(from: URL | string, until = CALLBACK): Promise<URLSearchParams> {
  const cookies = new Map<string, string>();
  let at = String(from);
  for (let steps = 0; steps < 12; steps += 1) {
    if (at.startsWith(until)) return new URL(at).searchParams;
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(at, { redirect: 'manual', headers: { cookie } });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const next = answer.headers.get('location');
    if (next === null)
      throw new Error(`the browser stays at ${at}: ${answer.status} ${(await answer.text()).slice(0, 500)}`);
    at = new URL(next, at).href;
  }
  throw new Error('the browser goes round in circles');
}
