/** What the commands of `people` share: each edits the policy file, then proposes it. */
import type { App } from '../compose.ts';
import type { ArgumentSpec, Context, OptionSpec, Result } from './command.ts';
import { EXIT } from './exit.ts';
import type { Edit } from './people.ts';
import { requiredPolicy } from './required-policy.ts';

export const PERSON_ARGUMENT: ArgumentSpec = {
  name: 'name',
  syntax: '<name>',
  summary: 'the person, by name in the policy',
  completes: 'person',
};
export const PUBLIC_KEY_OPTION: OptionSpec = {
  flags: '--key <file>',
  summary: 'file with the public key',
  completes: 'file',
};
export const OFFER_OPTION: OptionSpec = {
  flags: '--offer <number>',
  summary: 'a key that the person offered on the page, by its number (default: the only one that waits)',
  parse: Number,
};
export const FINGERPRINT_OPTION: OptionSpec = {
  flags: '--fingerprint <key>',
  summary: 'one key, by its fingerprint',
};
export const AFTER_EDIT =
  'Edits the policy file and proposes it; it is in force once those who decide have signed it (policy sign).';

export type EditArgs = { name: string; key?: string; offer?: number; fingerprint?: string; breakGlass?: boolean };

/** Made under the policy as it is, proposed as it has become. */
export async function editPolicy(context: Context, make: (text: string, app: App) => Promise<Edit>): Promise<Result> {
  const path = requiredPolicy(context.config);
  const { policyText, proposeEdited, writePolicy } = await import('./people.ts');
  const { text, did } = await context.withApp((app) => make(policyText(path), app));
  writePolicy(path, text);
  const told = await context.withApp((app) => proposeEdited(app, context.tell));
  return { text: `${did}\n${told}`, json: { did, told }, exit: EXIT.pass };
}
