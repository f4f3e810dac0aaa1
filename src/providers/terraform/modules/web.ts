/**
 * Fetches by https what the policy allows, and nothing else.
 *
 * SECURITY: no credentials, cookies, proxies or settings of this process: an agent of its own for each request, and
 * certificates are always checked. A redirect to another host is followed only if the policy lists where it leads.
 * There is no way to plain http, on any host.
 */
import { Agent, request } from 'node:https';
import { moduleRefused, moduleUnreachable } from './refused.ts';

export interface Answer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Buffer;
  /** Where it came from in the end. */
  url: URL;
}
export interface WebOptions {
  /** PEM, in place of those that Node knows. */
  authorities: string | undefined;
  allowsUrl(url: URL): boolean;
  /** Of everything that is fetched for one plan: it ends with this. */
  signal: AbortSignal;
}
export interface Web {
  /** @throws INPUT_CONFIGURATION_REFUSED for a redirect or more than `max` bytes, WORKSPACE_MODULE_UNREACHABLE. */
  get(url: URL, max: number): Promise<Answer>;
}

const MOST_REDIRECTS = 5;
const WITHIN_MILLISECONDS = 30_000;

export function webOf(options: WebOptions): Web {
  return {
    async get(url, max) {
      let at = url;
      for (let count = 0; count <= MOST_REDIRECTS; count += 1) {
        const answer = await once(at, max, options);
        const { location } = answer.headers;
        if (![301, 302, 303, 307, 308].includes(answer.status) || typeof location !== 'string') return answer;
        at = redirected(at, location, options);
      }
      throw moduleUnreachable(`${url.host} redirects more than ${MOST_REDIRECTS} times`);
    },
  };
}

function redirected(from: URL, location: string, { allowsUrl }: WebOptions): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (to === undefined || to.protocol !== 'https:' || to.username !== '' || to.password !== '')
    throw moduleRefused(`${from.host} redirects to an address that is not https`, 'Use a host that serves it itself.');
  if (to.origin !== from.origin && !allowsUrl(to))
    throw moduleRefused(
      `${from.host} redirects to ${to.origin}${to.pathname}, which the policy does not list`,
      `The policy owners can allow it for this workspace (modules: [${to.origin}${to.pathname}]).`,
    );
  return to;
}

function once(url: URL, max: number, { authorities, signal }: WebOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      {
        agent: new Agent({ keepAlive: false }),
        rejectUnauthorized: true,
        ...(authorities === undefined ? {} : { ca: authorities }),
        headers: { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'countersign' },
        signal: AbortSignal.any([signal, AbortSignal.timeout(WITHIN_MILLISECONDS)]),
      },
      (answer) => {
        const chunks: Buffer[] = [];
        let size = 0;
        answer.on('data', (chunk: Buffer) => {
          size += chunk.length;
          chunks.push(chunk);
          if (size <= max) return;
          reject(moduleRefused(`${url.host} sent more than ${max} bytes`, 'Use a smaller module.'));
          asked.destroy();
        });
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks), url }),
        );
        answer.on('error', failed);
      },
    );
    const failed = (error: NodeJS.ErrnoException) =>
      reject(moduleUnreachable(`${url.host} was not reached (${error.code ?? error.name})`));
    asked.on('error', failed);
    asked.end();
  });
}
