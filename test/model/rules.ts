/**
 * What may be recorded of a change, by how it stands and by the newest record of its newest call. The one table: the
 * Promela model asserts it at each of its records (`rulesOfModel`), and `replay.ts` holds real ledgers against it.
 */
export type State = 'approved' | 'executing' | 'unknown' | 'succeeded' | 'failed' | 'closed';
export type Newest = 'none' | 'intended' | 'returned' | 'refused' | 'lost';
export type Recorded = 'begin' | 'intend' | 'return' | 'refuse' | 'lose' | 'succeed' | 'fail' | 'give_up' | 'close';

type Row = `${State} ${Newest}`;
/** An answer is recorded also where a look or a person was faster: it is no state. */
const ANSWERED: readonly Row[] = ['executing intended', 'succeeded intended', 'failed intended', 'closed intended'];

export const RULES: Readonly<Record<Recorded, readonly Row[]>> = {
  begin: ['approved none'],
  intend: ['executing returned'],
  return: ANSWERED,
  refuse: ['executing intended', 'failed intended', 'closed intended'],
  lose: ANSWERED,
  succeed: ['executing intended', 'executing returned', 'executing lost', 'unknown returned', 'unknown lost'],
  fail: [
    'executing intended',
    'executing returned',
    'executing refused',
    'executing lost',
    'unknown returned',
    'unknown lost',
  ],
  give_up: ['executing returned', 'executing lost'],
  close: [
    'executing intended',
    'executing returned',
    'executing refused',
    'executing lost',
    'unknown returned',
    'unknown lost',
  ],
};

/** Of the product, and outside of the model: a rehearsal that ended the change, and a refused call that leaves once more. */
export const BESIDE_THE_MODEL: Readonly<Partial<Record<Recorded, readonly Row[]>>> = {
  intend: ['executing refused'],
  fail: ['executing none'],
  give_up: ['executing none'],
  close: ['executing none', 'unknown none'],
  succeed: [],
};

const condition = (row: Row) => {
  const [state, newest] = row.split(' ');
  return `((s) == ${state} && (k) == ${newest})`;
};

/** Included by road.pml. @param unreached a row that is asserted never to come up: the model must break it. */
export function rulesOfModel(unreached?: { recorded: Recorded; row: Row }): string {
  return Object.entries(RULES)
    .map(([recorded, rows]) => {
      const without = unreached?.recorded === recorded ? rows.filter((row) => row !== unreached.row) : rows;
      return `#define may_${recorded}(s, k) (${without.map(condition).join(' || ') || 'false'})\n`;
    })
    .join('');
}

export const everyRow = (): { recorded: Recorded; row: Row }[] =>
  Object.entries(RULES).flatMap(([recorded, rows]) => rows.map((row) => ({ recorded: recorded as Recorded, row })));

export const isAllowed = (recorded: Recorded, state: State, newest: Newest): boolean =>
  [...RULES[recorded], ...(BESIDE_THE_MODEL[recorded] ?? [])].includes(`${state} ${newest}`);
