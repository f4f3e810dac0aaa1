import { isBundleFile } from '../bundle-file.ts';
import { CHANGE_OR_FILE_ARGUMENT, type Command, JSON_OPTION } from '../command.ts';
import { EXIT } from '../exit.ts';

type ShowArgs = {
  change: string;
  statement?: boolean;
  as?: string;
  reject?: boolean;
  reason?: string;
  bundle?: string;
};

export const show: Command<ShowArgs> = {
  name: 'show',
  summary: 'show what a change would do, worst first',
  options: [
    JSON_OPTION,
    { flags: '--statement', summary: 'print only the exact bytes to sign' },
    {
      flags: '--as <person>',
      completes: 'person',
      summary: 'the person who will sign, by name in the policy (with --statement; default: found by your user name)',
    },
    { flags: '--reject', summary: 'print the statement of a rejection (with --statement)' },
    { flags: '--reason <text>', summary: 'why it is rejected (with --reject); sign with the same text' },
    {
      flags: '--bundle <file>',
      completes: 'file',
      summary:
        'write one file that countersign show, approve and reject read on another machine; - for standard output',
    },
  ],
  arguments: [CHANGE_OR_FILE_ARGUMENT],
  async run(context, { change: given, statement, as, reject, reason, bundle }) {
    const { bundleData, dataOf, renderBundle, renderChange, showStatement, subjectOf } = await import('../show.ts');
    if (isBundleFile(given)) {
      const opened = await (await import('../bundle.ts')).openedFrom(given);
      return {
        text: renderBundle(opened, given, context.width),
        json: bundleData(opened),
        exit: EXIT.pass,
        fits: true,
      };
    }
    return context.withFolder(async (folder) => {
      const change = await (await import('../ids.ts')).changeIdOf(folder.ledger, given);
      if (statement) {
        const text = await showStatement(folder, change, as, reject ? 'reject' : 'approve', reason);
        return { text, json: text, exit: EXIT.pass, exact: true };
      }
      if (bundle !== undefined) {
        const { bundleOf, writeBundle } = await import('../bundle.ts');
        const text = await bundleOf(folder, change);
        if (bundle === '-') return { text, json: text, exit: EXIT.pass, exact: true };
        writeBundle(bundle, text);
        return {
          text: `Wrote ${bundle}. Elsewhere: countersign show ${bundle}`,
          json: { file: bundle },
          exit: EXIT.pass,
        };
      }
      const subject = await subjectOf(folder, change);
      return { text: renderChange(subject, context.width), json: dataOf(subject), exit: EXIT.pass, fits: true };
    });
  },
};
