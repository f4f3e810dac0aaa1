/** Types that nobody has judged yet: each could hold data, and nothing of it is known to be protected. */
import type { Family } from './judgement.ts';

export const unknownTypes: Family = {
  isOf: () => true,
  judge: () => ({ holds: 'unknown', revision: false, noBackup: false }),
  fate: () => ({ attribute: 'no policy', effective: 'Delete' }),
  marks: () => new Map(),
  protections: () => [],
  lowered: () => [],
};
