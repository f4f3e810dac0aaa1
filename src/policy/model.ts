/** The policy as the other rooms read it. */
import type { Environment } from '../core/environment.ts';
import type { Person } from '../people/person.ts';
import type { LoadedRules } from './rules/load.ts';
import type { PolicyFile } from './schema.ts';

export type PolicySource = { policy: string; rules: Record<string, string> };
export interface Policy {
  file: PolicyFile;
  /** Over the file as it is understood and the text of every rule. */
  digest: string;
  /** The texts as they were read: of the file, and of each rule file by its name. */
  source: PolicySource;
  people: Person[];
  rules: LoadedRules;
  optionsFor(guard: string, environment: Environment): unknown;
  isObserved(guard: string, environment: Environment): boolean;
  /** `line:column` of a key or value. */
  placeOf(path: PropertyKey[]): string;
  /** The same, of what stands in the file; undefined: a default is in force. */
  placeIfWritten(path: PropertyKey[]): string | undefined;
}
