import { type Command, JSON_OPTION, keyOptions } from '../command.ts';
import { EXIT, type Exit, type Exits } from '../exit.ts';
import type { SigningOptions } from '../signer.ts';

export const ADOPTION_EXITS: Exits = { pass: 'adopted', needs_approval: 'signatures are missing' };
export const exitOfAdoption = (state: string): Exit => (state === 'adopted' ? EXIT.pass : EXIT.needs_approval);

export const policyAdopt: Command<SigningOptions> = {
  name: 'policy adopt',
  summary: 'put the policy that --policy names in force here; each later policy needs signatures under the current one',
  exits: ADOPTION_EXITS,
  options: [...keyOptions('none; a policy that needs signatures is then proposed without yours'), JSON_OPTION],
  arguments: [],
  run: (context, options) =>
    context.withApp(async (app) => {
      const { adoptPolicy } = await import('../policy-adopt.ts');
      const { adoption, text } = await adoptPolicy(app, options, context.tell);
      return { text, json: adoption, exit: exitOfAdoption(adoption.state) };
    }),
};
