/** How long an answer may be, in characters: the one place that says so. */

/** So few effects are told with their values and reasons. */
export const FEW_EFFECTS = 10;
export const EFFECTS_SHOWN = 20;
/** However long the reasons are, so many are shown. */
export const LEAST_EFFECTS = 1;

/** The structure alone; the text beside it says the same, and is never longer. */
export const STRUCTURE = { few: 1_300, many: 2_950 } as const;
/** The effects of one page of a long plan. */
export const PAGE_ITEMS = 2_400;

export const sizeFor = (effects: number): keyof typeof STRUCTURE => (effects <= FEW_EFFECTS ? 'few' : 'many');
