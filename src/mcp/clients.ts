/** What is known of clients, by the name that they give themselves; tried in `test/clients` (docs/clients.md). */

/** They hand a model both the text and the structure of an answer: each says the same, so it would be paid for twice. */
const SHOW_BOTH: ReadonlySet<string> = new Set(['@langchain/mcp-adapters', 'copilot-cli']);
const SAID_ONCE = 'The answer is in structuredContent.';

/** @param text complete by itself. @returns what stands beside the structure of an answer to this client. */
export const textBeside = (text: string, agent: string | undefined): string =>
  agent !== undefined && SHOW_BOTH.has(agent) ? SAID_ONCE : text;
