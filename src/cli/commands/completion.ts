import type { Command } from '../command.ts';
import type { Shell } from '../completion-scripts.ts';
import { EXIT } from '../exit.ts';

export const completion: Command<{ shell: Shell }> = {
  name: 'completion',
  summary: 'print the script by which a shell completes commands, flags, ids and names',
  afterHelp: `bash, in ~/.bashrc: source <(countersign completion bash)
zsh, in ~/.zshrc after compinit: source <(countersign completion zsh)
fish: countersign completion fish > ~/.config/fish/completions/countersign.fish`,
  options: [],
  arguments: [{ name: 'shell', syntax: '<shell>', summary: 'the shell', choices: ['bash', 'zsh', 'fish'] }],
  async run(_context, { shell }) {
    const { SCRIPTS } = await import('../completion-scripts.ts');
    return { text: SCRIPTS[shell], json: SCRIPTS[shell], exit: EXIT.pass, exact: true };
  },
};
