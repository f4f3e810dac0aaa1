import { type Command, JSON_OPTION } from '../command.ts';
import { EXIT } from '../exit.ts';
import { requiredPolicy } from '../required-policy.ts';

export const policyRehearse: Command<{ git: string; since: string; path?: string; stackName: string }> = {
  name: 'policy rehearse',
  summary: 'plan the template changes of a git history in the sandbox under a policy that is not in force yet',
  afterHelp: 'The command reads git objects only; no program of the repository runs.',
  exits: { pass: 'it ended' },
  slow: 'planning past changes in the sandbox',
  options: [
    { flags: '--git <path>', summary: 'the repository', default: '.', completes: 'folder' },
    { flags: '--since <time>', summary: 'a day like 2026-11-01, or a duration like 90d', default: '90d' },
    { flags: '--path <pattern>', summary: 'only these files (a git path pattern)' },
    {
      flags: '--stack-name <pattern>',
      summary: 'the stack’s name, for the policy’s scopes; {name} is the file’s, or its folder’s',
      default: '{name}',
    },
    JSON_OPTION,
  ],
  arguments: [],
  async run({ config, width, note }, { git, since, path, stackName }) {
    const policy = requiredPolicy(config);
    const { rehearsePolicy, rehearsalText } = await import('../policy-rehearse.ts');
    const report = await rehearsePolicy({ policy, git, since, path, stackName }, note);
    return { text: rehearsalText(report, width), json: report, exit: EXIT.pass };
  },
};
