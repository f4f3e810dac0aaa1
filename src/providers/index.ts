/** The providers that there are. What is asked of one without its SDK is here; the composition root makes the rest. */
import { awsRules } from './aws/rules.ts';
import { joinRules } from './join.ts';
import { terraformRules } from './terraform/rules.ts';

export { awsOutside as providerOutside } from './aws/outside.ts';
export const providerRules = joinRules([awsRules, terraformRules]);
