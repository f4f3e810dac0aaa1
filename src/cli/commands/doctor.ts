import { type Command, JSON_OPTION } from '../command.ts';
import { EXIT } from '../exit.ts';

export const doctor: Command<{ project: string; entry?: string }> = {
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
  ],
  arguments: [],
  async run({ config, sandboxed, width }, { project, entry }) {
    const { doctorText, examine } = await import('../doctor.ts');
    const { ownEntry } = await import('../own-entry.ts');
    const report = await examine(config, { project, entry, own: ownEntry(config, sandboxed) });
    const hasProblem = report.findings.some(({ weight }) => weight === 'problem');
    return { text: doctorText(report, width), json: report, exit: hasProblem ? EXIT.findings : EXIT.pass };
  },
};
