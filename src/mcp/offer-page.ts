/**
 * Offers the review page of a change that waits for people, where the client says that it can open addresses
 * (`elicitation.url`, MCP 2025-11-25).
 *
 * SECURITY: what the client answers is read nowhere: it approves nothing, and nothing waits for it.
 */
import type { Server } from '@modelcontextprotocol/server';
import type { ToolAnswer } from '../core/pipeline.ts';

const NOT_READ_AFTER_MILLISECONDS = 10 * 60_000;

/** @param offered changes that were offered already: each is offered once in a process. */
export function offerPage(server: Server, reviewUrl: string, answer: ToolAnswer, offered: Set<string>): void {
  const { state, change_id: id } = answer.ok ? answer.content : {};
  if (state !== 'pending' || typeof id !== 'string' || offered.has(id)) return;
  if (!server.getClientCapabilities()?.elicitation?.url || !URL.canParse(reviewUrl)) return;
  offered.add(id);
  const url = new URL(`/changes/${encodeURIComponent(id)}`, reviewUrl).href;
  const message = `The change ${id} waits for approvals. Opening this page approves nothing: its approvers read and sign it there, or with countersign show ${id}.`;
  server
    .elicitInput({ mode: 'url', message, url, elicitationId: `review-${id}` }, { timeout: NOT_READ_AFTER_MILLISECONDS })
    .catch(() => undefined);
}
