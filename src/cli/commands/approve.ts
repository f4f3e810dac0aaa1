import type { ApproveOptions } from '../approve.ts';
import { isBundleFile } from '../bundle-file.ts';
import { AS_OPTION, CHANGE_OR_FILE_ARGUMENT, type Command, JSON_OPTION, keyOptions, OWN_KEY } from '../command.ts';
import { EXIT } from '../exit.ts';
import { executed } from './execute.ts';

type SigningArgs = { change: string; json?: boolean } & Pick<
  ApproveOptions,
  'key' | 'signature' | 'as' | 'confirm' | 'reason'
>;

export const approve = signing('approve', 'approve a change with your own OpenSSH key');

export function signing(decision: 'approve' | 'reject', summary: string): Command<SigningArgs> {
  return {
    name: decision,
    summary,
    options: [
      ...keyOptions(OWN_KEY),
      JSON_OPTION,
      AS_OPTION,
      ...(decision === 'reject'
        ? [{ flags: '--reason <text>', summary: 'why; signed with the rejection and shown to the agent' }]
        : []),
      {
        flags: '--confirm <name>',
        summary: 'name of the stack or resources; required without a terminal, and if the change cannot be undone',
      },
    ],
    arguments: [CHANGE_OR_FILE_ARGUMENT],
    async run(context, { change: given, ...options }) {
      const signer = await import('../approve.ts');
      if (isBundleFile(given)) {
        const bundles = await import('../bundle.ts');
        const terminal = signer.openTerminal(context.note);
        const signed = await bundles.signBundle(await bundles.openedFrom(given), { decision, terminal, ...options });
        return { text: signed.signature, json: signed, exit: EXIT.pass, ...(options.json ? {} : { exact: true }) };
      }
      return context.withFolder(async (folder) => {
        const { changeIdOf } = await import('../ids.ts');
        const id = await changeIdOf(folder.ledger, given);
        const terminal = signer.openTerminal(context.tell);
        const change = await signer.approve(folder, id, { decision, terminal, ...options });
        const said: string[] = [];
        // At a terminal the outcome is told before the question that follows it.
        const print = terminal ? context.tell : (text: string) => void said.push(text);
        const { plan } = await folder.changes.plan(change.planId);
        if ((await signer.afterSigning(change, plan, { print, terminal })) === 'execute')
          return executed(await folder.whole(), id, context.tell);
        return { text: said.join('\n'), json: change, exit: EXIT.pass };
      });
    },
  };
}
