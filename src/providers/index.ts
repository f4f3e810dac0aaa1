/** The providers that there are. What is asked of one without its SDK is here; the composition root makes the rest. */

export { awsOutside as providerOutside } from './aws/outside.ts';
export { awsRules as providerRules } from './aws/rules.ts';
