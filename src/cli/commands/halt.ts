import { makeVisible } from '../../core/render-safe.ts';
import { type Command, JSON_OPTION } from '../command.ts';
import { EXIT } from '../exit.ts';

export const halt = switching('halt', 'halted', 'stop planning, proposals and execution in this state folder');

export function switching(name: string, kind: 'halted' | 'resumed', summary: string): Command {
  return {
    name,
    summary,
    options: [JSON_OPTION],
    arguments: [],
    async run({ config }) {
      const { setHalt } = await import('../halt.ts');
      const { text, begun } = await setHalt(config, kind);
      return {
        text: makeVisible(text, Number.POSITIVE_INFINITY),
        json: { switched: kind, home: config.home, ...(kind === 'halted' ? { cannot_be_called_back: begun } : {}) },
        exit: EXIT.pass,
      };
    },
  };
}
