import { CHANGE_ARGUMENT, type Command, JSON_OPTION } from '../command.ts';
import { EXIT } from '../exit.ts';

export const show: Command<{ change: string; statement?: boolean; as?: string; reject?: boolean }> = {
  name: 'show',
  summary: 'show what a change would do, worst first',
  options: [
    JSON_OPTION,
    { flags: '--statement', summary: 'print only the exact bytes to sign' },
    { flags: '--as <person>', summary: 'the person who will sign, by name in the policy (with --statement)' },
    { flags: '--reject', summary: 'print the statement of a rejection (with --statement)' },
  ],
  arguments: [CHANGE_ARGUMENT],
  run: (context, { change, statement, as, reject }) =>
    context.withFolder(async (folder) => {
      const { dataOf, renderChange, showStatement, subjectOf } = await import('../show.ts');
      if (statement) {
        const text = await showStatement(folder, change, as, reject ? 'reject' : 'approve');
        return { text, json: text, exit: EXIT.pass, exact: true };
      }
      const subject = await subjectOf(folder, change);
      return { text: renderChange(subject, context.width), json: dataOf(subject), exit: EXIT.pass };
    }),
};
