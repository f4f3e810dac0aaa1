/** How much an outage would hurt. Only the policy says it; a stack that no scope labels is production. */

/** Strictest first. */
export const ENVIRONMENTS = ['production', 'development', 'disposable'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];
