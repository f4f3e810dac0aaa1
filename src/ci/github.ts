/**
 * Pull requests of GitHub, by its REST API (version 2022-11-28), and what a workflow is told of one.
 *
 * SECURITY: the template is read as bytes of a commit. Nothing of a pull request is checked out, run, or put into a
 * command; of its title, its branch and its text nothing is read.
 */
import { z } from 'zod';
import type { Asked } from './attend.ts';
import { markerOf } from './comment.ts';
import type { Forge, PullRequest } from './ports.ts';
import { apiAt } from './web.ts';

const requestSchema = z.object({
  number: z.number().int().positive(),
  merged: z.boolean().nullish(),
  head: z.object({
    sha: z.string().regex(/^[\da-f]{40,64}$/),
    repo: z.object({ full_name: z.string() }).nullable(),
  }),
  base: z.object({ repo: z.object({ full_name: z.string().regex(/^[\w.-]+\/[\w.-]+$/), id: z.number() }) }),
  labels: z.array(z.object({ name: z.string() })).default([]),
});
const eventSchema = z.object({
  action: z.string().optional(),
  label: z.object({ name: z.string() }).optional(),
  pull_request: requestSchema.optional(),
});
const commentSchema = z.object({
  id: z.number(),
  user: z.object({ login: z.string() }).nullable(),
  body: z.string().nullish(),
});

function requestOf({ number, merged, head, base, labels }: z.infer<typeof requestSchema>): PullRequest {
  const { full_name: repository, id } = base.repo;
  return {
    number,
    repository,
    repositoryId: String(id),
    head: head.sha,
    // A fork that is gone is one too.
    isFork: head.repo?.full_name !== repository,
    isMerged: merged === true,
    labels: labels.map(({ name }) => name),
  };
}

const NEW_COMMIT = ['opened', 'reopened', 'synchronize', 'ready_for_review'];
const ON_PULL_REQUESTS = ['pull_request', 'pull_request_target'];
/** Those that come by the clock, by hand, or from elsewhere: every open request is looked at. */
const FOLLOWING = ['schedule', 'workflow_dispatch', 'repository_dispatch'];

export interface GithubTask {
  /** Absent: all open requests. */
  request: PullRequest | undefined;
  asked: Asked;
}

/** What an event asks for. @returns why nothing, in a sentence. */
export function githubTask(name: string, payload: unknown, label: string): GithubTask | string {
  if (FOLLOWING.includes(name)) return { request: undefined, asked: 'follow' };
  const parsed = eventSchema.safeParse(payload);
  if (!ON_PULL_REQUESTS.includes(name) || !parsed.success || !parsed.data.pull_request)
    return `The event ${name} is none of a pull request.`;
  const { action = '', label: named, pull_request } = parsed.data;
  const request = requestOf(pull_request);
  const isOurs = named?.name === label;
  if (action === 'closed') return { request, asked: 'withdraw' };
  if (action === 'labeled' && isOurs) return { request, asked: 'propose' };
  if (action === 'unlabeled' && isOurs) return { request, asked: 'withdraw' };
  if (!NEW_COMMIT.includes(action)) return 'This event changes neither the commit nor the label.';
  if (request.isFork)
    return `The commits are of a fork. A person with write access can add the label ${label} to plan them.`;
  return { request, asked: 'plan' };
}

export interface GithubAccess {
  /** `GITHUB_API_URL`. */
  api: string;
  token: string;
  repository: string;
  /** Who writes with this token. */
  author: string;
  template: string;
  stack: string;
  label: string;
}

export function github({ api, token, repository, author, template, stack, label }: GithubAccess): Forge {
  const { text, json, all } = apiAt(api, {
    authorization: `Bearer ${token}`,
    accept: 'application/vnd.github+json',
    'x-github-api-version': '2022-11-28',
    'user-agent': 'countersign',
  });
  const at = `/repos/${repository}`;
  const marker = markerOf(stack);
  const ours = async (number: number) => {
    for await (const one of all(`${at}/issues/${number}/comments?sort=created`)) {
      const { success, data } = commentSchema.safeParse(one);
      if (success && data.user?.login === author && data.body?.startsWith(marker)) return data;
    }
    return undefined;
  };
  return {
    mark: '#',
    async openRequests() {
      const found: PullRequest[] = [];
      for await (const one of all(`${at}/pulls?state=open`)) {
        const { success, data } = requestSchema.safeParse(one);
        if (success && data.base.repo.full_name === repository) found.push(requestOf(data));
      }
      return found.filter(({ isFork }) => !isFork);
    },
    template: ({ head }) =>
      text(`${at}/contents/${template.split('/').map(encodeURIComponent).join('/')}?ref=${head}`, {
        headers: { accept: 'application/vnd.github.raw+json' },
      }),
    async comment({ number }, body, onlyUpdate) {
      const own = await ours(number);
      if (own?.body === body || (!own && onlyUpdate)) return;
      if (own) await json(`${at}/issues/comments/${own.id}`, { method: 'PATCH', body: { body } });
      else await json(`${at}/issues/${number}/comments`, { method: 'POST', body: { body } });
    },
    async status({ head }, state, description) {
      const context = `countersign/${stack}`;
      await json(`${at}/statuses/${head}`, { method: 'POST', body: { state, description, context } });
    },
    async takeLabel({ number }) {
      await text(`${at}/issues/${number}/labels/${encodeURIComponent(label)}`, { method: 'DELETE' });
    },
  };
}
