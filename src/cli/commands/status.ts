import { type Command, JSON_OPTION } from '../command.ts';
import { EXIT } from '../exit.ts';

export const status: Command = {
  name: 'status',
  summary: 'show state folder, policy, halt, who you are, what waits for you, and what agents did this week',
  options: [JSON_OPTION],
  arguments: [],
  async run({ config, width }) {
    const { statusOf, statusText } = await import('../status.ts');
    const found = await statusOf(config);
    return { text: statusText(found, new Date(), width), json: found, exit: EXIT.pass };
  },
};
