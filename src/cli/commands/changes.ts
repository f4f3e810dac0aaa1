import { CHANGE_STATES, type ChangeState } from '../../core/change-states.ts';
import { type Command, CURSOR_OPTION, JSON_OPTION, limitOption } from '../command.ts';
import { EXIT } from '../exit.ts';

type Args = { state?: ChangeState; mine?: boolean; waiting?: boolean; before?: number; limit?: number };

export const changes: Command<Args> = {
  name: 'changes',
  summary: 'list changes, newest first: how each stands, and who waits for whom',
  options: [
    { flags: '--waiting', summary: 'only changes that wait for your approval; with --mine, for anyone’s' },
    { flags: '--mine', summary: 'only changes of your agents: you are their sponsor' },
    { flags: '--state <state>', summary: 'only changes in this state', choices: CHANGE_STATES },
    CURSOR_OPTION,
    limitOption('changes on a page', 50, 200),
    JSON_OPTION,
  ],
  arguments: [],
  run: (context, asked) =>
    context.withFolder(async (folder) => {
      const { changesAsked, changesText } = await import('../changes.ts');
      const page = await changesAsked(folder, asked);
      const { runnersTold } = await import('../runners.ts');
      const runners = (await runnersTold(folder.ledger)).map((line) => `runner: ${line}`);
      const text = [changesText(page, asked, context.width), ...runners].join('\n');
      return { text, json: page.items, exit: EXIT.pass, fits: true };
    }),
};
