/** The providers that there are. What is asked of one without its SDK is here; the composition root makes the rest. */
import type { ProviderRules } from '../core/ports.ts';
import { awsRules } from './aws/rules.ts';
import { joinRules } from './join.ts';
import { terraformRules } from './terraform/rules.ts';

export { awsOutside as providerOutside } from './aws/outside.ts';
export const providerRules = joinRules([awsRules, terraformRules]);

/** With what the tables of every provider say of types: those of one take as long to load as a command. */
export async function providerRulesWithTypes(): Promise<ProviderRules> {
  const { familyOf } = await import('./terraform/knowledge/index.ts');
  // A sketch names no provider: the one that the type is called by.
  const judged = (type: string) => familyOf(type, type.split('_')[0]).judge(type);
  const terraform: ProviderRules = {
    ...terraformRules,
    holdsOf: (type) => judged(type).holds,
    isRevisionType: (type) => judged(type).revision,
  };
  return joinRules([awsRules, terraform]);
}
