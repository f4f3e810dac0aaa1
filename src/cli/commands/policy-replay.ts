import { ledgerPlace } from '../../config.ts';
import { type Command, JSON_OPTION } from '../command.ts';
import { EXIT } from '../exit.ts';
import { requiredPolicy } from '../required-policy.ts';

export const policyReplay: Command<{ since: string; observed?: boolean }> = {
  name: 'policy replay',
  summary: 're-evaluate past plans and changes under the policy that --policy names',
  exits: {
    pass: 'no difference',
    failed: 'a plan or change could not be judged, or an error',
    differs: 'a difference',
  },
  slow: 'judging past plans and changes again',
  options: [
    { flags: '--since <time>', summary: 'a day like 2026-11-01, or a duration like 30d', default: '30d' },
    {
      flags: '--observed',
      summary: 'show instead the verdicts that guards and rules in observe mode would have given',
    },
    JSON_OPTION,
  ],
  arguments: [],
  async run({ config, width, note }, { since, observed = false }) {
    const path = requiredPolicy(config);
    const { replayPolicy, replayText } = await import('../policy-replay.ts');
    const report = await replayPolicy(ledgerPlace(config), path, { since, observed }, note);
    const { unreadable, differences } = report;
    const exit = unreadable.length > 0 ? EXIT.failed : differences.length > 0 ? EXIT.differs : EXIT.pass;
    return { text: replayText(report, width), json: report, exit };
  },
};
