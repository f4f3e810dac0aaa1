import { ENVIRONMENTS } from '../../core/environment.ts';
import { type Command, JSON_OPTION } from '../command.ts';
import { EXIT } from '../exit.ts';
import { CLIENT_NAMES } from '../init-answers.ts';
import type { GivenAnswers } from '../init-questions.ts';

/** Each step is told when it is done, so that a later one that fails leaves no doubt of what was written. */
export const init: Command<GivenAnswers> = {
  name: 'init',
  summary: 'write a plan-only policy and the entry for your MCP client; a terminal prompts for missing flags',
  options: [
    { flags: '--client <name>', summary: 'MCP client', choices: CLIENT_NAMES },
    { flags: '--environment <name>', summary: 'environment of this account', choices: ENVIRONMENTS },
    { flags: '--person <name>', summary: 'your name in the policy (default: your user name)' },
    JSON_OPTION,
  ],
  arguments: [],
  run(context, given) {
    const policyFile = context.config.policyPath ?? 'countersign.policy.yaml';
    const asks = process.stdin.isTTY === true && process.stdout.isTTY === true;
    return context.withApp(
      async (app) => {
        const { init: write } = await import('../init-questions.ts');
        await write(app, given, { asks, policyFile, tell: context.tell, width: context.width ?? 80 });
        return { text: '', json: { policy: policyFile }, exit: EXIT.pass };
      },
      // The policy is still to be written: there is none to read.
      { ...context.config, policyPath: undefined },
    );
  },
};
