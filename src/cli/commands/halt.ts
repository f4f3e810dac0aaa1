import type { Command } from '../command.ts';
import { EXIT } from '../exit.ts';

export const halt = switching('halt', 'halted', 'stop planning, proposals and execution in this state folder');

export function switching(name: string, kind: 'halted' | 'resumed', summary: string): Command {
  return {
    name,
    summary,
    options: [],
    arguments: [],
    async run({ config }) {
      const { setHalt } = await import('../halt.ts');
      return { text: await setHalt(config, kind), json: { switched: kind, home: config.home }, exit: EXIT.pass };
    },
  };
}
