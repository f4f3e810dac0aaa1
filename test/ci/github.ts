/**
 * GitHub's REST API on loopback, as its documentation of version 2022-11-28 describes the few paths that are used:
 * repository contents, issue comments, labels, commit statuses, pulls.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Comment {
  id: number;
  user: { login: string; type: string };
  body: string;
}
export interface Pull {
  number: number;
  title: string;
  body: string;
  state: 'open' | 'closed';
  merged: boolean;
  user: { login: string };
  head: { sha: string; ref: string; repo: { full_name: string; id: number } | null };
  base: { sha: string; ref: string; repo: { full_name: string; id: number } };
  labels: { name: string }[];
}
export interface Status {
  sha: string;
  state: string;
  description: string;
  context: string;
}
export interface Github {
  url: string;
  token: string;
  comments: Map<number, Comment[]>;
  pulls: Pull[];
  statuses: Status[];
  /** `sha path`: the file's bytes. */
  files: Map<string, string>;
  requests: string[];
  /** The token only reads. */
  readsOnly: boolean;
  close(): Promise<void>;
}

export const REPOSITORY = 'acme/infra';
const TOKEN = 'ghs_ofThisJob';
const WRITES_AS = { login: 'github-actions[bot]', type: 'Bot' };

export async function startGithub(): Promise<Github> {
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const github: Github = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: TOKEN,
    comments: new Map(),
    pulls: [],
    statuses: [],
    files: new Map(),
    requests: [],
    readsOnly: false,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  let lastComment = 1000;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await read(request);
    const url = new URL(request.url ?? '/', github.url);
    const method = request.method ?? 'GET';
    github.requests.push(`${method} ${url.pathname}`);
    const send = (status: number, value: unknown, type = 'application/json; charset=utf-8') => {
      response.writeHead(status, { 'content-type': type });
      response.end(typeof value === 'string' ? value : JSON.stringify(value));
    };
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return send(401, { message: 'Bad credentials' });
    if (!request.headers['user-agent']) return send(403, { message: 'Request forbidden by administrative rules.' });
    if (method !== 'GET' && github.readsOnly) return send(403, { message: 'Resource not accessible by integration' });
    const path = url.pathname.replace(`/repos/${REPOSITORY}`, '');
    const page = <T>(list: readonly T[]): T[] => {
      const [size, number] = [
        Number(url.searchParams.get('per_page') ?? 30),
        Number(url.searchParams.get('page') ?? 1),
      ];
      return list.slice((number - 1) * size, number * size);
    };
    const given = body === '' ? {} : JSON.parse(body);
    for (const [verb, pattern, act] of routes(page, send, url, request)) {
      const matched = pattern.exec(path);
      if (verb === method && matched) return act(matched.slice(1).map(decodeURIComponent), given);
    }
    return send(404, { message: 'Not Found' });
  }
  type Act = (parts: string[], given: Record<string, string>) => void;
  function routes(
    page: <T>(list: readonly T[]) => T[],
    send: (status: number, value: unknown, type?: string) => void,
    url: URL,
    request: IncomingMessage,
  ): [string, RegExp, Act][] {
    const commentsOf = (number: string) => {
      const list = github.comments.get(Number(number)) ?? [];
      github.comments.set(Number(number), list);
      return list;
    };
    return [
      ['GET', /^\/issues\/(\d+)\/comments$/, ([number]) => send(200, page(commentsOf(number!)))],
      [
        'POST',
        /^\/issues\/(\d+)\/comments$/,
        ([number], { body = '' }) => {
          if (body.length > 65_536) return send(422, { message: 'Validation Failed' });
          lastComment += 1;
          const comment = { id: lastComment, user: WRITES_AS, body };
          commentsOf(number!).push(comment);
          send(201, comment);
        },
      ],
      [
        'PATCH',
        /^\/issues\/comments\/(\d+)$/,
        ([id], { body = '' }) => {
          const comment = [...github.comments.values()].flat().find((one) => one.id === Number(id));
          if (!comment) return send(404, { message: 'Not Found' });
          comment.body = body;
          send(200, comment);
        },
      ],
      [
        'DELETE',
        /^\/issues\/(\d+)\/labels\/([^/]+)$/,
        ([number, name]) => {
          const pull = github.pulls.find((one) => one.number === Number(number));
          if (!pull?.labels.some((label) => label.name === name)) return send(404, { message: 'Label does not exist' });
          pull.labels = pull.labels.filter((label) => label.name !== name);
          send(200, pull.labels);
        },
      ],
      [
        'POST',
        /^\/statuses\/([\da-f]{40})$/,
        ([sha], { state, description, context }) => {
          const isValid = ['error', 'failure', 'pending', 'success'].includes(state!) && description!.length <= 140;
          if (!isValid) return send(422, { message: 'Validation Failed' });
          github.statuses.push({ sha: sha!, state: state!, description: description!, context: context! });
          send(201, { state });
        },
      ],
      [
        'GET',
        /^\/pulls$/,
        () => send(200, page(github.pulls.filter(({ state }) => state === url.searchParams.get('state')))),
      ],
      [
        'GET',
        /^\/contents\/(.+)$/,
        ([path]) => {
          const text = github.files.get(`${url.searchParams.get('ref')} ${path}`);
          if (text === undefined) return send(404, { message: 'Not Found' });
          const raw = 'application/vnd.github.raw+json';
          if (request.headers.accept === raw) return send(200, text, raw);
          send(200, { type: 'file', encoding: 'base64', content: Buffer.from(text).toString('base64') });
        },
      ],
    ];
  }
  return github;
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
