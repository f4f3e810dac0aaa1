/** Denials and holds for two approvals of the pairs campaign that were read by hand and found to be too much, and why. */
export const TOO_MUCH: Readonly<Record<string, string>> = {};

/** Of the other denials and holds for two approvals: a sample drawn by a seeded shuffle, whose templates were compared by hand. */
export const READ: readonly string[] =
  '018 028 029 031 034 035 039 045 047 050 051 056 057 062 075 083 086 107 116 119'.split(' ');
