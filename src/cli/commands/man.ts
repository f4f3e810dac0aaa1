import type { Command } from '../command.ts';
import { EXIT } from '../exit.ts';

export const man: Command = {
  name: 'man',
  summary: 'print the manual page of all commands, in roff',
  afterHelp:
    'To read it: countersign man | man -l -\nTo install it: countersign man > /usr/local/share/man/man1/countersign.1',
  options: [],
  arguments: [],
  async run({ version, table }) {
    const { manual } = await import('../manual.ts');
    const text = manual(table.commands, version);
    return { text, json: text, exit: EXIT.pass, exact: true };
  },
};
