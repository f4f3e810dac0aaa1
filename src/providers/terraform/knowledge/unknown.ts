/** Types that nobody has judged yet: each could hold data, and nothing of it is known to be protected. */
import { commonMarks } from './common.ts';
import type { Family } from './judgement.ts';

export const unknownTypes: Family = {
  isOf: () => true,
  judge: () => ({ holds: 'unknown', revision: false, noBackup: false }),
  fate: () => ({ attribute: 'no attribute that keeps it', effective: 'Delete' }),
  judgeAll: (resources) => ({
    marks: new Map(resources.map(({ address, before, after }) => [address, commonMarks(before, after)])),
    protections: [],
    lowered: [],
  }),
};
