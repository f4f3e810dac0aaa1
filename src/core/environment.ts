/** How much an outage would hurt. Only the policy says it; a stack that no scope labels is production. */
import { z } from 'zod';

/** Strictest first. */
export const ENVIRONMENTS = ['production', 'development', 'disposable'] as const;
export const environmentSchema = z.enum(ENVIRONMENTS);
export type Environment = z.infer<typeof environmentSchema>;
