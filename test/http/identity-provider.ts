/** A real identity provider on loopback: oidc-provider, with everything that clients of MCP ask of one. */
import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { calculateJwkThumbprint, exportJWK, type JWTPayload, SignJWT } from 'jose';
import Provider, { type Configuration } from 'oidc-provider';

export const SCOPES = 'countersign.read countersign.propose';

export interface IdentityProvider {
  issuer: string;
  /** Who signs in at its page, without being asked. */
  person: string;
  /** Of a person, as the provider itself issues it. */
  tokenFor(person: string, how?: { scope?: string; client?: string; resource?: string }): Promise<string>;
  /** By the provider's token endpoint, with a client's own credentials. */
  clientToken(scope?: string, resource?: string): Promise<string>;
  /** By a key of the provider's, with claims of the test's. */
  sign(claims: JWTPayload, how?: { alg?: string; typ?: string; key?: KeyObject; kid?: string }): Promise<string>;
  /** From now on it signs with another key, and publishes only that. */
  rotate(): Promise<void>;
  /** Requests that it got, newest last: `GET /jwks`. */
  requests: string[];
  close(): Promise<void>;
}
const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
/** Of a client that is known from the start. */
export const BATCH = { client_id: 'nightly', client_secret: 'a secret of the client nightly' };

/**
 * @param resources what tokens can be made for, each as its own audience.
 * @param pages where browsers of the client `review` are sent back.
 */
export async function startIdentityProvider(
  resources: readonly string[],
  pages: readonly string[] = [],
): Promise<IdentityProvider> {
  let handle: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let key = rsa();
  let kid = '';
  let provider: Provider;
  const own: IdentityProvider = {
    issuer,
    person: 'alice',
    requests,
    async tokenFor(person, { scope = SCOPES, client = 'claude-code', resource = resources[0]! } = {}) {
      const made = new provider.AccessToken({
        accountId: person,
        client: (await provider.Client.find(client)) as never,
        scope,
        grantId: randomUUID(),
        gty: 'authorization_code',
      } as never);
      made.resourceServer = new provider.ResourceServer(resource, resourceServer(resource));
      return made.save();
    },
    async clientToken(scope = SCOPES, resource = resources[0]!) {
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ grant_type: 'client_credentials', ...BATCH, scope, resource }),
      });
      return ((await response.json()) as { access_token: string }).access_token;
    },
    sign: (claims, { alg = 'RS256', typ = 'at+jwt', key: other = key, kid: named = kid } = {}) =>
      new SignJWT(claims).setProtectedHeader({ alg, typ, kid: named }).sign(other),
    async rotate() {
      key = rsa();
      await begin();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  const begin = async () => {
    const jwk = await exportJWK(key);
    kid = await calculateJwkThumbprint(jwk);
    provider = new Provider(issuer, configured(resources, pages, { ...jwk, kid, alg: 'RS256', use: 'sig' }));
    const answer = provider.callback();
    handle = (request, response) => {
      const [, uid] = /^\/interaction\/([\w-]+)$/.exec(request.url ?? '') ?? [];
      if (uid === undefined) answer(request, response);
      else void signIn(provider, own.person, request, response);
    };
  };
  await begin();
  return own;
}

const resourceServer = (resource: string) => ({
  scope: SCOPES,
  audience: resource,
  accessTokenTTL: 3_600,
  accessTokenFormat: 'jwt' as const,
  jwt: { sign: { alg: 'RS256' as const } },
});

function configured(resources: readonly string[], pages: readonly string[], jwk: object): Configuration {
  return {
    jwks: { keys: [jwk as never] },
    clients: [
      {
        ...BATCH,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        scope: SCOPES,
        token_endpoint_auth_method: 'client_secret_post',
      },
      {
        client_id: 'claude-code',
        redirect_uris: ['http://127.0.0.1:1/callback'],
        token_endpoint_auth_method: 'none',
        application_type: 'native',
      },
      ...(pages.length === 0
        ? []
        : [
            {
              client_id: 'review',
              redirect_uris: [...pages],
              token_endpoint_auth_method: 'none' as const,
              application_type: 'native' as const,
            },
          ]),
    ],
    scopes: ['openid', 'offline_access', ...SCOPES.split(' ')],
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    cookies: { keys: ['a key of the test'] },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@example.com`, email_verified: true }),
    }),
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      registration: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resources[0]!,
        getResourceServerInfo: (_, resource) => {
          if (!resources.includes(resource)) throw new Error(`no such resource: ${resource}`);
          return resourceServer(resource);
        },
        useGrantedResource: () => true,
      },
    },
    pkce: { required: () => true },
    ttl: {
      AccessToken: 3_600,
      ClientCredentials: 3_600,
      Grant: 86_400,
      IdToken: 3_600,
      Interaction: 600,
      Session: 86_400,
    },
  };
}

/** What a person does on the pages of a provider: signs in, and agrees to all that is asked. */
async function signIn(provider: Provider, person: string, request: IncomingMessage, response: ServerResponse) {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (prompt.name === 'login') {
    await provider.interactionFinished(request, response, { login: { accountId: person } });
    return;
  }
  const grant = new provider.Grant({ accountId: session!.accountId, clientId: String(params.client_id) });
  grant.addOIDCScope(String(params.scope ?? ''));
  for (const resource of [params.resource].flat().filter((one) => typeof one === 'string'))
    grant.addResourceScope(resource, SCOPES);
  await provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
}
