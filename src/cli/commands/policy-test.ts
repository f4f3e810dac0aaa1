import { type Command, JSON_OPTION } from '../command.ts';
import { EXIT } from '../exit.ts';

export const policyTest: Command<{ files: string[]; junit?: string }> = {
  name: 'policy test',
  summary: 'run the policy’s own cases in the sandbox',
  exits: { pass: 'all cases pass', failed: 'a case fails, or there is none' },
  slow: 'running the cases in the sandbox',
  options: [
    { flags: '--junit <file>', summary: 'also write the results as JUnit XML', completes: 'file' },
    JSON_OPTION,
  ],
  arguments: [
    {
      name: 'files',
      syntax: '[files...]',
      summary: 'files of cases (default: *.countersign-test.yaml beside the policy)',
      completes: 'file',
    },
  ],
  async run({ config }, { files, junit }) {
    const { policyTest: test, resultText } = await import('../policy-test.ts');
    const results = await test({ files, policy: config.policyPath, junit });
    const passed = results.every((result) => result.passed);
    return { text: resultText(results), json: results, exit: passed ? EXIT.pass : EXIT.failed };
  },
};
