/**
 * MCP Apps (SEP-1865, 2026-01-26): a client that can show HTML is given a card beside the answers about plans and changes.
 *
 * The page is one document for all of them, without addresses of its own; the card itself is in `_meta` of an answer,
 * which is for the host and never for the model. A client that does not declare the extension sees nothing of it.
 */
import type { Server } from '@modelcontextprotocol/server';
import type { ListedTool } from './tool-list.ts';

export const CARD_META_KEY = 'countersign/card';
const EXTENSION = 'io.modelcontextprotocol/ui';
const MIME_TYPE = 'text/html;profile=mcp-app';
/** No list names a domain: the page loads nothing and asks nothing. The page's own policy is stricter still. */
const META = { ui: { csp: { connectDomains: [], resourceDomains: [] }, prefersBorder: true } };

export const CARD = {
  uri: 'ui://countersign/card',
  name: 'card',
  title: 'Card of a plan or a change',
  description: 'Shows people the plan or the change of an answer. Nothing on it approves.',
  mimeType: MIME_TYPE,
  _meta: META,
};

export const cardContents = (text: string) => ({ uri: CARD.uri, mimeType: MIME_TYPE, text, _meta: META });

export function showsCards(server: Server): boolean {
  const { mimeTypes } = (server.getClientCapabilities()?.extensions?.[EXTENSION] ?? {}) as { mimeTypes?: unknown };
  return Array.isArray(mimeTypes) && mimeTypes.includes(MIME_TYPE);
}

const SHOWN = ['describe_plan', 'describe_change', 'propose_change', 'withdraw_change'];

export const withCards = (tools: readonly ListedTool[]) =>
  tools.map((tool) =>
    tool.name.startsWith('plan_') || SHOWN.includes(tool.name)
      ? { ...tool, _meta: { ui: { resourceUri: CARD.uri } } }
      : tool,
  );
