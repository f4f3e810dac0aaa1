import type { Command } from '../command.ts';
import { EXIT } from '../exit.ts';

/** For the scripts of `completion`: a shell calls it while a person types. */
export const complete: Command<{ words: string[] }> = {
  name: 'complete',
  summary: 'print what a shell may offer for the last of these words',
  hidden: true,
  options: [],
  arguments: [{ name: 'words', syntax: '[words...]', summary: 'the words of a command line, after --' }],
  async run({ table }, { words }) {
    const { completed, offeredText } = await import('../complete.ts');
    const offered = await completed(words, table);
    return { text: offeredText(offered), json: offered, exit: EXIT.pass };
  },
};
