/**
 * What people are told, one message an event: a sentence of ours and the command that shows the rest.
 *
 * SECURITY: no words of an agent, no value, no link and nothing to click: a chat tells, and never approves. Names of the
 * cloud stand in code marks, in which a chat makes neither links nor mentions.
 */
import { bodyOf, type LedgerEvent } from '../core/events.ts';
import { absoluteTime } from '../core/instant.ts';
import { makeVisibleLine } from '../core/render-safe.ts';
import { countedApprovals } from '../core/verdict.ts';
import type { Message } from './webhook.ts';

export const TOLD_KINDS = [
  'change.proposed',
  'change.approved',
  'change.rejected',
  'change.withdrawn',
  'change.stale',
  'change.executing',
  'change.finished',
  'change.closed',
  'policy.proposed',
  'policy.adopted',
  'halted',
  'resumed',
] as const;
type Kind = (typeof TOLD_KINDS)[number];

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const code = (text: string): string => `\`${escaped(makeVisibleLine(text, 120).replaceAll('`', "'"))}\``;
const show = (id: string): string => code(`countersign show ${id}`);

function sentenceOf(kind: Kind, event: LedgerEvent): string {
  const id = event.changeId ?? '';
  switch (kind) {
    case 'change.proposed': {
      const { target, environment, goal, sponsor, judgement, approveBy } = bodyOf(kind, event);
      const whose = sponsor === null ? 'An agent' : `An agent of ${code(sponsor)}`;
      const asks = `${whose} asks to ${goal.replaceAll('_', ' ')} ${code(target.name)} (${environment}).`;
      if (judgement.decision === 'pass') return `${asks} It needs no approval, and waits for an executor. ${show(id)}`;
      if (judgement.decision !== 'needs_approval') return `${asks} The guards denied it. ${show(id)}`;
      return `${asks} It needs ${countedApprovals(judgement.seats)} until ${absoluteTime(approveBy)}.\nRead it: ${show(id)}\nThen: ${code(`countersign approve ${id}`)} or ${code(`countersign reject ${id}`)}`;
    }
    case 'change.approved':
    case 'change.rejected': {
      const { person } = bodyOf(kind, event);
      return `${code(person)} ${kind === 'change.approved' ? 'approved' : 'rejected'} the change ${code(id)}. ${show(id)}`;
    }
    case 'change.withdrawn':
      return `The change ${code(id)} was withdrawn.`;
    case 'change.stale':
      return `The change ${code(id)} is stale, and was not executed. ${show(id)}`;
    case 'change.executing': {
      const { target, environment } = bodyOf(kind, event);
      return `The change ${code(id)} of ${code(target.name)} (${environment}) is executing.`;
    }
    case 'change.finished': {
      const { target, environment, outcome } = bodyOf(kind, event);
      return `The change ${code(id)} of ${code(target.name)} (${environment}) ended: ${outcome.state.replaceAll('_', ' ')}. ${show(id)}`;
    }
    case 'change.closed':
      return `The change ${code(id)} was closed. ${show(id)}`;
    case 'policy.proposed':
      return `Another policy waits for signatures: ${code(bodyOf(kind, event).digest)}. Read and sign it: ${code('countersign policy sign')}`;
    case 'policy.adopted':
      return `A policy was adopted: ${code(bodyOf(kind, event).digest)}.`;
    case 'halted':
      return 'Countersign was halted: nothing is planned, proposed or executed.';
    case 'resumed':
      return 'Countersign goes on after a halt.';
  }
}

/** As a state of a change, where the event alone tells it: an approval may be one of several. */
function stateOf(kind: Kind, event: LedgerEvent): string | undefined {
  if (kind === 'change.finished') return bodyOf(kind, event).outcome.state;
  if (kind !== 'change.proposed') return STATES[kind];
  const { decision } = bodyOf(kind, event).judgement;
  return decision === 'needs_approval' ? 'pending' : decision === 'pass' ? 'approved' : 'denied';
}
const STATES: { readonly [K in Kind]?: string } = {
  'change.rejected': 'rejected',
  'change.withdrawn': 'withdrawn',
  'change.stale': 'stale',
  'change.executing': 'executing',
  'change.closed': 'closed',
};

/** @param ledger the name of the ledger, so that two folders have no id in common. @returns null: nobody is told of it. */
export function messageOf(event: LedgerEvent, ledger: string): Message | null {
  const kind = TOLD_KINDS.find((one) => one === event.kind);
  if (kind === undefined) return null;
  const { seq, at, changeId } = event;
  const state = stateOf(kind, event);
  return {
    id: `${ledger}/${seq}`,
    text: sentenceOf(kind, event),
    data: { event: kind, at, seq, ...(changeId ? { change: changeId } : {}), ...(state ? { state } : {}) },
  };
}
