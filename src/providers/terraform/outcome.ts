/**
 * What became of an apply, from facts alone: the lines that Terraform wrote itself, the state as the backend has it now,
 * and whether the process is gone. Its exit code says nothing: it was 1 after everything was applied.
 *
 * INVARIANT: a resource that was begun, and of which neither a line nor the state says how it ended, is not known; and
 * what was done but is in no state is not known to the next plan, so that the workspace stays locked.
 */
import type { Message } from './copy.ts';
import type { PlannedChange } from './draft.ts';
import type { Instance, State } from './state.ts';

export interface Facts {
  changes: readonly PlannedChange[];
  messages: readonly Message[];
  errors: string;
  /** It says that something else than the state's own lock or place is wrong: a condition that does not hold, say. */
  hasFailed: boolean;
  /** As it was signed, and as it is now. */
  signed: Pick<State, 'digest' | 'lineage' | 'serial'>;
  now: State;
  /** A state that could not be written lies beside the copy. */
  hasUnsaved: boolean;
  /** The machine was started anew since: lines may be lost. */
  linesMayBeLost: boolean;
  /** What the cloud itself says of changes that were begun, by their addresses. */
  inCloud?: ReadonlyMap<string, 'done' | 'failed'>;
}
export interface Ended {
  state: 'succeeded' | 'failed' | 'unknown';
  /** Did any resource change, or may it have? */
  acted: boolean;
  detail: string;
  /** Changes that were begun, and whose end is not known: the cloud may tell. */
  open: readonly PlannedChange[];
}

type Fate = 'done' | 'half done' | 'failed' | 'not begun' | 'unknown' | 'not in the state';

export function outcomeOf(facts: Facts): Ended {
  const fates = facts.changes.map((change) => ({ ...change, fate: fateOf(change, facts) }));
  const ended = endedOf(fates, facts);
  const isOpen = ended.state === 'unknown' && !facts.hasUnsaved;
  return { ...ended, open: isOpen ? fates.filter(({ fate }) => fate === 'unknown') : [] };
}

function endedOf(fates: readonly (PlannedChange & { fate: Fate })[], facts: Facts): Omit<Ended, 'open'> {
  const { now, signed, errors } = facts;
  const of = (fate: Fate) => fates.filter((one) => one.fate === fate).map(({ address }) => address);
  const wrote = now.digest !== signed.digest;
  const why = errors === '' ? '' : ` ${sentence(errors)}`;
  const told = tell(fates) + (facts.inCloud ? ' (The cloud was asked, too.)' : '');
  if (signed.lineage !== null && now.lineage !== signed.lineage)
    return {
      state: 'unknown',
      acted: true,
      detail: `The state has another lineage than the signed one. ${told}${why}`,
    };
  if (facts.hasUnsaved)
    return {
      state: 'unknown',
      acted: true,
      detail: `The state could not be written to its backend and lies in errored.tfstate of the working directory: a person must push it. ${told}${why}`,
    };
  if (of('unknown').length > 0 || of('not in the state').length > 0)
    return { state: 'unknown', acted: true, detail: `${told}${why}` };
  if (fates.every(({ fate }) => fate === 'done') && (wrote || fates.length > 0 || saysDone(facts)))
    return facts.hasFailed
      ? { state: 'failed', acted: true, detail: `${told}${why}` }
      : { state: 'succeeded', acted: true, detail: `${told} The state has serial ${now.serial ?? 'none'}.` };
  if (!wrote && facts.messages.every(({ type }) => type !== 'apply_start'))
    return facts.linesMayBeLost
      ? { state: 'unknown', acted: true, detail: 'The machine was restarted, and the lines of the apply may be lost.' }
      : { state: 'failed', acted: false, detail: `Nothing was applied.${why}` };
  return { state: 'failed', acted: true, detail: `${told}${why}` };
}

const sentence = (text: string) => text.replace(/[.\s]*$/, '.');

const saysDone = ({ messages }: Facts): boolean =>
  messages.some(({ type, changes }) => type === 'change_summary' && changes?.operation === 'apply');

/** Operations of Terraform that a change is made of, as its lines name them. */
const OPERATIONS: Record<PlannedChange['does'], readonly string[]> = {
  make: ['create', 'delete'],
  update: ['update'],
  remove: ['delete'],
  move: [],
};

function fateOf(change: PlannedChange, facts: Facts): Fate {
  const { address, does } = change;
  const { messages, now, signed } = facts;
  const own = messages.filter(
    ({ hook }) => hook?.resource?.addr === plain(address) && (!hook.action || OPERATIONS[does].includes(hook.action)),
  );
  const of = (type: string) => own.filter((one) => one.type === type);
  const [begun, complete] = [of('apply_start'), of('apply_complete')];
  const there = now.instances.get(address);
  const isAsPlanned = does === 'remove' ? there === undefined : there !== undefined && !there.tainted;
  const wrote = now.digest !== signed.digest;
  if (of('apply_errored').length > 0) return 'failed';
  // A state alone tells that something is there or gone, not that it was changed in place.
  const inCloud = facts.inCloud?.get(address);
  if (begun.length > complete.length && inCloud) return inCloud;
  if (begun.length > complete.length) return wrote && isAsPlanned && does === 'remove' ? 'done' : 'unknown';
  if (complete.length > 0) {
    if (!isAsPlanned || !wrote || complete.some((one) => isAnother(one, there))) return 'not in the state';
    return does === 'make' && hasLeft(address, facts) ? 'half done' : 'done';
  }
  // What leaves the state or is renamed in it is no one's operation but the state's.
  if (wrote && (does === 'move' || does === 'remove') && isAsPlanned) return 'done';
  if (facts.linesMayBeLost) return 'unknown';
  return 'not begun';
}

/** INVARIANT: a state that was written before the object was made has the one before it, under the same address. */
function isAnother({ hook }: Message, there: Instance | undefined): boolean {
  const { action, id_key: key, id_value: value } = hook ?? {};
  if (action === 'delete' || (key !== 'id' && key !== 'name') || there?.names[key] === undefined) return false;
  return there.names[key] !== value;
}

/** The object before it, which is removed last, or not at all; one that is left of earlier runs has a change of its own. */
const hasLeft = (address: string, { now, changes }: Facts): boolean =>
  [...now.instances.keys()].some(
    (one) => one.startsWith(`${address} (deposed `) && !changes.some((other) => other.address === one),
  );

/** Lines name a deposed object by its address. */
const plain = (address: string) => address.replace(/ \(deposed \w+\)$/, '');

const WORDS: Record<Fate, string> = {
  done: 'Applied',
  'half done': 'Applied, with the old object left behind',
  failed: 'Failed',
  'not begun': 'Not begun',
  unknown: 'Begun, with an unknown end',
  'not in the state': 'Applied, but not in the state',
};
const MOST = 10;

function tell(fates: readonly { address: string; fate: Fate }[]): string {
  return Object.entries(WORDS)
    .flatMap(([fate, words]) => {
      const those = fates.filter((one) => one.fate === fate).map(({ address }) => address);
      if (those.length === 0) return [];
      const more = those.length > MOST ? ` and ${those.length - MOST} more` : '';
      return [`${words}: ${those.slice(0, MOST).join(', ')}${more}.`];
    })
    .join(' ');
}
