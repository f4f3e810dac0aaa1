import { type Command, JSON_OPTION } from '../command.ts';
import { EXIT } from '../exit.ts';
import { requiredPolicy } from '../required-policy.ts';

export const policyCheck: Command<{ strict?: boolean }> = {
  name: 'policy check',
  summary: 'read the policy strictly: errors and warnings with line and column',
  exits: { pass: 'valid', failed: 'an error (with --strict also a warning)' },
  options: [{ flags: '--strict', summary: 'fail on warnings too' }, JSON_OPTION],
  arguments: [],
  async run({ config }, { strict = false }) {
    const path = requiredPolicy(config);
    const { checkPolicyFile, checkText, isAccepted } = await import('../policy-check.ts');
    const report = await checkPolicyFile(path);
    return { text: checkText(report), json: report, exit: isAccepted(report, strict) ? EXIT.pass : EXIT.failed };
  },
};
