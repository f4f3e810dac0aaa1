/**
 * Who may talk to the page, judged before anything is read.
 *
 * SECURITY: loopback is no login, and any page that a person visits can send requests here. So the Host must be ours
 * (a name that an attacker points at loopback brings its own), every request that changes something must come from our
 * own pages (`Sec-Fetch-Site: same-origin`; another port of localhost is `same-site`, and gets our cookies too), and
 * others may only navigate here.
 */
import type { MiddlewareHandler } from 'hono';

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'Cache-Control': 'no-store',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy':
    'publickey-credentials-get=(self), publickey-credentials-create=(self), camera=(), microphone=(), geolocation=()',
  // Not `no-referrer`: forms would then send `Origin: null`.
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

/** @param origin the one under which people open the page: `http://localhost:4711`. */
export function protect(origin: string): MiddlewareHandler {
  const { host, protocol } = new URL(origin);
  return async (c, next) => {
    for (const [name, value] of Object.entries(HEADERS)) c.header(name, value);
    if (protocol === 'https:') c.header('Strict-Transport-Security', 'max-age=31536000');
    const refusal = refusalOf(c.req.method, (name) => c.req.header(name), { host, origin });
    if (refusal !== undefined) return c.text(refusal, 403);
    await next();
  };
}

type Header = (name: string) => string | undefined;

function refusalOf(method: string, header: Header, own: { host: string; origin: string }): string | undefined {
  if (header('host') !== own.host) return `This page is at ${own.origin} only.`;
  const site = header('sec-fetch-site');
  const isReading = method === 'GET' || method === 'HEAD';
  if (!isReading) {
    const from = header('origin');
    return site === 'same-origin' && (from === undefined || from === own.origin)
      ? undefined
      : 'Only a page of this server can do that.';
  }
  const isNavigation = header('sec-fetch-mode') === 'navigate' && header('sec-fetch-dest') === 'document';
  if (site === undefined || site === 'same-origin' || site === 'none' || isNavigation) return undefined;
  return 'Other sites can link to this page, and cannot load it.';
}
