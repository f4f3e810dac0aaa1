/** What is known of resource types, by provider. Data with a source in each row. */
import { aws } from './aws/family.ts';
import { azurerm } from './azurerm/family.ts';
import { builtin } from './builtin.ts';
import { google } from './google/family.ts';
import type { Family } from './judgement.ts';
import { unknownTypes } from './unknown.ts';

export type { Family, Fate, Judged, Resource, Values } from './judgement.ts';
export { unknownTypes } from './unknown.ts';

/** The first that has the type decides. */
export const families: readonly Family[] = [aws, google, azurerm, builtin, unknownTypes];

/** Whose types the tables are of, at whichever registry; the bare names are of Terraform 0.12. */
const PROVIDERS =
  /^(?:(?:(?:[\w.-]+\/)?hashicorp\/)?(?:aws|awscc|google|google-beta|azurerm|random|tls|time|local|null|archive)|terraform\.io\/builtin\/terraform|terraform)$/;

/** SECURITY: a type of the same name from another provider is another type, and unknown. */
export const familyOf = (type: string, provider: string | undefined): Family =>
  (PROVIDERS.test(provider ?? '') ? families.find((family) => family.isOf(type)) : undefined) ?? unknownTypes;
