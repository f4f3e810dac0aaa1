/** Requests to the API of a forge, with one token. */
import { CountersignError } from '../core/errors.ts';
import { isPrivateUrl } from '../core/private-url.ts';
import { makeVisibleLine } from '../core/render-safe.ts';

const WITHIN_MILLISECONDS = 30_000;
/** Of the most that is read of a list. */
const PAGES = 30;
export const PER_PAGE = 100;
const NOT_FOUND = 404;

export interface Asking {
  method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  body?: object;
  headers?: Readonly<Record<string, string>>;
}
export interface Api {
  /** @returns the text of the answer. @throws INPUT_NOT_FOUND, CI_FORGE_REFUSED, CI_FORGE_UNREACHABLE. */
  text(path: string, asking?: Asking): Promise<string>;
  /** The answer as JSON. */
  json(path: string, asking?: Asking): Promise<unknown>;
  /** Pages until one is not full; at most 3,000 things. @param path has a query. */
  all(path: string): AsyncIterable<unknown>;
}

/**
 * @param base https, or an address of this machine.
 * @param headers with the token, which no error repeats.
 */
export function apiAt(base: string, headers: Readonly<Record<string, string>>): Api {
  const address = new URL(base);
  const { hostname } = address;
  if (!isPrivateUrl(address))
    throw new CountersignError(
      'CONFIG_INVALID',
      'The address of the API is not encrypted.',
      'Name one that begins with https.',
    );
  const text: Api['text'] = async (path, { method = 'GET', body, headers: more = {} } = {}) => {
    const url = `${base.replace(/\/$/, '')}${path}`;
    let answer: Response;
    try {
      answer = await fetch(url, {
        method,
        headers: { ...headers, ...(body ? { 'content-type': 'application/json' } : {}), ...more },
        ...(body ? { body: JSON.stringify(body) } : {}),
        signal: AbortSignal.timeout(WITHIN_MILLISECONDS),
      });
    } catch (cause) {
      throw new CountersignError('CI_FORGE_UNREACHABLE', `${hostname} did not answer.`, 'Run the job again.', {
        cause,
      });
    }
    if (answer.ok) return answer.text();
    const what = `${method} ${path.split('?')[0]}`;
    if (answer.status === NOT_FOUND)
      throw new CountersignError(
        'INPUT_NOT_FOUND',
        `${hostname} has no ${makeVisibleLine(what, 300)}.`,
        'Check the path, and what the token may read.',
      );
    throw new CountersignError(
      'CI_FORGE_REFUSED',
      `${hostname} answered ${answer.status} to ${makeVisibleLine(what, 300)}.`,
      'Give the job’s token the permissions of docs/pull-requests.md.',
    );
  };
  const json: Api['json'] = async (path, asking) => {
    const said = await text(path, asking);
    try {
      return said === '' ? null : JSON.parse(said);
    } catch (cause) {
      throw new CountersignError('CI_FORGE_REFUSED', `${hostname} answered no JSON.`, 'Run the job again.', { cause });
    }
  };
  return {
    text,
    json,
    async *all(path) {
      for (let page = 1; page <= PAGES; page += 1) {
        const list = await json(`${path}&per_page=${PER_PAGE}&page=${page}`);
        if (!Array.isArray(list)) return;
        yield* list;
        if (list.length < PER_PAGE) return;
      }
    },
  };
}
