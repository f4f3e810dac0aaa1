import { type Command, JSON_OPTION } from '../command.ts';
import { EXIT } from '../exit.ts';

export const demo: Command = {
  name: 'demo',
  summary: 'replay the December 2025 incident in the sandbox (10 s)',
  options: [JSON_OPTION],
  arguments: [],
  async run({ config, tell, width }) {
    const { runDemo } = await import('../demo.ts');
    const report = await runDemo(config, tell, width);
    const { change, ledger } = report;
    const passed = change.state === 'succeeded' && ledger.verified && ledger.tampered_copy_detected;
    const next =
      'Next: in a folder of your own, `countersign --sandbox init` connects your agent\nto a simulated cloud. docs/getting-started.md has the steps.';
    return { text: `\n${next}`, json: report, exit: passed ? EXIT.pass : EXIT.failed };
  },
};
