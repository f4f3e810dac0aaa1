import { counted } from '../../core/counted.ts';
import { makeVisibleLine } from '../../core/render-safe.ts';
import { type Command, JSON_OPTION, LOG_KEY_OPTION } from '../command.ts';
import { EXIT } from '../exit.ts';

export const auditTiles: Command<{ folder: string; key?: string }> = {
  name: 'audit tiles',
  summary: 'export the whole ledger in the static C2SP tlog-tiles layout, for monitors of transparency logs',
  afterHelp: `Needs a key (countersign audit key). The export has every event of the ledger: publish it only where all may read it.`,
  exits: {
    pass: 'written',
    failed: 'the folder has another history, an event is too large for the layout, or an error',
  },
  slow: 'writing tiles',
  options: [LOG_KEY_OPTION, JSON_OPTION],
  arguments: [
    {
      name: 'folder',
      syntax: '<folder>',
      summary: 'where to write; an earlier export of the ledger is continued',
      completes: 'folder',
    },
  ],
  run: (context, { folder, key }) =>
    context.withApp(async ({ ledger }) => {
      const { tiled } = await import('../log-keys.ts');
      const written = await tiled(ledger, context.config.home, folder, key);
      const text = `${folder}: ${counted(written.size, 'event')} in ${counted(written.files, 'file')}.`;
      return { text: makeVisibleLine(text, Number.POSITIVE_INFINITY), json: written, exit: EXIT.pass };
    }),
};
