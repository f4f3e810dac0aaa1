/** The changes that were proposed for a pull request, as their ledger lists them. */
import { CountersignError } from '../core/errors.ts';
import type { Forge, PullRequest, Settings, StateServer } from './ports.ts';
import { isTicketOf, ticketOf } from './ticket.ts';

export interface KnownChange {
  id: string;
  state: string;
  /** Proposed for its newest commit. */
  isOfHead: boolean;
}

/** Newest first; what is older than this many changes is not looked for. */
const [PAGE, PAGES] = [100, 10];

export async function changesOf(
  request: PullRequest,
  { server, forge, settings }: { server: StateServer; forge: Forge; settings: Settings },
): Promise<KnownChange[]> {
  const found: KnownChange[] = [];
  let cursor: unknown;
  for (let page = 0; page < PAGES; page += 1) {
    const answer = await server.call('describe_changes', { limit: PAGE, ...(cursor ? { cursor } : {}) });
    if (!answer.ok) throw new CountersignError('CI_STATE_UNREACHABLE', answer.message, answer.remedy);
    const { changes, cursor: next } = answer.content as { changes: Record<string, unknown>[]; cursor?: string };
    for (const { change_id, state, target, ticket } of changes)
      if (target === settings.stack && isTicketOf(ticket, request, forge.mark)) {
        const isOfHead = ticket === ticketOf(request, forge.mark);
        found.push({ id: String(change_id), state: String(state), isOfHead });
      }
    if (next === undefined) break;
    cursor = next;
  }
  return found;
}
