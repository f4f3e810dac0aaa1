/** What `serve --http` is told, checked before anything listens. */
import { CountersignError } from '../core/errors.ts';
import type { Address } from './listen.ts';
import { isSafeAddress } from './tokens.ts';

export interface Told {
  /** `HOST:PORT` */
  http: string;
  resource?: string;
  issuer?: string;
  jwks?: string;
  behindProxy?: boolean;
}
export interface HttpSettings {
  address: Address;
  resource: string;
  issuer: string;
  jwks: string | undefined;
}

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

/** @throws CONFIG_INVALID */
export function httpSettings({ http, resource, issuer, jwks, behindProxy = false }: Told): HttpSettings {
  const address = addressIn(http);
  if (!LOOPBACK.includes(address.host) && !behindProxy)
    throw invalid(
      `${address.host} is no loopback address, and this server speaks no TLS: tokens would cross the network in the clear.`,
      'Listen on 127.0.0.1 and put a proxy with TLS in front; where the proxy is on another host, add --behind-proxy.',
    );
  if (issuer === undefined)
    throw invalid(
      'serve --http needs the identity provider whose tokens it takes.',
      'Name it with --issuer https://… as it stands in its own metadata.',
    );
  if (resource === undefined)
    throw invalid(
      'serve --http needs the address under which agents reach it: tokens are made for it.',
      'Name it with --resource https://guard.example.com/mcp.',
    );
  for (const [name, given] of Object.entries({ issuer, resource, jwks }))
    if (given !== undefined && !isSafeAddress(given))
      throw invalid(`--${name} must be an https address (or http on localhost).`, `Correct --${name}.`);
  const { search, hash, username, password, href, pathname } = new URL(resource);
  if (search || hash || username || password)
    throw invalid('--resource must be an address without a query, fragment or user.', 'Correct --resource.');
  if (['/healthz', '/readyz'].includes(pathname) || pathname.startsWith('/.well-known/'))
    throw invalid(`${pathname} is a path of this server’s own.`, 'Name another path in --resource, such as /mcp.');
  // A root has no slash of its own in the metadata of some providers, and has one in a URL.
  return { address, resource: pathname === '/' ? href.replace(/\/$/, '') : href, issuer, jwks };
}

function addressIn(http: string): Address {
  const [, six, plain, port = ''] = /^(?:\[([\da-f:]+)\]|([\w.-]+)):(\d{1,5})$/i.exec(http) ?? [];
  const host = six ?? plain;
  if (host === undefined || Number(port) > 65_535)
    throw invalid('--http must be HOST:PORT.', 'Write it like --http 127.0.0.1:8080.');
  return { host, port: Number(port) };
}

const invalid = (message: string, remedy: string) => new CountersignError('CONFIG_INVALID', message, remedy);
