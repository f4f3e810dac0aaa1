/**
 * By which a change is found again for a pull request: runners forget, and comments can be edited.
 *
 * Limit: the ticket is the proposer's word. A commit is called deployed by what a plan of it finds left to change,
 * never by a ticket alone.
 */
import type { Forge, PullRequest } from './ports.ts';

const MOST = 80;
const SHORT_COMMIT = 12;

export function ticketOf({ repository, repositoryId, number, head }: PullRequest, mark: Forge['mark']): string {
  const rest = `${mark}${number}@${head.slice(0, SHORT_COMMIT)}`;
  const named = `${repository}${rest}`;
  return named.length <= MOST ? named : `repository-${repositoryId}${rest}`;
}

/** Of any commit of this request. */
export function isTicketOf(ticket: unknown, request: PullRequest, mark: Forge['mark']): boolean {
  const own = ticketOf(request, mark);
  const ofAny = own.slice(0, own.lastIndexOf('@') + 1);
  return typeof ticket === 'string' && ticket.startsWith(ofAny);
}
