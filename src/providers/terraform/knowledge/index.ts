/** What is known of resource types, by provider. Data with a source in each row. */
import { aws } from './aws/family.ts';
import { azurerm } from './azurerm/family.ts';
import { builtin } from './builtin.ts';
import { google } from './google/family.ts';
import type { Family } from './judgement.ts';
import { unknownTypes } from './unknown.ts';

export type { Family, Fate, Judged, Resource, Values } from './judgement.ts';

/** The first that has the type decides. */
export const families: readonly Family[] = [aws, google, azurerm, builtin, unknownTypes];

export const familyOf = (type: string): Family => families.find((family) => family.isOf(type)) ?? unknownTypes;
