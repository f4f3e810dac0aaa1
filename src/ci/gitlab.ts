/**
 * Merge requests of GitLab, by its REST API (v4).
 *
 * SECURITY: the pipeline of a merge request is defined by its author, so it only plans. What proposes is a pipeline of a
 * protected branch, for the merge request that its commit came from.
 */
import { z } from 'zod';
import type { Asked } from './attend.ts';
import { markerOf } from './comment.ts';
import type { Forge, PullRequest } from './ports.ts';
import { apiAt } from './web.ts';

const noteSchema = z.object({
  id: z.number(),
  body: z.string(),
  system: z.boolean(),
  author: z.object({ id: z.number() }),
});
const requestSchema = z.object({ iid: z.number().int().positive(), state: z.string() });

export interface GitlabAccess {
  /** `CI_API_V4_URL`. */
  api: string;
  /** A project access token. */
  token: string;
  projectId: string;
  /** `CI_PROJECT_PATH`. */
  repository: string;
  template: string;
  stack: string;
}
export interface GitlabPipeline {
  source: string;
  commit: string;
  /** Of a pipeline of a merge request. */
  requestNumber: string | undefined;
  sourceProjectId: string | undefined;
  isProtected: boolean;
  wantsProposal: boolean;
}

/** @returns the request and what is asked of it, or why nothing, in a sentence. */
export async function gitlabTask(
  { projectId, api, token, repository }: GitlabAccess,
  pipeline: GitlabPipeline,
): Promise<{ request: PullRequest; asked: Asked } | string> {
  const base = { repository, repositoryId: projectId, head: pipeline.commit, labels: [] };
  if (pipeline.source === 'merge_request_event') {
    const isFork = pipeline.sourceProjectId !== projectId;
    if (isFork) return 'The commits are of a fork, and are not planned.';
    return { request: { ...base, number: Number(pipeline.requestNumber), isFork, isMerged: false }, asked: 'plan' };
  }
  if (!pipeline.isProtected) return 'Only a pipeline of a merge request or of a protected branch is attended to.';
  const { all } = apiAt(api, { 'private-token': token });
  for await (const one of all(
    `/projects/${projectId}/repository/commits/${pipeline.commit}/merge_requests?state=merged`,
  )) {
    const { success, data } = requestSchema.safeParse(one);
    if (!success) continue;
    const request = { ...base, number: data.iid, isFork: false, isMerged: true };
    return { request, asked: pipeline.wantsProposal ? 'propose' : 'follow' };
  }
  return 'No merge request brought this commit.';
}

export function gitlab({ api, token, projectId, template, stack }: GitlabAccess): Forge {
  const { text, json, all } = apiAt(api, { 'private-token': token });
  const at = `/projects/${projectId}`;
  const marker = markerOf(stack);
  return {
    mark: '!',
    openRequests: async () => [],
    template: ({ head }) => text(`${at}/repository/files/${encodeURIComponent(template)}/raw?ref=${head}`),
    async comment({ number }, body, onlyUpdate) {
      const notes = `${at}/merge_requests/${number}/notes`;
      const { id: me } = z.object({ id: z.number() }).parse(await json('/user'));
      let own: z.infer<typeof noteSchema> | undefined;
      for await (const one of all(`${notes}?order_by=created_at&sort=asc`)) {
        const { success, data } = noteSchema.safeParse(one);
        if (success && !data.system && data.author.id === me && data.body.startsWith(marker)) own ??= data;
      }
      if (own?.body === body || (!own && onlyUpdate)) return;
      if (own) await json(`${notes}/${own.id}`, { method: 'PUT', body: { body } });
      else await json(notes, { method: 'POST', body: { body } });
    },
    async status({ head }, state, description) {
      const told = state === 'failure' || state === 'error' ? 'failed' : state;
      await json(`${at}/statuses/${head}`, {
        method: 'POST',
        body: { state: told, description, name: `countersign/${stack}` },
      });
    },
    takeLabel: async () => undefined,
  };
}
