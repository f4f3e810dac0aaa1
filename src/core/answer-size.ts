/** How long an answer may be, in characters: the one place that says so. */

/** So few effects are told with their values and reasons. */
export const FEW_EFFECTS = 10;
export const EFFECTS_SHOWN = 20;
/** However long the reasons are, so many are shown. */
export const LEAST_EFFECTS = 1;

/** Text and structure together. A little is left for the client's own frame. */
export const WHOLE = { few: 2_900, many: 5_900 } as const;
/** The structure alone: what a denial says twice, here and in the text, is the rest. */
export const STRUCTURE = { few: 1_950, many: 4_600 } as const;

export const sizeFor = (effects: number): keyof typeof WHOLE => (effects <= FEW_EFFECTS ? 'few' : 'many');
