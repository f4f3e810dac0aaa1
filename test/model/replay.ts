/** Holds the events of a ledger against the rules that the model is held against (`rules.ts`). */
import type { LedgerEvent } from '../../src/core/events.ts';
import { isAllowed, type Newest, type Recorded, type State } from './rules.ts';

interface Standing {
  state: State;
  newest: Newest;
  /** By step: sent since it was refused, or at all. */
  begun: Set<string>;
  target: string;
}
type Body = { step?: string; outcome?: { state: string }; target?: { name: string } };

const ANSWERS: Readonly<Record<string, [Recorded, Newest]>> = {
  'call.returned': ['return', 'returned'],
  'call.failed': ['refuse', 'refused'],
  'call.unknown': ['lose', 'lost'],
};
const ENDS: Readonly<Record<string, [Recorded, State]>> = {
  succeeded: ['succeed', 'succeeded'],
  failed: ['fail', 'failed'],
  rolled_back: ['fail', 'failed'],
  unknown: ['give_up', 'unknown'],
};

/** @returns the first event that the rules do not allow, in words; null: all are. */
export function disallowed(events: readonly LedgerEvent[]): string | null {
  const changes = new Map<string, Standing>();
  let isHalted = false;
  for (const { seq, kind, changeId = '', body } of events) {
    if (kind === 'halted' || kind === 'resumed') isHalted = kind === 'halted';
    const about = body as Body;
    const change = changes.get(changeId) ?? { state: 'approved', newest: 'none', begun: new Set(), target: '' };
    const refuse = (recorded: string, why = `${change.state}, ${change.newest}`) =>
      `event ${seq} (${kind}) of ${changeId}: ${recorded} is not allowed: ${why}`;
    const may = (recorded: Recorded) => isAllowed(recorded, change.state, change.newest);
    if (kind === 'change.executing') {
      const isLocked = [...changes.values()].some(
        ({ state, target }) => /^(?:executing|unknown)$/.test(state) && target === about.target?.name,
      );
      if (!may('begin') || isHalted || isLocked) return refuse('begin', `halted ${isHalted}, locked ${isLocked}`);
      changes.set(changeId, { ...change, state: 'executing', target: about.target?.name ?? '' });
    } else if (kind === 'call.intended') {
      const step = about.step ?? '';
      const isFirst = change.state === 'executing' && change.newest === 'none';
      if ((!isFirst && !may('intend')) || isHalted || change.begun.has(step)) return refuse('intend');
      change.begun.add(step);
      changes.set(changeId, { ...change, newest: 'intended' });
    } else if (ANSWERS[kind]) {
      const [recorded, newest] = ANSWERS[kind];
      if (!may(recorded)) return refuse(recorded);
      if (newest === 'refused') change.begun.delete(about.step ?? '');
      changes.set(changeId, { ...change, newest });
    } else if (kind === 'change.finished' || kind === 'change.closed') {
      const [recorded, state] = kind === 'change.closed' ? (['close', 'closed'] as const) : ENDS[about.outcome!.state]!;
      if (!may(recorded)) return refuse(recorded);
      changes.set(changeId, { ...change, state });
    }
  }
  return null;
}
