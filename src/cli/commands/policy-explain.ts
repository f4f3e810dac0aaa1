import { type Command, JSON_OPTION } from '../command.ts';
import { EXIT } from '../exit.ts';

export const policyExplain: Command<{ subject: string; goal?: string }> = {
  name: 'policy explain',
  summary:
    'explain a decision: the verdict of each guard, its facts and policy lines, and the smallest change that passes',
  options: [{ flags: '--goal <goal>', summary: 'judge it as proposed for this goal' }, JSON_OPTION],
  arguments: [
    { name: 'subject', syntax: '<id|file>', summary: 'id of a plan (plan_…) or change (chg_…), or file of a sketch' },
  ],
  async run({ config, width }, { subject, goal }) {
    const { explainPolicy, explainText } = await import('../policy-explain.ts');
    const report = await explainPolicy(subject, { ...config, ...(goal === undefined ? {} : { goal }) });
    return { text: explainText(report, width), json: report, exit: EXIT.pass };
  },
};
