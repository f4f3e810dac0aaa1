import { type Command, JSON_OPTION, keyOptions, OWN_KEY_AT_TERMINAL, statementOption } from '../command.ts';
import { EXIT } from '../exit.ts';
import type { SigningOptions } from '../signer.ts';
import { ADOPTION_EXITS, exitOfAdoption } from './policy-adopt.ts';

export const policySign: Command<SigningOptions & { statement?: boolean }> = {
  name: 'policy sign',
  summary: 'show and sign the proposed policy; the last signature puts it in force',
  exits: ADOPTION_EXITS,
  options: [...keyOptions(OWN_KEY_AT_TERMINAL), JSON_OPTION, statementOption('countersign-policy@v1')],
  arguments: [],
  run: (context, { statement, ...options }) =>
    context.withApp(async (app) => {
      if (statement) {
        const { toSign } = await import('../../policy/adopt.ts');
        const [text, { proposedChanges }, { proposedLoosening }] = [
          (await toSign(app.ledger)).statement,
          await import('../policy-adopt.ts'),
          await import('../policy-loosened.ts'),
        ];
        // Beside the bytes: whoever signs them elsewhere reads here what they change.
        context.note(await proposedChanges(app));
        context.note(await proposedLoosening(app));
        return { text, json: text, exit: EXIT.pass, exact: true };
      }
      const { openTerminal } = await import('../approve.ts');
      const { signProposal, told } = await import('../policy-adopt.ts');
      const adoption = await signProposal(app, { ...options, terminal: openTerminal(context.tell) }, context.tell);
      return { text: told(app, adoption), json: adoption, exit: exitOfAdoption(adoption.state) };
    }),
};
