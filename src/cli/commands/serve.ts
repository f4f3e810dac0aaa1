import type { Command } from '../command.ts';
import { EXIT } from '../exit.ts';

/** Standard output is the protocol's from here on. `src/entry.ts` goes past this where nothing else was said. */
export const serve: Command = {
  name: 'serve',
  summary: 'run the MCP server over stdio, for an agent',
  options: [],
  arguments: [],
  async run({ config, version, sandboxed }) {
    (await import('../serve.ts')).serve(config, version, sandboxed);
    return { text: '', json: null, exit: EXIT.pass };
  },
};
