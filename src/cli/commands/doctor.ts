import { makeVisible } from '../../core/render-safe.ts';
import { type Command, JSON_OPTION } from '../command.ts';
import { EXIT } from '../exit.ts';

export const doctor: Command<{ project: string; entry?: string; forget?: string }> = {
  name: 'doctor',
  summary: 'prove how far agents are kept apart from credentials, policy, ledger and keys; find ways around',
  afterHelp:
    'Run it as the user that the agent runs as, in the agent’s project. It reads settings and changes none; it never prints a secret.',
  exits: { pass: 'no problem was found', findings: 'a problem was found' },
  slow: 'starting each server and asking it',
  options: [
    JSON_OPTION,
    {
      flags: '--project <folder>',
      summary: 'where the agent’s project settings are',
      default: '.',
      completes: 'folder',
    },
    { flags: '--entry <command>', summary: 'examine this server command, in place of those in the settings of agents' },
    {
      flags: '--forget <sponsor>',
      summary: 'on the server: all findings of reports for this person are fixed; the next report counts alone',
    },
  ],
  arguments: [],
  async run(context, { project, entry, forget }) {
    const { config, sandboxed, width } = context;
    if (forget !== undefined) {
      const { forgetReports } = await import('../doctor-answers.ts');
      await context.withApp((app) => forgetReports(app, forget));
      const text = `Earlier reports for ${forget} no longer lower a level. Run countersign doctor again as the agent’s user.`;
      return { text: makeVisible(text), json: { forgotten: forget }, exit: EXIT.pass };
    }
    const { doctorText, examine } = await import('../doctor.ts');
    const { ownEntry } = await import('../own-entry.ts');
    const report = await examine(config, { project, entry, own: ownEntry(config, sandboxed) });
    const hasProblem = report.findings.some(({ weight }) => weight === 'problem');
    return { text: doctorText(report, width), json: report, exit: hasProblem ? EXIT.findings : EXIT.pass };
  },
};
