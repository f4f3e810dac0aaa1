/** `policy check`: errors and warnings of a policy file, for a person, an editor or CI. */
import { guards } from '../../guards/index.ts';
import { CountersignError } from '../core/errors.ts';
import type { ProviderRules } from '../core/ports.ts';
import { checkPolicy, type Warning } from '../policy/check.ts';
import { loadPolicy } from '../policy/load.ts';
import type { Policy } from '../policy/model.ts';

export interface CheckReport {
  policy: string;
  valid: boolean;
  digest: string | null;
  /** `file:line:column message`. */
  errors: string[];
  warnings: Warning[];
}

/** @throws CountersignError CONFIG_POLICY_UNREADABLE. */
export async function checkPolicyFile(path: string, now = new Date()): Promise<CheckReport> {
  try {
    const policy = loadPolicy(path, guards, now);
    const warnings = checkPolicy({ policy, guards, now, ...(await typesNamed(policy)) });
    return { policy: path, valid: true, digest: policy.digest, errors: [], warnings };
  } catch (error) {
    if (!(error instanceof CountersignError) || error.code !== 'CONFIG_POLICY_INVALID') throw error;
    return { policy: path, valid: false, digest: null, errors: error.cause as string[], warnings: [] };
  }
}

/** What is known of types, where a rule may name one: loading it takes longer than the rest of the check. */
async function typesNamed({ rules }: Policy): ReturnType<ProviderRules['knownTypes']> {
  if (rules.rules.length === 0) return { isKnownType: () => true, isKnownService: () => true };
  const { providerRules } = await import('../providers/index.ts');
  return providerRules.knownTypes();
}

/** `strict`: for CI, where a warning is to be mended as well. */
export function isAccepted({ valid, warnings }: CheckReport, strict: boolean): boolean {
  return valid && !(strict && warnings.length > 0);
}

export function checkText({ policy, valid, digest, errors, warnings }: CheckReport): string {
  const counted = warnings.length === 1 ? '1 warning' : `${warnings.length} warnings`;
  return [
    ...errors.map((error) => `error    ${error}`),
    // A rule's place begins with its own file.
    ...warnings.map(({ place, message }) => `warning  ${/^\d+:/.test(place) ? `${policy}:` : ''}${place} ${message}`),
    valid ? `${policy} is valid, with ${counted}. Digest ${digest}.` : `${policy} is not valid, so nothing is allowed.`,
  ].join('\n');
}
