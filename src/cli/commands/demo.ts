import { type Command, JSON_OPTION } from '../command.ts';
import { EXIT } from '../exit.ts';

export const demo: Command = {
  name: 'demo',
  summary: 'replay the December 2025 incident in the sandbox (30 s)',
  options: [JSON_OPTION],
  arguments: [],
  async run({ config, tell }) {
    const { runDemo } = await import('../demo.ts');
    const report = await runDemo(config, tell);
    const { change, ledger } = report;
    const passed = change.state === 'succeeded' && ledger.verified && ledger.tampered_copy_detected;
    return { text: '', json: report, exit: passed ? EXIT.pass : EXIT.failed };
  },
};
