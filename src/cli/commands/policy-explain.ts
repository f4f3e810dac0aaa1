import { type Command, JSON_OPTION } from '../command.ts';
import { EXIT } from '../exit.ts';

export const policyExplain: Command<{ subject: string; goal?: string }> = {
  name: 'policy explain',
  summary: 'show each guard’s verdict, the facts and policy lines behind it, and the smallest change that would pass',
  slow: 'looking for the smallest change that would pass',
  options: [
    { flags: '--goal <goal>', summary: 'judge as if it were proposed with this goal', completes: 'goal' },
    JSON_OPTION,
  ],
  arguments: [
    {
      name: 'subject',
      syntax: '<id|file>',
      summary: 'id of a plan (plan_…) or change (chg_…), or file of a sketch',
      completes: 'subject',
    },
  ],
  async run({ config, width }, { subject, goal }) {
    const { explainPolicy, explainText } = await import('../policy-explain.ts');
    const report = await explainPolicy(subject, { ...config, ...(goal === undefined ? {} : { goal }) });
    return { text: explainText(report, width), json: report, exit: EXIT.pass, fits: true };
  },
};
