import type { Command } from '../command.ts';
import { EXIT } from '../exit.ts';

export const man: Command = {
  name: 'man',
  summary: 'print the manual page of all commands, in roff',
  afterHelp:
    'To read it: countersign man | man -l -\nTo install it: countersign man > /usr/local/share/man/man1/countersign.1',
  options: [],
  arguments: [],
  async run({ version }) {
    const [{ manual }, { commands }] = await Promise.all([import('../manual.ts'), import('./index.ts')]);
    const text = manual(commands, version);
    return { text, json: text, exit: EXIT.pass, exact: true };
  },
};
