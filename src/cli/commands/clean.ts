/** `clean`: what plans alone left in the cloud. */
import { makeVisible } from '../../core/render-safe.ts';
import { type Command, JSON_OPTION } from '../command.ts';
import { EXIT } from '../exit.ts';

/** SECURITY: names of the cloud are in it. */
const visible = (text: string): string => makeVisible(text, Number.POSITIVE_INFINITY);

export const clean: Command<{ yes?: boolean; json?: boolean }> = {
  name: 'clean',
  summary: 'list leftovers of plans in the cloud (old dry runs, empty stacks), and remove them',
  slow: 'looking for leftovers in the cloud',
  options: [{ flags: '--yes', summary: 'remove them without asking' }, JSON_OPTION],
  arguments: [],
  run: (context, { yes = false, json }) =>
    context.withApp(async (app) => {
      const [{ cleanText, runClean }, { openTerminal }] = await Promise.all([
        import('../clean.ts'),
        import('../approve.ts'),
      ]);
      const say = (text: string) => context.tell(visible(text));
      const report = await runClean(app, { yes, terminal: json ? undefined : openTerminal(say), say });
      return { text: visible(cleanText(report)), json: report, exit: EXIT.pass };
    }),
};
