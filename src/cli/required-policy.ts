import type { Config } from '../config.ts';
import { CountersignError } from '../core/errors.ts';

/** @returns the policy's path. @throws CONFIG_NO_POLICY */
export function requiredPolicy({ policyPath }: Pick<Config, 'policyPath'>): string {
  if (policyPath) return policyPath;
  throw new CountersignError('CONFIG_NO_POLICY', 'No policy given.', 'Name it with --policy or COUNTERSIGN_POLICY.');
}
